"""How many people, by area. Small numbers are withheld from whoever sees no resident."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, F, QuerySet, Value

from accounts.actors import Actor
from accounts.codes import SPAN, Level, subtree
from accounts.models import Area
from accounts.rights import VIEW_RESIDENTS, holds
from accounts.suppression import TOTAL, Tree, withhold

BELOW = {
    Level.PROVINCE: Level.CITY,
    Level.CITY: Level.DISTRICT,
    Level.DISTRICT: Level.TOWN,
    Level.TOWN: Level.COMMUNITY,
    Level.COMMUNITY: Level.GRID,
    Level.GRID: Level.MICROGRID,
    Level.MICROGRID: Level.MICROGRID,
}
ROOT = -1
"""Of the tree of suppression: rows that stand at the post's own code are a line of their own."""


@dataclass(frozen=True, slots=True)
class AreaCount:
    """count: None where it is withheld (fewer than SMALL_COUNT, or one could compute such a number from it)."""

    name: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Living there (常住), by the areas one level below the post's. total: None where it is withheld."""

    areas: list[AreaCount]
    total: int | None


def range_of(area_code: int) -> tuple[int, int]:
    """Codes inside an area, told by the zeros at its end."""
    return subtree(area_code, next(level for level, span in SPAN.items() if area_code % span == 0))


def count_by_area(rows: QuerySet[Any], actor: Actor) -> Counts:
    """Rows inside the post's scope, by the level below it: two queries."""
    span = SPAN[BELOW[actor.area_level]]
    inside = rows.filter(area_code__range=actor.scope or (0, -1)).order_by()
    grouped = inside.annotate(part=F("area_code") - F("area_code") % Value(span)).values("part")
    found = dict(grouped.annotate(n=Count("*")).values_list("part", "n"))
    out = set() if holds(actor, VIEW_RESIDENTS) else withheld_lines(found)
    names = dict(Area.objects.filter(code__in=found).values_list("code", "name"))
    lines = [AreaCount(names.get(one, "未划分"), None if one in out else found[one]) for one in sorted(found)]
    return Counts(lines, None if ROOT in out else sum(found.values()))


def withheld_lines(found: Mapping[int, int]) -> set[int]:
    """Areas, and ROOT for their sum, whose numbers are withheld from who sees no resident (0014)."""
    counts = {code: Counter({TOTAL: n}) for code, n in found.items()} | {ROOT: Counter({TOTAL: sum(found.values())})}
    return withhold(Tree(ROOT, dict.fromkeys(found, ROOT), counts), small=settings.SMALL_COUNT)
