"""Who carries a merged tag gets the one it was merged into. Only where hands attach both: a rule finds its own."""

from typing import Any

from django.db import connection

from accounts.codes import HIGHEST_CODE, LOWEST_CODE, Range
from registry.catalogue import model_of
from tagging.evaluation.rules import is_moving
from tagging.models import SubjectTags, Tag

_MOVED = """
WITH carriers AS MATERIALIZED (
    SELECT k.district, k.subject_id, k.area_code, k.registered_area_code, %s = ANY(k.tags) AS had
    FROM tagging_subjecttags k
    WHERE k.entity = %s AND k.area_code BETWEEN %s AND %s AND %s = ANY(k.tags)
    FOR UPDATE
),
moved AS (
    UPDATE tagging_subjecttags k
    SET tags = ARRAY(SELECT t FROM unnest(k.tags) t WHERE t <> %s UNION SELECT %s::smallint ORDER BY 1)
    FROM carriers c WHERE k.district = c.district AND k.entity = %s AND k.subject_id = c.subject_id
)
INSERT INTO tagging_tagevent
    (district, area_code, registered_area_code, entity, subject_id, gained, lost, subject_version, reason, at)
SELECT c.district, c.area_code, c.registered_area_code, %s, c.subject_id,
       CASE WHEN c.had THEN '{{}}' ELSE ARRAY[%s]::smallint[] END, ARRAY[%s]::smallint[], s.version, %s, now()
FROM carriers c JOIN {table} s ON s.district = c.district AND s.id = c.subject_id
"""


def move_carriers(tag: Tag, chunk: Range) -> int:
    """Inside the range, within the scope; needs `merged_into` joined. Returns how many. Safe to repeat."""
    into = tag.merged_into
    if into is None:
        return 0
    old, new, entity = tag.pk, into.pk, tag.subject
    reason = f"“{tag.name}”并入“{into.name}”"
    given: list[Any] = [new, entity, *chunk, old, old, new, entity, entity, new, old, reason]
    with connection.cursor() as cursor:
        cursor.execute(_MOVED.format(table=model_of(entity)._meta.db_table), given)
        return int(cursor.rowcount)


def move_left_over() -> int:
    """At night: what was attached in the moment in which the desk decided. Returns how many."""
    merged = Tag.objects.exclude(merged_into=None).select_related("merged_into").order_by("pk")
    moving = [tag for tag in merged if is_moving(tag)]
    if not SubjectTags.objects.filter(tags__overlap=[tag.pk for tag in moving]).exists():
        return 0
    return sum(move_carriers(tag, (LOWEST_CODE, HIGHEST_CODE)) for tag in moving)
