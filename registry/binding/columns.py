"""The columns of a sheet and the full path of each one's header."""

from dataclasses import dataclass

from accounts.xlsx.sheet import column_letter

from .grid import Cell, Grid
from .headers import join_path


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """number: 1-based; path: header texts from the top level down, at least one."""

    number: int
    path: tuple[str, ...]
    hidden: bool = False

    @property
    def letter(self) -> str:
        return column_letter(self.number)

    @property
    def header(self) -> str:
        return join_path(list(self.path))


def source_columns(grid: Grid, rows: tuple[int, int]) -> list[SourceColumn]:
    """Columns with a header, from the left. A column that only widens a merged one, or has no header, is no column."""
    found = []
    for number in range(1, grid.width + 1):
        path = _path(grid, rows, number)
        if path:
            found.append(SourceColumn(number, path, number in grid.sheet.hidden_columns))
    return found


def _path(grid: Grid, rows: tuple[int, int], number: int) -> tuple[str, ...]:
    cells = [_cell(grid, row, number, rows[1]) for row in range(rows[0], rows[1] + 1)]
    levels = [cell for cell in dict.fromkeys(cells) if cell is not None and cell.text]
    if not levels or (levels[-1].column != number and _only_widens(grid, levels[-1], rows[1], number)):
        return ()
    return tuple(cell.text for cell in levels)


def _only_widens(grid: Grid, leaf: Cell, last: int, number: int) -> bool:
    """True where nothing of its own stands below a header merged across: a wide cell, or a gap under a parent."""
    return leaf.bottom >= last or not grid.cell(last, number).text


def _cell(grid: Grid, row: int, number: int, last: int) -> Cell | None:
    """The header cell over a column. An unmerged gap beside a parent is the parent's if something stands below it."""
    cell = grid.cell(row, number)
    if cell.text or row == last or not _has_text_below(grid, row, number, last):
        return cell
    left = number - 1
    while left > 0 and not grid.cell(row, left).text:
        if not _has_text_below(grid, row, left, last):
            return None
        left -= 1
    parent = grid.cell(row, left) if left else None
    return parent if parent and parent.bottom == row and _has_text_below(grid, row, left, last) else None


def _has_text_below(grid: Grid, row: int, number: int, last: int) -> bool:
    return any((cell := grid.cell(below, number)).text and cell.row > row for below in range(row + 1, last + 1))
