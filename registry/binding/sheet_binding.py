"""The result of binding: all that preview, import and export need to know about a sheet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from accounts.xlsx.sheet import column_number

ROW_NUMBER = "#"


class SheetKind(StrEnum):
    ROSTER = "roster"  # 名册: a row per subject
    SINGLE = "single"  # 单表: labels and blanks about one subject
    STATISTICS = "statistics"  # 统计表: counts by area or category


KIND_NAMES = {SheetKind.ROSTER: "名册", SheetKind.SINGLE: "单表", SheetKind.STATISTICS: "统计表"}


@dataclass(frozen=True, slots=True)
class ColumnBinding:
    """One column. item: code, "#" for the running number, None for a new ask; confidence 0 to 1; why: Chinese sentence.

    unit: as named in the header; scale: stored number x scale = number in this column, decimal text, "" for 1.
    """

    letter: str
    header: str
    item: str | None
    confidence: float
    why: str
    hidden: bool = False
    unit: str = ""
    scale: str = ""

    @property
    def number(self) -> int:
        return column_number(self.letter)

    @property
    def is_bound(self) -> bool:
        return self.item is not None and self.item != ROW_NUMBER


@dataclass(frozen=True)
class SheetBinding:
    """Layout and meaning of one sheet. All rows 1-based, ranges with both ends.

    first_data_row to last_data_row: blank or filled rows of the brought file, before the footer.
    skipped_rows: samples, instructions, column numbers, subtotals. population: registered, resident, both or None.
    other_sheets: further sheets with content, left unread.
    """

    sheet: str
    title: str
    kind: SheetKind
    subject: str | None
    population: str | None
    header_rows: tuple[int, int]
    first_data_row: int
    last_data_row: int
    footer_rows: tuple[int, int] | None
    skipped_rows: tuple[int, ...]
    columns: tuple[ColumnBinding, ...]
    other_sheets: tuple[str, ...] = ()

    @property
    def column_numbers(self) -> Sequence[int]:
        return [column.number for column in self.columns]

    def column_of(self, item: str) -> ColumnBinding | None:
        """The column bound to an item; an item is bound once at most."""
        return next((column for column in self.columns if column.item == item), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain lists and dicts, keys as the fields here."""
        plain: dict[str, Any] = json.loads(self.to_json())
        return plain

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "SheetBinding":
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "SheetBinding":
        """The reverse of `as_dict`. Raises KeyError, TypeError, ValueError for another shape."""
        values = {name: _frozen(data[name]) for name in (field.name for field in fields(cls))}
        values["kind"] = SheetKind(data["kind"])
        values["columns"] = tuple(ColumnBinding(**column) for column in data["columns"])
        return cls(**values)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
