"""A workbook as it was read: values and layout facts, no styles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


def column_letter(number: int) -> str:
    """1 -> "A", 27 -> "AA"."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """ "A" -> 1, "AA" -> 27."""
    number = 0
    for char in letters:
        number = number * 26 + ord(char) - 64
    return number


@dataclass(frozen=True, slots=True)
class CellRange:
    """Merged cells, 1-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell with a formula; has_value: Excel has stored its last result."""

    row: int
    column: int
    has_value: bool

    @property
    def address(self) -> str:
        return f"{column_letter(self.column)}{self.row}"


@dataclass(frozen=True)
class Sheet:
    """rows[0] is row 1, rows[0][0] its cell A1; "" where empty, numbers as float, dates as date or datetime.

    last_row: last row with any cell, styled blank ones included; hidden_columns: 1-based.
    """

    name: str
    rows: Sequence[Sequence[object]]
    merges: tuple[CellRange, ...] = ()
    visible: bool = True
    hidden_columns: frozenset[int] = frozenset()
    formulas: tuple[Formula, ...] = ()
    last_row: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(value not in ("", None) for row in self.rows for value in row)


@dataclass(frozen=True)
class Workbook:
    """sheets: all of them in order, hidden ones too. At least one has content."""

    sheets: tuple[Sheet, ...] = field(default=())

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name. Raises KeyError."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)
