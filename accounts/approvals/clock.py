"""The clock (时限) of approvals: working days by the State Council's calendar of holidays and make-up days."""

from datetime import date, timedelta
from itertools import count

import chinese_calendar

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """A year whose calendar is not published yet (each November for the next one) counts Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY


def add_working_days(start: date, days: int) -> date:
    """The last day of a term of `days` working days that begins the day after `start`; days: 1 or more."""
    following = (start + timedelta(days=ahead) for ahead in count(1))
    working = (day for day in following if is_working_day(day))
    for _ in range(days - 1):
        next(working)
    return next(working)
