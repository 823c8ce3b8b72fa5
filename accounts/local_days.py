"""Local days as moments: comparisons that an index on a time answers. Months told by their first days."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.utils.timezone import make_aware


def midnight(day: date) -> datetime:
    """Beginning of a local day."""
    return make_aware(datetime.combine(day, time.min))


def months_until(last: date, count: int) -> Iterator[date]:
    """First days of `count` months, the oldest first; `last` is the first day of the last one."""
    return (add_months(last, -ago) for ago in reversed(range(count)))


def add_months(first: date, months: int) -> date:
    """first: a first day of a month. months: may be negative."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)
