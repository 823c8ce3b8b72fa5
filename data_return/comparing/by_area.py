"""A comparison counted by community, for those above them (按村居汇总). Lines of few people are withheld: see 0014."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from psycopg2.sql import SQL, Literal

from accounts.codes import SPAN, Level
from accounts.models import Area
from accounts.suppression import TOTAL, Tree, withhold
from data_return.comparing.reading import Comparison, Kind, expected_keys, run, where_of

THEIRS = "theirs"
NOWHERE = -1
"""Key of the line of records that lie in no community yet."""
COUNTED = (Kind.SAME, Kind.DIFFERS, Kind.LACKS, Kind.HERE)
_SIDES = SQL(
    """
WITH {ctes}
SELECT area_code - area_code % {span}, count(*), count(*) FILTER (WHERE {same}), count(*) FILTER (WHERE {differs}),
       count(*) FILTER (WHERE {lacks}), count(*) FILTER (WHERE {here})
FROM sides GROUP BY 1
"""
)
_THERE = SQL(
    """
WITH {ctes}, expected AS ({expected})
SELECT s.area_code - s.area_code % {span}, count(*)
FROM expected e JOIN {table} s ON s.id = e.id AND s.area_code BETWEEN {low} AND {high}
WHERE NOT EXISTS (SELECT 1 FROM matched m WHERE m.subject_id = e.id) GROUP BY 1
"""
)


@dataclass(frozen=True, slots=True)
class Line:
    """An area with its counts in the order of `columns`; each None where they are withheld. depth: 0 for the whole."""

    name: str
    depth: int
    counts: Sequence[int | None]

    @property
    def indent(self) -> str:
        return "\u3000" * self.depth


@dataclass(frozen=True, slots=True)
class ByArea:
    """columns: "theirs" (records of the department), then kinds of `Kind`."""

    columns: Sequence[str]
    lines: Sequence[Line]
    records: int


def count_by_area(comparison: Comparison) -> ByArea:
    """Every community of the reader's area and those around it, first the whole. Two statements and one for names."""
    columns = [THEIRS, *COUNTED, *([Kind.THERE] if comparison.covers else [])]
    counts = _count(comparison)
    areas = _areas(comparison)
    root = comparison.actor.area_code
    parents = {area.code: area.parent_id for area in areas if area.code != root and area.parent_id is not None}
    communities = {area.code for area in areas if area.level == Level.COMMUNITY}
    summed: dict[int, Counter[str]] = {area.code: Counter() for area in areas}
    for code, found in counts.items():
        line = code if code in communities else NOWHERE
        if line == NOWHERE:
            parents[NOWHERE] = root
        for around in _way(line, parents):
            summed.setdefault(around, Counter()).update(found)
    tree = Tree(root, parents, {code: dict(found) for code, found in summed.items()})
    out = withhold(tree, small=settings.SMALL_COUNT)
    names = {area.code: (area.name, _depth(area.code, parents)) for area in areas} | {NOWHERE: ("还没有分到村居的", 1)}
    order = [area.code for area in areas] + ([NOWHERE] if NOWHERE in summed else [])
    lines = [
        Line(*names[code], [None if code in out else summed[code][column] for column in columns]) for code in order
    ]
    return ByArea(columns, lines, summed[root][THEIRS])


def _count(comparison: Comparison) -> dict[int, Counter[str]]:
    """By community. TOTAL is what the suppression orders lines by."""
    compared, span = comparison.compared, Literal(SPAN[Level.COMMUNITY])
    kinds = {kind.value: where_of(kind) for kind in COUNTED}
    found: dict[int, Counter[str]] = {}
    for code, theirs, *of_kind in run(comparison, _SIDES.format(ctes=compared.ctes(), span=span, **kinds)):
        found[code] = Counter({TOTAL: theirs, THEIRS: theirs, **dict(zip(COUNTED, of_kind, strict=True))})
    if comparison.covers:
        query = _THERE.format(
            ctes=compared.ctes(),
            expected=expected_keys(comparison),
            span=span,
            table=compared.table,
            low=Literal(compared.area[0]),
            high=Literal(compared.area[1]),
        )
        for code, there in run(comparison, query):
            found.setdefault(code, Counter()).update({TOTAL: there, Kind.THERE: there})
    return found


def _areas(comparison: Comparison) -> list[Area]:
    """The reader's own area and those below it down to communities, each after the one around it."""
    inside = Area.objects.visible_to(comparison.actor).exclude(level__in=(Level.GRID, Level.MICROGRID))
    return list(inside.order_by("code"))


def _way(code: int, parents: dict[int, int]) -> Iterator[int]:
    """The area and those around it."""
    yield code
    while code in parents:
        code = parents[code]
        yield code


def _depth(code: int, parents: dict[int, int]) -> int:
    return sum(1 for _ in _way(code, parents)) - 1
