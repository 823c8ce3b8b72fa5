"""Who was struck off and is back (恢复登记) gets the tags again that hands had attached: rules find their own."""

from datetime import timedelta
from typing import Any

from django.db import connection

from registry.catalogue import SUBJECTS, model_of
from tagging.models import Kind, Tag
from tagging.models.assignments import BACK, STRUCK_OFF

WITHIN = timedelta(days=3)
"""A closing is taken back on its day; the night after it comes by at last."""
_RETURNED = """
WITH away AS MATERIALIZED (
    SELECT DISTINCT ON (district, subject_id) district, subject_id, lost, id
    FROM tagging_tagevent
    WHERE at >= now() - %s AND entity = %s AND reason IN (%s, %s)
    ORDER BY district, subject_id, id DESC
),
back AS MATERIALIZED (
    SELECT a.district, a.subject_id, s.area_code, s.{registered} AS registered_area_code, s.version,
           ARRAY(SELECT t FROM unnest(a.lost) t WHERE t = ANY(%s::smallint[]) ORDER BY 1) AS tags
    FROM away a JOIN {table} s ON s.district = a.district AND s.id = a.subject_id AND s.closed_on IS NULL
    WHERE a.lost && %s::smallint[]
),
given AS (
    INSERT INTO tagging_subjecttags AS k (district, entity, subject_id, area_code, registered_area_code, tags)
    SELECT district, %s, subject_id, area_code, registered_area_code, tags FROM back
    ON CONFLICT (district, entity, subject_id) DO UPDATE
    SET tags = ARRAY(SELECT unnest(k.tags) UNION SELECT unnest(excluded.tags) ORDER BY 1)
)
INSERT INTO tagging_tagevent
    (district, area_code, registered_area_code, entity, subject_id, gained, subject_version, reason, at)
SELECT district, area_code, registered_area_code, %s, subject_id, tags, version, %s, now() FROM back
"""


def give_back() -> int:
    """Within the scope. Before the rules are worked out. Returns how many. Safe to repeat."""
    keys = list(Tag.objects.live().filter(kind=Kind.BASIC).order_by("pk").values_list("pk", "subject"))
    return sum(_give_back(subject, [key for key, of in keys if of == subject]) for subject in SUBJECTS)


def _give_back(entity: str, keys: list[int]) -> int:
    if not keys:
        return 0
    registered = "registered_area_code" if entity == "person" else "area_code"
    sql = _RETURNED.format(table=model_of(entity)._meta.db_table, registered=registered)
    given: list[Any] = [WITHIN, entity, STRUCK_OFF, BACK, keys, keys, entity, entity, BACK]
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return int(cursor.rowcount)
