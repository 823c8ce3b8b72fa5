"""The one statement of a pass: tags of some subjects as the rules say, written where they differ from what is kept.

`preview` looks at the same comparison without writing, so that what the desk was told is what a pass would do.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Value, When

from accounts.codes import SPAN, Level, Range
from registry.models import Entity
from tagging.evaluation.keys_met import ARRAY, KeysMet
from tagging.evaluation.rules import Layer, Rule
from tagging.models.assignments import STRUCK_OFF

# What others write stays as it is; sorting it in costs only where somebody carries such a tag. A row is updated from
# its own newest state, so that a tag attached by hand while the pass runs is not lost. OFFSET 0: the rules are worked
# out once a row on the way to the comparison, and nothing is kept of the many who stay as they are.
_COMPARED = """
WITH made (subject_id, district, area_code, registered_area_code, version, stays, tags) AS NOT MATERIALIZED (
    {made} OFFSET 0
),
compared AS NOT MATERIALIZED (
    SELECT m.*, k.subject_id IS NOT NULL AS known, coalesce(k.tags, '{{}}') AS old, {wanted} AS wanted,
           k.area_code <> m.area_code OR k.registered_area_code <> m.registered_area_code AS moved
    FROM made m {kept}
)"""
# One row after the other, by key. OFFSET 0 holds the planner from reading the whole table, or from a loop in a loop.
_BY_KEY = """
    LEFT JOIN LATERAL (
        SELECT subject_id, area_code, registered_area_code, tags FROM tagging_subjecttags e
        WHERE {unless} e.district = m.district AND e.entity = %s AND e.subject_id = m.subject_id OFFSET 0
    ) {name} ON true"""
# A town or more reads the rows of its own area in one go; only who has none there, such as who moved in, goes by key.
_BY_AREA = (
    """
    LEFT JOIN tagging_subjecttags here
        ON here.district = m.district AND here.entity = %s AND here.subject_id = m.subject_id
        AND here.area_code BETWEEN %s AND %s"""
    + _BY_KEY.format(unless="here.subject_id IS NULL AND", name="away")
    + """
    CROSS JOIN LATERAL (
        SELECT coalesce(here.subject_id, away.subject_id) AS subject_id, coalesce(here.tags, away.tags) AS tags,
               coalesce(here.area_code, away.area_code) AS area_code,
               coalesce(here.registered_area_code, away.registered_area_code) AS registered_area_code
    ) k"""
)
_WRITTEN = """,
differing AS MATERIALIZED (SELECT * FROM compared WHERE wanted <> old OR moved),
traced AS (
    INSERT INTO tagging_tagevent
        (district, area_code, registered_area_code, entity, subject_id, gained, lost, subject_version, reason, at)
    SELECT district, area_code, registered_area_code, %s, subject_id,
           CASE WHEN old = '{{}}' THEN wanted
                ELSE ARRAY(SELECT t FROM unnest(wanted) t WHERE t <> ALL (old)) END,
           CASE WHEN old = '{{}}' OR wanted = '{{}}' THEN old
                ELSE ARRAY(SELECT t FROM unnest(old) t WHERE t <> ALL (wanted)) END,
           version, CASE WHEN stays THEN '' ELSE %s END, now()
    FROM differing WHERE wanted <> old
    RETURNING 1
),
added AS (
    INSERT INTO tagging_subjecttags (district, entity, subject_id, area_code, registered_area_code, tags)
    SELECT district, %s, subject_id, area_code, registered_area_code, wanted FROM differing WHERE NOT known
    ON CONFLICT DO NOTHING
),
changed AS (
    INSERT INTO tagging_subjecttags AS k (district, entity, subject_id, area_code, registered_area_code, tags)
    SELECT district, %s, subject_id, area_code, registered_area_code, tags FROM differing WHERE known AND stays
    ON CONFLICT (district, entity, subject_id) DO UPDATE
    SET tags = {newest}, area_code = excluded.area_code, registered_area_code = excluded.registered_area_code
),
emptied AS (
    INSERT INTO tagging_subjecttags (district, entity, subject_id, area_code, registered_area_code, tags)
    SELECT district, %s, subject_id, area_code, registered_area_code, tags FROM differing WHERE known AND NOT stays
    ON CONFLICT (district, entity, subject_id) DO UPDATE
    SET tags = '{{}}', area_code = excluded.area_code, registered_area_code = excluded.registered_area_code
)
SELECT count(*) FROM traced
"""
_BESIDE = """(CASE WHEN {if_} k.tags && %s::smallint[] THEN
    ARRAY(SELECT unnest({made}) UNION SELECT t FROM unnest(k.tags) t WHERE t = ANY(%s::smallint[]) ORDER BY 1)
    ELSE {made} END)"""


def write_difference(subjects: QuerySet[Any], layer: Layer, *, inside: Range | None = None) -> int:
    """Bring the layer's tags of those subjects up to date; who left carries none.

    subjects: of the layer's kind. inside: range of area codes that holds all of them, for passes over many.
    Returns how many gained or lost one.
    """
    compared, params = compare(subjects, layer, inside=inside)
    newest, beside = _wanted(layer, "", "excluded.tags")
    entity = layer.subject
    with connection.cursor() as cursor:
        written = _WRITTEN.format(newest=newest)
        cursor.execute(compared + written, [*params, entity, STRUCK_OFF, entity, entity, *beside, entity])
        return int(cursor.fetchone()[0])


def compare(subjects: QuerySet[Any], layer: Layer, *, inside: Range | None = None) -> tuple[str, list[Any]]:
    """Head of a statement and its parameters: `compared` has of every subject its place, `old` and `wanted` keys."""
    select, params = _made(subjects, layer, inside).query.sql_with_params()
    wanted, beside = _wanted(layer, "m.stays AND", "m.tags")
    kept, where = _kept(inside)
    among = [layer.subject, *where, layer.subject] if where else [layer.subject]
    return _COMPARED.format(made=select, wanted=wanted, kept=kept), [*params, *beside, *among]


def _kept(inside: Range | None) -> tuple[str, tuple[int, ...]]:
    """How the kept row k of a subject is found, and the range that is read in one go, if any."""
    if inside is not None and inside[1] - inside[0] >= SPAN[Level.TOWN] - 1:
        return _BY_AREA, inside
    return _BY_KEY.format(unless="", name="k"), ()


def _wanted(layer: Layer, if_: str, made: str) -> tuple[str, list[Any]]:
    """What a subject is to carry beside its kept row k, and the parameters of that."""
    kept = list(layer.kept)
    return (_BESIDE.format(if_=if_, made=made), [kept, kept]) if kept else (made, [])


def _made(subjects: QuerySet[Any], layer: Layer, inside: Range | None) -> QuerySet[Any]:
    """Key, place, version, whether it is still there, and the sorted keys of the tags whose rules it meets."""
    registered = "registered_area_code" if layer.subject == Entity.PERSON else "area_code"
    columns = {"registered": F(registered), "stays": Q(closed_on=None), "made": _carried(layer.rules, inside)}
    found: QuerySet[Any] = subjects.order_by().annotate(**columns)
    rows: QuerySet[Any] = found.values_list("pk", "district", "area_code", "registered", "version", "stays", "made")
    return rows


def _carried(rules: Sequence[Rule], inside: Range | None) -> Case | Value:
    none = Value([], output_field=ARRAY)
    if not rules:
        return none
    met = KeysMet([(rule.key, rule.inside(inside)) for rule in rules])
    return Case(When(Q(closed_on=None), then=met), default=none, output_field=ARRAY)
