"""Periods of an account: a month, a quarter or a year of the local calendar. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from accounts.local_days import add_months, midnight

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
_QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")
_YEAR = re.compile(r"^(\d{4})$")
FIRST_YEAR, LAST_YEAR = 2000, 2999


@dataclass(frozen=True, slots=True)
class Period:
    """key: as in an address, "2026-11", "2026-Q4" or "2026". first: its first day; months: how many it has."""

    key: str
    label: str
    first: date
    months: int

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return midnight(add_months(self.first, self.months))

    @property
    def last_month(self) -> date:
        """First day of its last month."""
        return add_months(self.first, self.months - 1)


def parse_period(key: str) -> Period | None:
    """None for any other shape."""
    for pattern, build in ((_MONTH, _month), (_QUARTER, _quarter), (_YEAR, _year)):
        found = pattern.match(key)
        if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            return build(*(int(part) for part in found.groups()))
    return None


def month_of(day: date) -> Period:
    return _month(day.year, day.month)


def year_of(day: date) -> Period:
    return _year(day.year)


def list_choices(today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (key, label), the newest first: three years, eight quarters, 24 months."""
    years = [_year(today.year - ago) for ago in range(3)]
    quarters = [_quarter_of(add_months(today.replace(day=1), -3 * ago)) for ago in range(8)]
    months = [month_of(add_months(today.replace(day=1), -ago)) for ago in range(24)]
    groups = {"年": years, "季度": quarters, "月": months}
    return [(name, [(one.key, one.label) for one in found]) for name, found in groups.items()]


def _quarter_of(day: date) -> Period:
    return _quarter(day.year, (day.month + 2) // 3)


def _month(year: int, month: int) -> Period:
    return Period(f"{year}-{month:02d}", f"{year} 年 {month} 月", date(year, month, 1), 1)


def _quarter(year: int, quarter: int) -> Period:
    return Period(f"{year}-Q{quarter}", f"{year} 年第{'一二三四'[quarter - 1]}季度", date(year, quarter * 3 - 2, 1), 3)


def _year(year: int) -> Period:
    return Period(f"{year}", f"{year} 年", date(year, 1, 1), 12)
