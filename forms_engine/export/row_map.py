"""Where the rows of the brought sheet go when its data rows give way to more or fewer of them."""

import re
from dataclasses import dataclass

REFERENCE = re.compile(r"(\$?[A-Z]{0,3}\$?)(\d*)")


@dataclass(frozen=True, slots=True)
class RowMap:
    """Rows `first` to `last` (1-based, both ends) are replaced by `size` rows; last = first - 1 means an insertion."""

    first: int
    last: int
    size: int

    @property
    def shift(self) -> int:
        """By how many rows everything below moves down."""
        return self.size - (self.last - self.first + 1)

    @property
    def new_last(self) -> int:
        return self.first + self.size - 1

    def holds(self, row: int) -> bool:
        """Whether it is one of the replaced rows."""
        return self.first <= row <= self.last

    def start(self, row: int) -> int:
        """New place of a row that begins a range: one among the data rows begins with the first of them."""
        return min(row, self.first) if row <= self.last else row + self.shift

    def end(self, row: int) -> int:
        """New place of a row that ends a range: one among the data rows ends with the last of them."""
        if self.holds(row):
            return self.new_last
        return row if row < self.first else row + self.shift

    def moved(self, row: int) -> int:
        """New place of a row outside the data rows."""
        return row if row < self.first else row + self.shift

    def anchored(self, row: int) -> int:
        """New place of a picture's corner: beside the data it stays, below it moves along."""
        return min(row, max(self.new_last, self.first)) if self.holds(row) else self.moved(row)


def split_range(reference: str) -> tuple[str, int, str, int] | None:
    """("A", 4, "N", 9) of "A4:N9", ("A", 4, "A", 4) of "A4"; None where a row is missing, as in "A:N"."""
    start, _, end = reference.partition(":")
    ends = [REFERENCE.fullmatch(part) for part in (start, end or start)]
    if not ends[0] or not ends[1] or not ends[0][2] or not ends[1][2]:
        return None
    return ends[0][1], int(ends[0][2]), ends[1][1], int(ends[1][2])


def stretch(reference: str, rows: RowMap) -> str:
    """A range of a rule in the new sheet: what held for any data row holds for all of them."""
    found = split_range(reference)
    if found is None:
        return reference
    left, top, right, bottom = found
    return _joined(left, rows.start(top), right, rows.end(bottom))


def stretch_all(references: str, rows: RowMap) -> str:
    """The same for a list with blanks between (ST_Sqref)."""
    return " ".join(dict.fromkeys(stretch(reference, rows) for reference in references.split()))


def move(reference: str, rows: RowMap) -> str | None:
    """A range that belongs to its own cells; None where it lay among the data rows and is gone with them."""
    found = split_range(reference)
    if found is None:
        return reference
    left, top, right, bottom = found
    if rows.holds(top) and rows.holds(bottom):
        return None
    return _joined(left, rows.start(top), right, rows.end(bottom))


def _joined(left: str, top: int, right: str, bottom: int) -> str:
    return f"{left}{top}" if (left, top) == (right, bottom) else f"{left}{top}:{right}{bottom}"
