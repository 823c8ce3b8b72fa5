"""Age as a bound on the birth date: `age >= 80` becomes `born on or before`, which an index answers."""

from collections.abc import Callable
from datetime import date

from django.db.models import Q


def compare_age(op: str, years: int, *, born: str, on: date) -> Q:
    """Whether the age in whole years at `on` meets the comparison. op: = < <= > >=; born: path to the birth date.

    The same as comparing the derived item person.age; an unknown birth date meets nothing.
    """
    return _COMPARE[op](years, born, on)


def birthday_before(on: date, years: int) -> date:
    """Latest birth date of somebody who is `years` old at `on`; who was born on 29 February waits for 1 March."""
    year = on.year - years
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    try:
        return on.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _at_least(years: int, born: str, on: date) -> Q:
    return Q(**{f"{born}__lte": birthday_before(on, years)})


def _below(years: int, born: str, on: date) -> Q:
    return Q(**{f"{born}__gt": birthday_before(on, years)})


_COMPARE: dict[str, Callable[[int, str, date], Q]] = {
    ">=": _at_least,
    ">": lambda years, born, on: _at_least(years + 1, born, on),
    "<": _below,
    "<=": lambda years, born, on: _below(years + 1, born, on),
    "=": lambda years, born, on: _at_least(years, born, on) & _below(years + 1, born, on),
}
