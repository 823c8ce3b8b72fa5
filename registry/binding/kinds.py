"""Tell a roster from a single form and from a statistics table."""

import re
from collections.abc import Sequence

from .columns import SourceColumn
from .grid import Grid
from .headers import key_of, label_of
from .layout import Layout
from .rows import is_label
from .sheet_binding import SheetKind
from .vocabulary import Vocabulary

STATISTICS_TITLE = re.compile(r"统计表|汇总表|统计|月报|季报|年报|报表|汇总")
COUNT = re.compile(r"(人数|户数|次数|件数|个数|总数|数量|数|合计|小计|总计|占比|比例|比率|率|金额)$")
IDENTITY = re.compile(
    r"姓名|身份证|公民身份号码|车牌|号牌|信用代码|企业名称|场所名称|房屋(地址|坐落)|户主|资产名称|电话"
)
STUB = re.compile(
    r"^(项目|指标|指标名称|类别|分类|单位|单位名称|地区|区域|镇街|街道|村居|社区|村\(?社区\)?|月份|统计项目)$"
)
SINGLE_ROWS = 3


def find_kind(grid: Grid, layout: Layout, columns: Sequence[SourceColumn], vocabulary: Vocabulary) -> SheetKind:
    """A sheet that gives no sign of being something else is a roster (名册)."""
    if _is_single(grid, layout, vocabulary):
        return SheetKind.SINGLE
    return SheetKind.STATISTICS if _is_statistics(layout, columns) else SheetKind.ROSTER


def _is_statistics(layout: Layout, columns: Sequence[SourceColumn]) -> bool:
    leaves = [key_of(label_of(column.path[-1]).base) for column in columns]
    if any(IDENTITY.search(column.header) for column in columns):
        return False
    counts = sum(bool(COUNT.search(leaf)) for leaf in leaves)
    stub = any(STUB.match(leaf) for leaf in leaves[:3])
    titled = bool(STATISTICS_TITLE.search(layout.title))
    mostly_counts = counts >= 0.5 * len(leaves)
    return (mostly_counts and (titled or stub)) or (titled and stub and counts >= 2)


def _is_single(grid: Grid, layout: Layout, vocabulary: Vocabulary) -> bool:
    """Labels with blanks beside them in several rows, each row with labels of its own."""
    rows = range(layout.header_rows[0], min(grid.height, layout.header_rows[0] + 20) + 1)
    return sum(_labels_with_blanks(grid, row, vocabulary) for row in rows) >= SINGLE_ROWS


def _labels_with_blanks(grid: Grid, row: int, vocabulary: Vocabulary) -> bool:
    labels = [cell for cell in grid.cells(row) if is_label(cell) and vocabulary.knows(cell.text)]
    beside = [grid.cell(row, cell.right + 1) for cell in labels]
    return bool(labels) and all(not cell.text for cell in beside)
