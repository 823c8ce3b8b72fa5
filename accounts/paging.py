"""Keyset paging (翻页): the next page starts after the last row shown, so page 1,000 costs as much as page 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, OrderBy, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 50
AFTER = "after"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """What `_paging.html` needs. total: None where counting would cost more than it tells."""

    rows: list[Row]
    first_url: str
    next_url: str
    total: int | None = None

    @property
    def shown(self) -> int:
        return len(self.rows)


def take_page(
    rows: QuerySet[Row],
    request: HttpRequest,
    *,
    key: Sequence[str],
    total: int | None = None,
    size: int = PAGE_SIZE,
    parts: Sequence[Q] = (),
) -> Page[Row]:
    """The page of `rows` that the request asks for; the first one where its `after` is no row any more.

    key: columns that order the rows and together name one, none of them NULL; "-" before a column: descending.
    parts: conditions of which each row meets one, where `rows` may meet this or that: an OR has no index, its parts do.
    The first is the one whose index has the order of the key.
    The address carries only the id of the last row: its names and numbers do not belong into an address.
    """
    last_shown = _values_of(rows, request.GET.get(AFTER, ""), key)
    found = rows.order_by(*key)
    if last_shown is not None:
        found = found.filter(_behind(key, last_shown))
    taken = list(_head(found, parts, key, size + 1))
    next_url = _url(request, after=taken[size - 1].pk) if len(taken) > size else ""
    return Page(taken[:size], _url(request) if last_shown is not None else "", next_url, total)


def _head(found: QuerySet[Row], parts: Sequence[Q], key: Sequence[str], most: int) -> QuerySet[Row]:
    """The first of all are among the first of each part."""
    if len(parts) > 1:
        by_index, *others = parts
        first = found.filter(by_index).values("pk")[:most]
        rest = (found.filter(part).order_by(*map(_sorted_by, key)).values("pk")[:most] for part in others)
        found = found.filter(pk__in=first.union(*rest, all=True))
    return found[:most]


def _sorted_by(column: str) -> OrderBy:
    """The order of a column that no index has. The planner takes the rows of a part as spread evenly over an index in
    the order of the key, and walks all of it where there are none: a million people for the first page of a town."""
    name = column.removeprefix("-")
    return OrderBy(Coalesce(name, name), descending=column.startswith("-"))


def _values_of(rows: QuerySet[Any], pk: str, key: Sequence[str]) -> tuple[Any, ...] | None:
    """Key of the row with that id, whether or not it still passes the filters of `rows`."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    columns = [column.removeprefix("-") for column in key]
    found = rows.model._default_manager.using(rows.db).filter(pk=pk)
    values: tuple[Any, ...] | None = found.values_list(*columns).first()
    return values


def _behind(key: Sequence[str], values: Sequence[Any]) -> Q:
    """(a, b) > (x, y) column by column, since the directions may differ."""
    behind, equal, bound = Q(), Q(), Q()
    for column, value in zip(key, values, strict=True):
        name = column.removeprefix("-")
        step = "lt" if column.startswith("-") else "gt"
        # An index cannot start inside an OR: the plain bound of the first column is where its scan begins.
        bound = bound or Q(**{f"{name}__{step}e": value})
        behind |= equal & Q(**{f"{name}__{step}": value})
        equal &= Q(**{name: value})
    return bound & behind


def _url(request: HttpRequest, *, after: Any = None) -> str:
    query = request.GET.copy()
    query.pop(AFTER, None)
    if after is not None:
        query[AFTER] = str(after)
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path
