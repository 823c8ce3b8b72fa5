"""What a single row is: labels, column numbers, a sample, instructions, a total, a footer line."""

import re
from collections.abc import Sequence

from .grid import FOOTER_DEEPEST, Cell, Grid
from .headers import plain

LONGEST_LABEL = 60
DATA = re.compile(
    r"[-+]?[\d,.]+%?|\d{15}|\d{17}[\dxX]|1\d{10}|0\d{2,3}-\d+|\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?|月)?|[是否男女有无√×✓/—-]|#.*"
)
BANNER = re.compile(r":|^(附件|附表|表)\d*$|年月日|\d{4}年\d{1,2}月|^单位\(")
TO_FILL_IN = re.compile(r"填|制表|上报|报送|调查|采集|统计|单位|日期|时间|镇|街道|村|社区|居委|网格|联系|审核|负责")
NUMBERS = re.compile(r"\(?\d{1,3}\)?(=.*)?|[甲乙丙丁戊己庚辛]|[A-Za-z]{1,2}|[①-⑳]|第?[一二三四五六七八九十]{1,3}列?")
SAMPLE = re.compile(r"[(【]?(填写|填报)?(示例|样例|样表|范例|举例|例)(行|子)?\d*[)】]?(:.*)?|(例如|如):.+")
INSTRUCTIONS = re.compile(r"必填|选填|可选|填写|请|格式|[如例]:|例如|下拉|精确到|不填|自动|文本|\d+位|^是/否$|^男/女$")
TOTAL = re.compile(r"(合计|总计|小计|共计|累计|本页合计|本页小计):?")
FOOTER = re.compile(
    r"\(?(填表|制表|填报|审核|复核|审批|负责人|经办|单位负责人|主管|分管|主要领导|联系电话|注|备注|说明|排查人|检查人|走访人|巡查人|"
    r"核查人|登记人|采集人|调查人|单位\(?盖章|盖章|签字|签章|签名|监督电话|抄报|公示|录入人|户主签|本人签|本表|此表|以上|一式|\*|※)"
)


def is_label(cell: Cell) -> bool:
    """True for a text that may head a column."""
    text = cell.plain
    return bool(text) and len(text) <= LONGEST_LABEL and not DATA.fullmatch(text) and not is_banner(text)


def is_banner(text: str) -> bool:
    """Lines such as 填报单位(盖章): … and dates to fill in; a colon inside brackets is part of a header."""
    bare = re.sub(r"\([^)]*\)", "", text)
    short_label = len(bare) <= 6 and not TO_FILL_IN.match(bare)
    return bool(BANNER.search(bare.rstrip(":") if short_label else bare))


def is_numbers(cells: Sequence[Cell], grid: Grid) -> bool:
    """A row that numbers the columns: 1 2 3 4, 甲 乙 1 2, (1) (2)."""
    texts = [str(int(cell.value)) if isinstance(cell.value, float) else cell.plain for cell in cells]
    return (
        len(texts) >= max(3, 0.5 * grid.width)
        and all(NUMBERS.fullmatch(text) for text in texts)
        and len(set(texts)) > 2
    )


def is_sample(cells: Sequence[Cell]) -> bool:
    """A row that shows how to fill in."""
    return any(SAMPLE.fullmatch(cell.plain) for cell in cells[:3])


def is_instructions(cells: Sequence[Cell]) -> bool:
    """A row under the header that says what may stand in each column."""
    texts = [cell.plain for cell in cells]
    return len(texts) >= 2 and sum(bool(INSTRUCTIONS.search(text)) for text in texts) >= 0.5 * len(texts)


def skip_to_data(grid: Grid, row: int) -> tuple[int, list[int]]:
    """First row for data, and the rows passed over: column numbers, instructions, samples, a total on top."""
    passed = []
    while (cells := grid.cells(row)) and (
        is_numbers(cells, grid) or is_sample(cells) or is_instructions(cells) or is_total(cells)
    ):
        passed.append(row)
        row += 1
    return row, passed


def is_total(cells: Sequence[Cell]) -> bool:
    return any(TOTAL.fullmatch(cell.plain) for cell in cells if cell.column <= 3)


def find_footer(grid: Grid, data: int) -> tuple[int, int] | None:
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
    texts = [cell.plain for cell in cells]
    if not all(texts) or len(texts) > max(4, grid.width // 3):
        return False
    across = cells[0].right - cells[0].column + 1
    if len(cells) == 1:
        return across >= 0.5 * grid.width or len(texts[0]) > 20 or ":" in texts[0] or bool(FOOTER.match(texts[0]))
    return all(":" in text for text in texts) or (bool(FOOTER.match(texts[0])) and any(":" in text for text in texts))


def find_totals(grid: Grid, first: int, last: int) -> list[int]:
    """Subtotal rows between data rows. Looks at three cells a row, and at few of them twice: sheets may be long."""
    return [
        row for row in range(first, min(last, grid.height) + 1) if any(map(_says_total, grid.sheet.rows[row - 1][:3]))
    ]


def _says_total(value: object) -> bool:
    return isinstance(value, str) and "计" in value and TOTAL.fullmatch(plain(value)) is not None
