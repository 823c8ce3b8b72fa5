"""The head of a brought sheet as it looks: rows of cells with the spans of an HTML table."""

from collections.abc import Sequence
from typing import TypedDict

from accounts.xlsx import CellRange, Sheet
from registry.binding import SheetBinding

WIDEST = 200  # columns drawn
LONGEST_TEXT = 120


class PictureCell(TypedDict):
    """One cell or merged block. kind: "head" inside the header rows, "above" before them."""

    text: str
    across: int
    down: int
    kind: str


Picture = list[list[PictureCell]]


def draw_head(sheet: Sheet, binding: SheetBinding) -> Picture:
    """Rows from the top of the sheet to its last header row. Data rows are left out: they may name residents."""
    first, last = binding.header_rows
    width = min(WIDEST, max(column.number for column in binding.columns))
    merges = {(merge.top, merge.left): merge for merge in sheet.merges if merge.top <= last}
    covered = {place for merge in merges.values() for place in _covered(merge, width)}
    picture: Picture = []
    for row in range(1, min(last, len(sheet.rows)) + 1):
        columns = [column for column in range(1, width + 1) if (row, column) not in covered]
        places = [merges.get((row, column)) or CellRange(row, column, row, column) for column in columns]
        picture.append([_cell(sheet.rows[row - 1], place, width, first, last) for place in places])
    return picture


def _covered(merge: CellRange, width: int) -> list[tuple[int, int]]:
    """Places of a merged block that are not its upper left corner."""
    rows, columns = range(merge.top, merge.bottom + 1), range(merge.left, min(merge.right, width) + 1)
    return [(row, column) for row in rows for column in columns if (row, column) != (merge.top, merge.left)]


def _cell(values: Sequence[object], place: CellRange, width: int, first: int, last: int) -> PictureCell:
    value = values[place.left - 1] if place.left <= len(values) else ""
    return {
        "text": str(value if value is not None else "").strip()[:LONGEST_TEXT],
        "across": min(place.right, width) - place.left + 1,
        "down": min(place.bottom, last) - place.top + 1,
        "kind": "head" if place.top >= first else "above",
    }
