"""Refuse sheets with a second table under or beside the first."""

from collections import Counter
from collections.abc import Sequence
from operator import eq

from accounts.xlsx.refusals import TwoHeaders
from accounts.xlsx.sheet import column_letter

from . import lexicon
from .columns import SourceColumn
from .grid import Grid
from .headers import key_of, label_of, tidy
from .layout import Layout
from .rows import is_label
from .vocabulary import Vocabulary

NO_TEXT = "\n"  # begins no header: blanks are removed from them
LOOK_FOR_OTHERS = 2000  # rows in which a header of another kind is looked for; a repeated one is found anywhere
ADVICE = "一张工作表只能有一个表头,请拆成几张工作表(或删除重复的表头)后再上传。"


def refuse_second_block(grid: Grid, layout: Layout, columns: Sequence[SourceColumn], vocabulary: Vocabulary) -> None:
    """Raises TwoHeaders, naming rows or columns."""
    _refuse_beside(columns)
    leaves = {column.number: column.path[-1] for column in columns}
    initials = [leaves.get(number, NO_TEXT)[:1] for number in range(1, grid.width + 1)]
    for row in range(layout.first_data_row, grid.height + 1):
        cells = grid.sheet.rows[row - 1]
        if (_may_repeat(cells, initials) and _repeats(cells, leaves)) or (
            row < LOOK_FOR_OTHERS and _is_another_header(grid, row, vocabulary)
        ):
            raise TwoHeaders(
                f"工作表“{grid.sheet.name}”第 {layout.header_rows[0]} 行和第 {row} 行各有一个表头。{ADVICE}"
            )


def _refuse_beside(columns: Sequence[SourceColumn]) -> None:
    headers = Counter(column.header for column in columns)
    numbered = [column for column in columns if key_of(label_of(column.path[-1]).text) in lexicon.ROW_NUMBERS]
    twice = sum(count > 1 for count in headers.values())
    if len(numbered) > 1 and twice >= 2:
        second = column_letter(numbered[1].number)
        raise TwoHeaders(f"从第 {second} 列起,右边又有一个同样的表头。{ADVICE}")


def _may_repeat(row: Sequence[object], initials: Sequence[str]) -> bool:
    """Whether at least two cells begin like the header above them. A quick look: a sheet has a million cells."""
    begun = [value.lstrip()[:1] if isinstance(value, str) else "" for value in row]
    return bool(sum(map(eq, begun, initials)) >= 2)


def _repeats(row: Sequence[object], leaves: dict[int, str]) -> bool:
    """True where at least two cells, and more than half of the filled ones, repeat the header above them."""
    first = next((value for value in row if value not in ("", None)), None)
    if not isinstance(first, str) or len(first) > 30:
        return False
    same = sum(tidy(row[number - 1]) == text for number, text in leaves.items() if number <= len(row))
    return same >= 2 and same > sum(value not in ("", None) for value in row) / 2


def _is_another_header(grid: Grid, row: int, vocabulary: Vocabulary) -> bool:
    values = [value for value in grid.sheet.rows[row - 1] if value not in ("", None)]
    if len(values) < 3 or not all(isinstance(value, str) for value in values):
        return False
    labels = [cell for cell in grid.cells(row) if is_label(cell)]
    known = sum(vocabulary.knows(cell.text) for cell in labels)
    return known >= 3 and known >= 0.6 * len(values)
