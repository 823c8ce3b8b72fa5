"""The one statement of a pass: tags of some subjects as the rules say, written where they differ from what is kept.

`preview` looks at the same comparison without writing, so that what the desk was told is what a pass would do.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Case, F, Func, Q, QuerySet, SmallIntegerField, Value, When

from registry.models import Entity
from tagging.evaluation.rules import Layer, Rule

ARRAY = ArrayField(SmallIntegerField())
# What others write stays as it is; sorting it in costs only where somebody carries such a tag. A row is updated from
# its own newest state, so that a tag attached by hand while the pass runs is not lost.
_COMPARED = """
WITH made (subject_id, district, area_code, registered_area_code, version, stays, tags) AS MATERIALIZED ({made}),
compared AS NOT MATERIALIZED (
    SELECT m.*, k.subject_id IS NOT NULL AS known, coalesce(k.tags, '{{}}') AS old, {wanted} AS wanted,
           k.area_code <> m.area_code OR k.registered_area_code <> m.registered_area_code AS moved
    FROM made m LEFT JOIN tagging_subjecttags k
        ON k.district = m.district AND k.entity = %s AND k.subject_id = m.subject_id
)"""
_WRITTEN = """,
differing AS MATERIALIZED (SELECT * FROM compared WHERE wanted <> old OR moved),
traced AS (
    INSERT INTO tagging_tagevent
        (district, area_code, registered_area_code, entity, subject_id, gained, lost, subject_version, at)
    SELECT district, area_code, registered_area_code, %s, subject_id,
           ARRAY(SELECT unnest(wanted) EXCEPT SELECT unnest(old) ORDER BY 1),
           ARRAY(SELECT unnest(old) EXCEPT SELECT unnest(wanted) ORDER BY 1), version, now()
    FROM differing WHERE wanted <> old
    RETURNING 1
),
added AS (
    INSERT INTO tagging_subjecttags (district, entity, subject_id, area_code, registered_area_code, tags)
    SELECT district, %s, subject_id, area_code, registered_area_code, wanted FROM differing WHERE NOT known
    ON CONFLICT DO NOTHING
),
changed AS (
    UPDATE tagging_subjecttags k
    SET tags = {wanted}, area_code = m.area_code, registered_area_code = m.registered_area_code
    FROM differing m
    WHERE m.known AND k.district = m.district AND k.entity = %s AND k.subject_id = m.subject_id
)
SELECT count(*) FROM traced
"""
_ALL_MADE = "m.tags"
_KEPT_BESIDE = """(CASE WHEN m.stays AND k.tags && %s::smallint[] THEN
    ARRAY(SELECT unnest(m.tags) UNION SELECT t FROM unnest(k.tags) t WHERE t = ANY(%s::smallint[]) ORDER BY 1)
    ELSE m.tags END)"""


def write_difference(subjects: QuerySet[Any], layer: Layer) -> int:
    """Bring the layer's tags of those subjects up to date; who left carries none.

    subjects: of the layer's kind. Returns how many gained or lost one.
    """
    compared, params = compare(subjects, layer)
    wanted, beside = _wanted(layer)
    entity = layer.subject
    with connection.cursor() as cursor:
        written = _WRITTEN.format(wanted=wanted)
        cursor.execute(compared + written, [*params, entity, entity, *beside, entity])
        return int(cursor.fetchone()[0])


def compare(subjects: QuerySet[Any], layer: Layer) -> tuple[str, list[Any]]:
    """Head of a statement and its parameters: `compared` has of every subject its place, `old` and `wanted` keys."""
    select, params = _made(subjects, layer).query.sql_with_params()
    wanted, beside = _wanted(layer)
    return _COMPARED.format(made=select, wanted=wanted), [*params, *beside, layer.subject]


def _wanted(layer: Layer) -> tuple[str, list[Any]]:
    """What the subject m, beside its kept row k, is to carry; and the parameters of that."""
    kept = list(layer.kept)
    return (_KEPT_BESIDE, [kept, kept]) if kept else (_ALL_MADE, [])


def _made(subjects: QuerySet[Any], layer: Layer) -> QuerySet[Any]:
    """Key, place, version, whether it is still there, and the sorted keys of the tags whose rules it meets."""
    registered = "registered_area_code" if layer.subject == Entity.PERSON else "area_code"
    columns = {"registered": F(registered), "stays": Q(closed_on=None), "made": _carried(layer.rules)}
    found: QuerySet[Any] = subjects.order_by().annotate(**columns)
    rows: QuerySet[Any] = found.values_list("pk", "district", "area_code", "registered", "version", "stays", "made")
    return rows


def _carried(rules: Sequence[Rule]) -> Case | Value:
    none = Value([], output_field=ARRAY)
    if not rules:
        return none
    met = [Case(When(rule.met, then=Value(rule.key)), output_field=SmallIntegerField()) for rule in rules]
    listed = Func(*met, template="array_remove(ARRAY[%(expressions)s]::smallint[], NULL)", output_field=ARRAY)
    return Case(When(Q(closed_on=None), then=listed), default=none, output_field=ARRAY)
