"""How often a system is opened by the one login (使用情况): by month, role and town; of no user and of no village."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum

from accounts.roles import Role
from portal.models import LaunchCount, System, TownLaunchCount
from portal.selectors.low_use import Window, months_before, only_hardly_used, window_before

MONTHS = 12
"""How far back is looked at most, the running month included."""


@dataclass(frozen=True, slots=True)
class Month:
    """first: its first day. percent: of the busiest month."""

    first: date
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Use:
    """months: since the admission, the running one first. roles, towns: names with how often in all of them, the most
    first.

    is_low: hardly used in the whole months of `window`. enough: from how many entries in them it would not be.
    """

    months: Sequence[Month]
    roles: Sequence[tuple[str, int]]
    towns: Sequence[tuple[str, int]]
    window: Window
    is_low: bool
    enough: int

    @property
    def total(self) -> int:
        return sum(month.count for month in self.months)

    @property
    def in_window(self) -> int:
        return sum(month.count for month in self.months if self.window.since <= month.first <= self.window.until)


def get_use(*, system: System, today: date) -> Use:
    """Of an admitted system that the caller may look after. Four queries."""
    since = months_before(today, MONTHS - 1)
    launches = LaunchCount.objects.filter(system=system, month__gte=since)
    return Use(
        months=_list_months(system, launches, today),
        roles=[(Role(role).label, total) for role, total in _summed(launches, "role")],
        towns=_summed(TownLaunchCount.objects.filter(system=system, month__gte=since), "town__name"),
        window=window_before(today),
        is_low=only_hardly_used(System.objects.filter(pk=system.pk), today).exists(),
        enough=settings.LOW_USE_LAUNCHES,
    )


def _list_months(system: System, launches: QuerySet[LaunchCount], today: date) -> list[Month]:
    counts = dict(_summed(launches, "month"))
    most = max(counts.values(), default=1)
    began = system.admitted_on or today
    firsts = [first for back in range(MONTHS) if (first := months_before(today, back)) >= began.replace(day=1)]
    return [Month(first, counts.get(first, 0), 100 * counts.get(first, 0) // most) for first in firsts]


def _summed(counted: QuerySet[Any], by: str) -> list[tuple[Any, int]]:
    """Each value of `by` with its entries, the most first."""
    return list(counted.values(by).annotate(total=Sum("count")).order_by("-total", by).values_list(by, "total"))
