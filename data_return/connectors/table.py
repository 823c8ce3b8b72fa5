"""A table or view of a database, by update time and key where it has both."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar

from django import forms

from data_return.channels.sql import SqlChannel, SqlKind
from data_return.connectors.kinds import AsksForm, At, Page, SourceKind, Wanted
from data_return.connectors.shaping import plain


class TableForm(AsksForm):
    table = forms.CharField(label="表或视图", max_length=200, help_text="模式名.表名,如 public.allowance。")


class SqlTable(SourceKind):
    code = "sql_table"
    label = "数据库的表或视图"
    channels: ClassVar[frozenset[str]] = frozenset({SqlKind.code})
    form = TableForm

    needs_key = True

    @classmethod
    def knows_changes(cls, asks: Mapping[str, Any]) -> bool:
        return True

    def list_fields(self) -> tuple[str, ...]:
        channel: SqlChannel = self.channel
        return tuple(field.name for field in channel.list_fields(self.asks["table"]))

    def read(self, wanted: Wanted, at: At) -> Page:
        """Without `updated` everything, in the order of the key, so that rows which come and go over there meanwhile
        move no other."""
        channel: SqlChannel = self.channel
        table = self.asks["table"]
        fields = wanted.fields or self.list_fields()
        order = [name for name in (wanted.updated, wanted.key) if name] or [fields[0]]
        after = _after(wanted) if wanted.updated else at.get("after", ())
        asked = list(dict.fromkeys([*fields, *order]))
        rows = channel.read_rows(
            table,
            asked,
            order=order,
            after=after,
            most=wanted.size,
            strictly=len(after) == len(order),
        )
        last = tuple(rows[-1][asked.index(name)] for name in order) if rows else ()
        page = dict(zip(fields, _columns(rows, len(fields)), strict=True))
        over = len(rows) < wanted.size
        if wanted.updated:
            return Page(page, len(rows), None if over else {}, last or None)
        total = channel.count(table) if over else None
        return Page(page, len(rows), None if over else {"after": last}, total=total, whole=True)


def _after(wanted: Wanted) -> Sequence[Any]:
    return [part for part in wanted.since or () if part is not None]


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """The first so many of each row, as columns."""
    if not rows:
        return [[] for _ in range(width)]
    return [list(map(plain, column)) for column in islice(zip(*rows, strict=True), width)]
