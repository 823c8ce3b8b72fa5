"""Where is what on a sheet: title, header rows, first data row, footer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from registry.xlsx.refusals import NoHeader
from registry.xlsx.sheet import CellRange, Sheet

from .headers import is_unit, tidy

LOOK_AT = 40  # rows in which a header must begin
DEEPEST = 5
LONGEST_LABEL = 60
DATA = re.compile(
    r"[-+]?[\d,.]+%?|\d{15}|\d{17}[\dxX]|1\d{10}|0\d{2,3}-\d+|\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?|月)?|[是否男女有无√×✓/—-]|#.*"
)
BANNER = re.compile(r"[::]|^(附件|附表|表)\d*$|年月日|\d{4}年\d{1,2}月|^单位[((]")
NUMBERS = re.compile(r"\(?\d{1,3}\)?(=.*)?|[甲乙丙丁戊己庚辛]|[A-Za-z]{1,2}|[①-⑳]|第?[一二三四五六七八九十]{1,3}列?")
SAMPLE = re.compile(r"[((【]?(填写|填报)?(示例|样例|样表|范例|举例|例)(行|子)?\d*[))】]?([::].*)?|(例如|如)[::].+")
INSTRUCTIONS = re.compile(r"必填|选填|可选|填写|请|格式|[如例][::]|例如|下拉|精确到|不填|自动|文本|\d+位|^是/否$|^男/女$")
TOTAL = re.compile(r"(合计|总计|小计|共计|累计|本页合计|本页小计)[::]?")
FOOTER = re.compile(
    r"[((]?(填表|制表|填报|审核|复核|审批|负责|经办|单位负责|主管|分管|主要领导|联系电话|联系人|注|备注|说明|排查|检查|走访|巡查|核查|"
    r"登记人|采集人|调查|单位\(?盖章|盖章|签字|签章|签名|日期|统计|报送|报表|监督|村\(?居|村委|社区\(?盖章|社区负责|书记|网格|"
    r"领导|民警|汇总|抄报|公示|录入|户主签|本人签|本表|此表|以上|一式|\*|※|备 注)"
)
FOOTER_DEEPEST = 60


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
        return tidy(self.value)


@dataclass(frozen=True, slots=True)
class Layout:
    """All rows 1-based, ranges with both ends. skipped_rows: samples and subtotals between data rows."""

    title: str
    header_rows: tuple[int, int]
    first_data_row: int
    last_data_row: int
    footer_rows: tuple[int, int] | None
    skipped_rows: tuple[int, ...]


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
        value = ""
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


def find_layout(grid: Grid, knows: Callable[[str], bool]) -> Layout:
    """The parts of a sheet. knows: tells a text that is surely a header. Raises NoHeader."""
    best = _best_header_row(grid, knows)
    first = _extend_up(grid, best)
    last = _extend_down(grid, best)
    data, skipped = _skip_to_data(grid, last + 1)
    footer = _footer(grid, data)
    end = footer[0] - 1 if footer else max(grid.sheet.last_row, grid.height)
    inner = tuple(row for row in _totals(grid, data, end))
    return Layout(_title(grid, first), (first, last), data, max(end, data), footer, (*skipped, *inner))


def is_label(cell: Cell) -> bool:
    """True for a text that may head a column."""
    text = cell.text
    return bool(text) and len(text) <= LONGEST_LABEL and not DATA.fullmatch(text) and not _is_banner(text)


def _is_banner(text: str) -> bool:
    """Lines such as 填报单位(盖章): … and dates to fill in; a colon inside brackets is part of a header."""
    bare = re.sub(r"[((][^))]*[))]", "", text)
    return bool(BANNER.search(bare.rstrip("::") if len(bare) <= 6 else bare))


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
    known = sum(knows(cell.text) for cell in labels)
    return known + 0.35 * (len(labels) - known) - (len(cells) - len(labels))


def _extend_up(grid: Grid, row: int) -> int:
    first = row
    while first > 1 and row - first < DEEPEST and _is_parent_row(grid, first - 1):
        first -= 1
    return first


def _is_parent_row(grid: Grid, row: int) -> bool:
    """True where a row heads the columns of the next one: merged down or across, or filling its gaps."""
    cells = grid.cells(row)
    if not cells or not all(is_label(cell) for cell in cells):
        return False
    span = sum(cell.right - cell.column + 1 for cell in cells)
    if len(cells) == 1:
        only = cells[0]
        across = only.right - only.column + 1
        return 1 < across < 0.6 * grid.width and only.column > 1
    below = {cell.column for cell in grid.cells(row + 1)}
    merged_down = any(cell.bottom > row for cell in cells)
    merged_across = any(cell.right > cell.column for cell in cells)
    fills_gaps = any(cell.column not in below for cell in cells) and any(cell.column in below for cell in cells)
    return merged_down or merged_across or (fills_gaps and span <= grid.width)


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
    if all(is_unit(cell.text) for cell in below):
        return True
    if not all(is_label(cell) or is_unit(cell.text) for cell in below) or is_instructions(below):
        return False
    above = [grid.cell(row, cell.column) for cell in below]
    heads = [not head.text or head.right > head.column or is_unit(cell.text) for head, cell in zip(above, below, strict=True)]
    return all(heads) and any(head.text and head.right > head.column for head in above)


def is_numbers(cells: Sequence[Cell], grid: Grid) -> bool:
    """A row that numbers the columns: 1 2 3 4, 甲 乙 1 2, (1) (2)."""
    texts = [str(int(cell.value)) if isinstance(cell.value, float) else cell.text for cell in cells]
    return len(texts) >= max(3, 0.5 * grid.width) and all(NUMBERS.fullmatch(text) for text in texts) and len(set(texts)) > 2


def is_sample(cells: Sequence[Cell]) -> bool:
    """A row that shows how to fill in."""
    return any(SAMPLE.fullmatch(cell.text) for cell in cells[:3])


def is_instructions(cells: Sequence[Cell]) -> bool:
    """A row under the header that says what may stand in each column."""
    texts = [cell.text for cell in cells]
    return len(texts) >= 2 and sum(bool(INSTRUCTIONS.search(text)) for text in texts) >= 0.5 * len(texts)


def _skip_to_data(grid: Grid, row: int) -> tuple[int, list[int]]:
    """First row for data, and the rows passed over: column numbers, instructions, samples, a total on top."""
    passed = []
    while (cells := grid.cells(row)) and (
        is_numbers(cells, grid) or is_sample(cells) or is_instructions(cells) or is_total(cells)
    ):
        passed.append(row)
        row += 1
    return row, passed


def is_total(cells: Sequence[Cell]) -> bool:
    return any(TOTAL.fullmatch(cell.text) for cell in cells if cell.column <= 3)


def _footer(grid: Grid, data: int) -> tuple[int, int] | None:
    rows = []
    for row in range(grid.height, max(data - 1, grid.height - FOOTER_DEEPEST), -1):
        cells = grid.cells(row)
        if cells and not _is_footer(cells, grid):
            break
        if cells:
            rows.append(row)
    return (rows[-1], rows[0]) if rows else None


def _is_footer(cells: Sequence[Cell], grid: Grid) -> bool:
    """A total, signatures, notes: a few texts with colons, or one text across the sheet."""
    if is_total(cells):
        return True
    texts = [cell.text for cell in cells]
    if not all(texts) or len(texts) > max(4, grid.width // 3):
        return False
    across = cells[0].right - cells[0].column + 1
    lone = len(cells) == 1 and (across >= 0.5 * grid.width or len(texts[0]) > 20 or ":" in texts[0] or ":" in texts[0])
    return lone or bool(FOOTER.match(texts[0])) or all(re.search("[::]", text) for text in texts)


def _totals(grid: Grid, first: int, last: int) -> list[int]:
    """Subtotal rows between data rows. Looks at three cells a row, because sheets may be long."""
    return [
        row
        for row in range(first, min(last, grid.height) + 1)
        if any(isinstance(value, str) and TOTAL.fullmatch(tidy(value)) for value in grid.sheet.rows[row - 1][:3])
    ]


def _title(grid: Grid, header: int) -> str:
    """The longest lone text above the header that is not a line to fill in."""
    lines = [cells[0].text for row in range(1, header) if len(cells := grid.cells(row)) in (1, 2)]
    lines = [line for line in lines if line and not _is_banner(line) and not FOOTER.match(line)]
    return max(lines, key=lambda line: (bool(re.search("[表册单账帐]", line)), len(line)), default="")
