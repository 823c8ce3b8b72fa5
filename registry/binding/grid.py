"""A sheet as a grid of cells and merged blocks."""

from dataclasses import dataclass

from accounts.xlsx.sheet import CellRange, Sheet

from .headers import plain, tidy

LOOK_AT = 40  # rows in which a header must begin
DEEPEST = 5  # header rows
FOOTER_DEEPEST = 60  # rows from the bottom in which a footer may stand


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell, or a merged block of them, at its upper left corner. Numbers are 1-based."""

    row: int
    column: int
    bottom: int
    right: int
    value: object

    @property
    def text(self) -> str:
        """As it is shown."""
        return tidy(self.value)

    @property
    def plain(self) -> str:
        """As rules read it: punctuation of both widths folded to one."""
        return plain(self.value)


class Grid:
    """A sheet seen through its merged cells."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.height = len(sheet.rows)
        self.width = max((len(row) for row in sheet.rows[:LOOK_AT]), default=0)
        self._merged = {
            (row, column): merge
            for merge in sheet.merges
            if merge.top <= LOOK_AT + DEEPEST or merge.top > self.height - FOOTER_DEEPEST
            for row in range(merge.top, min(merge.bottom, merge.top + LOOK_AT) + 1)
            for column in range(merge.left, min(merge.right, self.width) + 1)
        }

    def cell(self, row: int, column: int) -> Cell:
        """The cell or merged block that covers a place."""
        merge = self._merged.get((row, column)) or CellRange(row, column, row, column)
        value: object = ""
        if merge.top <= self.height and merge.left <= len(self.sheet.rows[merge.top - 1]):
            value = self.sheet.rows[merge.top - 1][merge.left - 1]
        return Cell(merge.top, merge.left, merge.bottom, merge.right, value)

    def cells(self, row: int) -> list[Cell]:
        """Filled cells that begin in a row, from the left."""
        if not 1 <= row <= self.height:
            return []
        found = (self.cell(row, column) for column in range(1, len(self.sheet.rows[row - 1]) + 1))
        return [
            cell for cell in dict.fromkeys(found) if cell.row == row and (cell.text or cell.value not in ("", None))
        ]
