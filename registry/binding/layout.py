"""Where is what on a sheet: title, header rows, first data row, footer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from accounts.xlsx.refusals import NoHeader

from .grid import DEEPEST, LOOK_AT, Cell, Grid
from .headers import is_unit
from .parents import ParentKind, read_parent
from .rows import (
    FOOTER,
    find_footer,
    find_totals,
    is_banner,
    is_instructions,
    is_label,
    is_numbers,
    is_sample,
    skip_to_data,
)

MONEY_UNIT = re.compile(r"单位:\S{0,6}?(万元|元)")
CHOICES = frozenset("男女是否有无")


@dataclass(frozen=True, slots=True)
class Layout:
    """All rows 1-based, ranges with both ends. skipped_rows: samples and subtotals between data rows.

    money_unit: what a line above the header (单位:万元) says of every column of money, or "".
    """

    title: str
    header_rows: tuple[int, int]
    first_data_row: int
    last_data_row: int
    footer_rows: tuple[int, int] | None
    skipped_rows: tuple[int, ...]
    money_unit: str = ""


def find_layout(grid: Grid, knows: Callable[[str], bool]) -> Layout:
    """The parts of a sheet. knows: tells a text that is surely a header. Raises NoHeader."""
    best = _best_header_row(grid, knows)
    first = _extend_up(grid, best)
    last = _extend_down(grid, best)
    data, skipped = skip_to_data(grid, last + 1)
    footer = find_footer(grid, data)
    end = footer[0] - 1 if footer else max(grid.sheet.last_row, grid.height)
    inner = find_totals(grid, data, end)
    return Layout(
        _title(grid, first), (first, last), data, max(end, data), footer, (*skipped, *inner), _money_unit(grid, first)
    )


def _best_header_row(grid: Grid, knows: Callable[[str], bool]) -> int:
    scores = {row: _score(grid.cells(row), knows) for row in range(1, min(grid.height, LOOK_AT) + 1)}
    best = max(scores, key=lambda row: (scores[row], -row), default=0)
    if not best or scores[best] < 1:
        raise NoHeader()
    return best


def _score(cells: Sequence[Cell], knows: Callable[[str], bool]) -> float:
    labels = [cell for cell in cells if is_label(cell)]
    if len(labels) < 2:
        return 0
    known = sum(knows(cell.plain) for cell in labels)
    return known + 0.35 * (len(labels) - known) - (len(cells) - len(labels))


def _extend_up(grid: Grid, row: int) -> int:
    first, filled = row, {cell.column for cell in grid.cells(row)}
    while first > 1 and row - first < DEEPEST and _is_parent_row(grid, first - 1, filled):
        first -= 1
        filled |= {cell.column for cell in grid.cells(first)}
    return first


def _is_parent_row(grid: Grid, row: int, filled: set[int]) -> bool:
    """True where a row heads the columns below: merged down or across, or spreading over unmerged gaps.

    filled: columns with a header below. A strange text over the first column is a line of the form (城桥镇 … 2026年).
    """
    cells = grid.cells(row)
    if not cells or not all(is_label(cell) for cell in cells):
        return False
    if len(cells) == 1:
        across = cells[0].right - cells[0].column + 1
        return 1 < across < 0.6 * grid.width and cells[0].column > 1
    if any(cell.bottom > row or cell.right > cell.column for cell in cells):
        return True
    heads = [cell for cell in cells if cell.column in filled]
    ends = {cell.column: following.column for cell, following in pairwise([*cells, _beyond(cells[-1], grid)])}
    spread = [bool(filled & set(range(cell.column + 1, ends[cell.column]))) for cell in heads]
    unit_line = any(cell.column == min(filled) and read_parent(cell.text).kind is ParentKind.UNKNOWN for cell in heads)
    return bool(heads) and all(spread) and not unit_line


def _beyond(last: Cell, grid: Grid) -> Cell:
    """An end mark to the right of the last cell of a row."""
    return Cell(last.row, grid.width + 1, last.row, grid.width + 1, "")


def _extend_down(grid: Grid, row: int) -> int:
    last = max([row, *(cell.bottom for cell in grid.cells(row) if cell.bottom - row < DEEPEST)])
    while last - row < DEEPEST and _is_child_row(grid, last):
        last += 1
    return last


def _is_child_row(grid: Grid, row: int) -> bool:
    """True where the row below belongs to the header that ends in `row`: units, or children of merged parents."""
    below = grid.cells(row + 1)
    if not below or is_sample(below) or is_numbers(below, grid):
        return False
    if all(is_unit(cell.plain) for cell in below):
        return True
    if is_instructions(below) or not all(_may_be_child(cell) for cell in below):
        return False
    filled = {cell.column for cell in below}
    heads = [grid.cell(row, cell.column) for cell in below]
    spreads = [_spreads(grid, head, filled) for head in heads]
    fits = [
        not head.text or spread or is_unit(cell.plain) for head, spread, cell in zip(heads, spreads, below, strict=True)
    ]
    return all(fits) and any(spreads)


def _may_be_child(cell: Cell) -> bool:
    return is_label(cell) or is_unit(cell.plain) or cell.plain in CHOICES


def _spreads(grid: Grid, head: Cell, filled: set[int]) -> bool:
    """A parent over several columns: merged across, or with an unmerged gap to its right that has a child."""
    if not head.text or head.right > head.column:
        return bool(head.text)
    return head.column + 1 in filled and not grid.cell(head.row, head.column + 1).text


def _money_unit(grid: Grid, header: int) -> str:
    lines = [cell.plain for row in range(1, header) for cell in grid.cells(row)]
    return next((found[1] for line in lines if (found := MONEY_UNIT.search(line))), "")


def _title(grid: Grid, header: int) -> str:
    """The longest lone text above the header that is not a line to fill in."""
    lines = [cells[0] for row in range(1, header) if len(cells := grid.cells(row)) in (1, 2)]
    titles = [line.text for line in lines if line.text and not is_banner(line.plain) and not FOOTER.match(line.plain)]
    return max(titles, key=lambda title: (bool(set("表册单账帐") & set(title)), len(title)), default="")
