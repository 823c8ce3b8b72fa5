"""Rows as a source gives them, made into columns; and the order that it promised. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from data_return.channels.faults import Fault, SourceFailed
from data_return.connectors.kinds import Columns

DEEPEST, MOST_FIELDS, LONGEST = 4, 300, 2000


def flat(row: Any) -> dict[str, Any]:
    """An object with its inner ones: {"person": {"name": "x"}} is {"person.name": "x"}. Lists are left out.

    Raises SourceFailed(BAD_SHAPE) for what is no object.
    """
    if not isinstance(row, Mapping):
        raise SourceFailed(Fault.BAD_SHAPE)
    found: dict[str, Any] = {}
    _flatten(row, "", found, DEEPEST)
    return found


def to_columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Every field that any row has. Raises SourceFailed(BAD_SHAPE) for more than a table could have."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    if len(names) > MOST_FIELDS:
        raise SourceFailed(Fault.BAD_SHAPE)
    return {name: [row.get(name) for row in rows] for name in names}


def plain(value: Any) -> Any:
    """A value as the readers of data items take it: text, whole number, day, time, yes or no, None."""
    if isinstance(value, str):
        return value[:LONGEST]
    if value is None or isinstance(value, bool | int | date | float):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else f"{value:f}"
    return str(value)[:LONGEST] if not isinstance(value, bytes | memoryview) else None


def order_of(value: Any) -> tuple[int, Any]:
    """By which two values of one field are compared: times, numbers (written as text, too), texts."""
    if isinstance(value, datetime):
        return 0, value.timestamp()
    if isinstance(value, date):
        return 0, datetime(value.year, value.month, value.day).timestamp()  # noqa: DTZ001  (all of one column alike)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return 1, value
    text = "" if value is None else str(value)
    return (1, int(text)) if text.isascii() and text.isdigit() else (2, text)


def behind(rows: Sequence[dict[str, Any]], updated: str, key: str, since: Sequence[Any] | None) -> list[dict[str, Any]]:
    """Rows after `since`. Raises SourceFailed: PAGE_TWICE, OUT_OF_ORDER, FIELDS_GONE where nothing orders a row."""
    if any(row.get(updated) is None or row.get(key) is None for row in rows):
        raise SourceFailed(Fault.FIELDS_GONE)
    places = [_place(row[updated], row[key]) for row in rows]
    last = _place(since[0], since[1]) if since else None
    if last is not None and places and places[0][0] < last[0]:  # it was asked for later ones
        raise SourceFailed(Fault.PAGE_TWICE if places[-1] <= last else Fault.OUT_OF_ORDER)
    if any(one > next_ for one, next_ in pairwise(places)):
        raise SourceFailed(Fault.OUT_OF_ORDER)
    return [row for row, place in zip(rows, places, strict=True) if last is None or place > last]


def earlier(value: Any, minutes: int) -> Any:
    """A time so much before: what was written late over there is read again. What is no time stays as it is."""
    if isinstance(value, datetime):
        return value - timedelta(minutes=minutes)
    if not isinstance(value, str):
        return value
    try:
        before = datetime.fromisoformat(value) - timedelta(minutes=minutes)
    except ValueError:
        return value
    if len(value) <= len("2026-01-01"):
        return before.date().isoformat()
    text = before.isoformat(sep=value[10], timespec="milliseconds" if "." in value else "seconds")
    return text.replace("+00:00", "Z") if value.endswith("Z") else text


def pick(path: str, inside: Any) -> Any:
    """What stands at a path such as `data.rows` of an object; the whole for an empty path, None where nothing does."""
    for part in filter(None, path.split(".")):
        inside = inside.get(part) if isinstance(inside, Mapping) else None
    return inside


def as_count(value: Any) -> int | None:
    """A number of rows, also written as text; None for what is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def rows_at(path: str, body: Any) -> list[dict[str, Any]]:
    """The list of rows of an answer. Raises SourceFailed(BAD_SHAPE)."""
    found = pick(path, body)
    if not isinstance(found, list):
        raise SourceFailed(Fault.BAD_SHAPE)
    return [flat(row) for row in found]


def _flatten(row: Mapping[Any, Any], before: str, found: dict[str, Any], deepest: int) -> None:
    for name, value in row.items():
        full = f"{before}{name}"
        if isinstance(value, Mapping):
            if deepest:
                _flatten(value, f"{full}.", found, deepest - 1)
        elif not isinstance(value, list):
            found[full[:100]] = plain(value)


def _place(updated: Any, key: Any) -> tuple[Any, ...]:
    """key None stands before all keys of that time."""
    return order_of(updated), (order_of(key) if key is not None else (-1, 0))
