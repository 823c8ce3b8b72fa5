"""The own area in figures. Every figure says which count it is: 常住 live here, 户籍 are registered here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts import rights
from accounts.actors import Actor
from accounts.codes import SPAN, Level
from accounts.recall import recall
from accounts.rights import holds

OLD_AGE = 80
COUNTED_LEVELS = frozenset({Level.TOWN, Level.COMMUNITY, Level.GRID, Level.MICROGRID})
"""Up to a town counting is a matter of milliseconds; a district has its own statistics."""


@dataclass(frozen=True, slots=True)
class Figures:
    """resident: 常住; registered: 户籍; away: registered here, living elsewhere; guests: the other way round.

    old, alone, unchecked are residents: aged 80 or more; old and living alone; phone not verified for 12 months.
    """

    resident: int
    registered: int
    away: int
    guests: int
    old: int
    alone: int
    unchecked: int
    dwellings: int
    rented: int


_FIGURES = """
WITH people AS (
    SELECT birth_date, is_elderly_alone, provenance #>> '{person.phone,on}' AS checked_on,
           area_code BETWEEN %(low)s AND %(high)s AS here,
           registered_area_code BETWEEN %(low)s AND %(high)s AS registered,
           area_code - area_code %% %(span)s <> registered_area_code - registered_area_code %% %(span)s AS separated
    FROM registry_person
    WHERE closed_on IS NULL
      AND (area_code BETWEEN %(low)s AND %(high)s OR registered_area_code BETWEEN %(low)s AND %(high)s)
), counted AS (
    SELECT count(*) FILTER (WHERE here), count(*) FILTER (WHERE registered),
           count(*) FILTER (WHERE registered AND separated), count(*) FILTER (WHERE here AND separated),
           count(*) FILTER (WHERE here AND birth_date <= %(old_before)s),
           count(*) FILTER (WHERE here AND is_elderly_alone),
           count(*) FILTER (WHERE here AND (checked_on IS NULL OR checked_on < %(checked_before)s))
    FROM people
), homes AS (
    SELECT count(*), count(*) FILTER (WHERE is_rented)
    FROM registry_dwelling WHERE closed_on IS NULL AND area_code BETWEEN %(low)s AND %(high)s
)
SELECT * FROM counted CROSS JOIN homes
"""


def get_figures(*, actor: Actor, on: date) -> Figures | None:
    """Counts on that day in one query; None for a post that sees no residents or a whole district of them.

    A town gets those of the last minutes: it is thirty thousand people, and who reads there changes none of them.
    """
    if actor.scope is None or actor.area_level not in COUNTED_LEVELS or not holds(actor, rights.VIEW_RESIDENTS):
        return None
    low, high = actor.scope
    bounds: dict[str, int | date | str] = {
        "low": low,
        "high": high,
        "span": SPAN[Level.COMMUNITY],
        "old_before": _years_before(on, OLD_AGE),
        "checked_before": _years_before(on, 1).isoformat(),
    }
    if actor.area_level != Level.TOWN:
        return _count(bounds)
    return recall(f"figures {bounds}", Figures, lambda: _count(bounds), seconds=300)


def _count(bounds: Mapping[str, int | date | str]) -> Figures:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, bounds)
        return Figures(*cursor.fetchone())


def _years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 28 February where it had no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
