"""Tags by area and by month, inside the post's scope. Small numbers are withheld from whoever sees no resident."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum

from accounts.actors import Actor
from accounts.codes import SPAN, Level
from accounts.errors import NotFound
from accounts.local_days import months_until
from accounts.models import Area
from accounts.rights import VIEW_RESIDENTS, holds
from registry.models import Entity
from tagging.models import MonthlyCount, Tag
from tagging.selectors.counts import BELOW, ROOT, withheld_lines

UNITS = {Entity.PERSON: "人", Entity.HOUSEHOLD: "户", Entity.DWELLING: "处", Entity.ORGANIZATION: "家"}
UNPLACED = "未划分"
_BY_AREA = """
SELECT carried.tag, k.area_code - k.area_code %% %(span)s, count(*)
FROM tagging_subjecttags k CROSS JOIN unnest(k.tags) AS carried (tag)
WHERE k.entity = %(entity)s AND k.area_code BETWEEN %(low)s AND %(high)s AND carried.tag = ANY(%(tags)s)
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A column: an area one level below. can_open: it has areas inside that the post may look at."""

    code: int
    name: str
    can_open: bool


@dataclass(frozen=True, slots=True)
class TagLine:
    """counts: in the order of the parts; None where a number is withheld."""

    tag: Tag
    total: int | None
    counts: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Table:
    place: Area
    parts: Sequence[Part]
    lines: Sequence[TagLine]

    @property
    def is_withheld(self) -> bool:
        """Whether any number is not shown."""
        return any(None in (line.total, *line.counts) for line in self.lines)


@dataclass(frozen=True, slots=True)
class MonthCount:
    first: date
    count: int | None


def get_place(*, actor: Actor, code: int | None = None) -> Area:
    """An area of the post, its own by default. Who sees no resident looks at the own area alone, because the numbers
    of two levels together would tell what each withholds. Raises NotFound.
    """
    own = actor.area_code
    found = Area.objects.visible_to(actor).filter(code=own if code is None else code).first()
    if found is None or (found.code != own and not holds(actor, VIEW_RESIDENTS)):
        raise NotFound
    return found


def below(place: Area) -> Level:
    """Level of the areas that a table of the place compares."""
    return BELOW[Level(place.level)]


def get_table(*, actor: Actor, place: Area, tags: Sequence[Tag]) -> Table:
    """Who lives there and carries the tags, by tag and area, in two queries whatever their number.

    tags: of one subject, none above the post's clearance.
    """
    if not tags:
        return Table(place, [], [])
    counted = _count(place, tags)
    codes = sorted({code for counts in counted.values() for code in counts})
    names = name_parts(place, codes)
    opens = below(place) != BELOW[below(place)] and holds(actor, VIEW_RESIDENTS)
    parts = [Part(code, names[code], opens and names[code] != UNPLACED) for code in codes]
    return Table(place, parts, [_line(actor, tag, codes, counted.get(tag.pk, {})) for tag in tags])


def name_parts(place: Area, codes: Collection[int]) -> dict[int, str]:
    """Names of the lines of a table; who stands at the code of the place itself is in none of the areas inside it."""
    names = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    if below(place) != place.level:
        names.pop(place.code, None)
    return {code: names.get(code, UNPLACED) for code in codes}


def list_months(*, actor: Actor, place: Area, tag: Tag, today: date, months: int = 12) -> list[MonthCount]:
    """How many carried the tag at the end of each of the last months, oldest first, from the first with anybody.

    The running month is that of last night; one in which no night counted anything is left out. One query.
    """
    first, *rest = months_until(today.replace(day=1), months)
    found = MonthlyCount.objects.visible_to(actor).filter(area_code__range=place.range, month__gte=first)
    summed = found.order_by().values("month").annotate(n=Sum("count", filter=Q(tag=tag.pk)))
    counted = dict(summed.values_list("month", "n"))
    begun = min((month for month, number in counted.items() if number), default=date.max)
    hides = not holds(actor, VIEW_RESIDENTS)
    shown = [month for month in (first, *rest) if month in counted and month >= begun]
    return [MonthCount(month, _shown(counted[month] or 0, hides=hides)) for month in shown]


def _count(place: Area, tags: Sequence[Tag]) -> dict[int, dict[int, int]]:
    """Key of a tag -> area -> number. Row-level security narrows it to the scope."""
    low, high = place.range
    given: dict[str, Any] = {"span": SPAN[below(place)], "entity": tags[0].subject, "low": low, "high": high}
    found: dict[int, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_AREA, given | {"tags": [tag.pk for tag in tags]})
        for key, code, number in cursor.fetchall():
            found.setdefault(key, {})[code] = number
    return found


def _line(actor: Actor, tag: Tag, codes: Sequence[int], counts: dict[int, int]) -> TagLine:
    out = set() if holds(actor, VIEW_RESIDENTS) else withheld_lines(counts)
    total = None if ROOT in out else sum(counts.values())
    return TagLine(tag, total, [None if code in out else counts.get(code, 0) for code in codes])


def _shown(number: int, *, hides: bool) -> int | None:
    return None if hides and 0 < number < settings.SMALL_COUNT else number
