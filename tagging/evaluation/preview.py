"""What a request would do (影响预览): the comparison of a pass, counted instead of written.

One tag at a time. Tags whose condition names it follow in the next pass; the page names them among the uses.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from registry.catalogue import get_catalogue
from registry.conditions import compile_condition
from tagging.evaluation.difference import compare
from tagging.evaluation.rules import Layer, Rule
from tagging.models import Tag, TagChange
from tagging.selectors.counts import range_of

Step = TagChange.Step
NEW = 0
"""Key of a tag that has none yet; nobody carries it."""
_COUNTED = """,
looked AS MATERIALIZED (
    SELECT area_code - area_code %% %s AS part, %s = ANY(old) AS has, %s = ANY(wanted) AS gets, %s = ANY(old) AS other,
           old
    FROM compared
),
counted AS (
    SELECT part, count(*) FILTER (WHERE has) AS had, count(*) FILTER (WHERE gets AND NOT has) AS gained,
           count(*) FILTER (WHERE has AND NOT gets) AS lost, count(*) FILTER (WHERE has AND other) AS shared
    FROM looked GROUP BY part
),
beside AS (
    SELECT tag, count(*) AS carriers, count(*) FILTER (WHERE {whom}) AS shared
    FROM looked, unnest(old) AS tag WHERE tag <> %s GROUP BY tag
)
SELECT true, part, had, gained, lost, shared FROM counted WHERE had + gained > 0
UNION ALL SELECT false, tag, carriers, shared, 0, 0 FROM beside WHERE shared > 0
"""


@dataclass(slots=True)
class Found:
    """lines: area code of the level asked for -> how many had, gained, lost, shared (with the tag merged into).

    beside: key of another tag -> shared (with those whom the request is about), carriers.
    """

    lines: dict[int, Counter[str]] = field(default_factory=dict)
    beside: dict[int, Counter[str]] = field(default_factory=dict)

    def add(self, other: "Found") -> None:
        for ours, theirs in ((self.lines, other.lines), (self.beside, other.beside)):
            for code, counts in theirs.items():
                ours.setdefault(code, Counter()).update(counts)


def count_change(subjects: QuerySet[Any], change: TagChange, *, span: int, on: date) -> Found:
    """Over subjects of the change's kind, by areas of so many codes. One statement. Raises BadCondition."""
    key, layer = change.tag_id or NEW, _layer(change, on)
    compared, params = compare(subjects, layer)
    whom = "gets" if change.step in (Step.ADD, Step.CHANGE) else "has"
    with connection.cursor() as cursor:
        given = [*params, span, key, key, change.into_id or NEW, key]
        cursor.execute(compared + _COUNTED.format(whom=whom), given)
        return _found(cursor.fetchall())


def _layer(change: TagChange, on: date) -> Layer:
    """Only this tag is worked out; every other one stays as it is."""
    key = change.tag_id or NEW
    others = Tag.objects.filter(subject=change.subject).exclude(pk=key)
    kept = [*others.values_list("pk", flat=True)]
    if change.step in (Step.RETIRE, Step.MERGE):
        return Layer(change.subject, [], kept)
    if not change.is_dynamic:
        return Layer(change.subject, [], [*kept, key])
    met = compile_condition(change.condition, change.subject, get_catalogue(), on=on)
    area_code = change.tag.area_id if change.tag else change.area_id
    return Layer(change.subject, [Rule(key, met, range_of(area_code))], kept)


def _found(rows: list[tuple[Any, ...]]) -> Found:
    found = Found()
    for is_line, code, first, second, third, fourth in rows:
        if is_line:
            found.lines[code] = Counter(had=first, gained=second, lost=third, shared=fourth)
        else:
            found.beside[code] = Counter(carriers=first, shared=second)
    return found


def about(counts: Mapping[str, int], step: str) -> int:
    """How many the request is about: who would carry the tag, or of one that ends who carries it."""
    return counts["had"] + counts["gained"] - (counts["lost"] if step in (Step.ADD, Step.CHANGE) else 0)
