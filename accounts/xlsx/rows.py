"""Rows of people and things under a known header, for imports."""

from collections.abc import Callable, Collection, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from .refusals import FormulaWithoutValue
from .sheet import Sheet, Workbook

NAMED = 8  # addresses named in a message


class RowLayout(Protocol):
    """Where the rows are; `registry.binding.SheetBinding` fits. All numbers are 1-based."""

    @property
    def sheet(self) -> str: ...
    @property
    def first_data_row(self) -> int: ...
    @property
    def footer_rows(self) -> tuple[int, int] | None: ...
    @property
    def skipped_rows(self) -> Collection[int]: ...
    @property
    def column_numbers(self) -> Sequence[int]: ...


class ImportRow(NamedTuple):
    """number: the row as Excel shows it; values: raw cells in the order of the layout's columns, "" where empty."""

    number: int
    values: tuple[object, ...]


def read_rows(workbook: Workbook, layout: RowLayout) -> Iterator[ImportRow]:
    """Rows that have something in a column of the layout; samples, subtotals and the footer are left out.

    Cells merged downwards (one household over its members) count for each row. Values are raw:
    `registry.rules.column_parser` reads them. Raises FormulaWithoutValue before the first row.
    """
    sheet = workbook.sheet(layout.sheet)
    refuse_empty_formulas(sheet, layout)
    pick = _picker(layout.column_numbers)
    skipped = frozenset(layout.skipped_rows)
    above = _merged_from_above(sheet, layout)
    for number in range(layout.first_data_row, _last(sheet, layout) + 1):
        values = pick(sheet.rows[number - 1])
        if number in skipped or not _has_content(values):
            continue
        yield ImportRow(number, _filled(values, above[number]) if number in above else values)


def _picker(columns: Sequence[int]) -> Callable[[Sequence[object]], tuple[object, ...]]:
    """Takes the cells of a row in the order of the columns, "" where a short row has none."""
    indexes = [number - 1 for number in columns]
    at_once: Callable[[Sequence[object]], Any] = itemgetter(*indexes)
    width = max(indexes) + 1

    def pick(row: Sequence[object]) -> tuple[object, ...]:
        if len(row) >= width and len(indexes) > 1:
            values: tuple[object, ...] = at_once(row)
            return values
        return tuple(row[index] if index < len(row) else "" for index in indexes)

    return pick


def _has_content(values: tuple[object, ...]) -> bool:
    return any(values) or any(value not in ("", None) for value in values)  # 0 and False are content


def _merged_from_above(sheet: Sheet, layout: RowLayout) -> dict[int, dict[int, object]]:
    """Row -> position among the layout's columns -> value of the merged block that covers it from above."""
    positions = {number: position for position, number in enumerate(layout.column_numbers)}
    found: dict[int, dict[int, object]] = {}
    for merge in sheet.merges:
        if merge.left in positions and merge.bottom > merge.top >= layout.first_data_row:
            value = sheet.rows[merge.top - 1][merge.left - 1] if merge.top <= len(sheet.rows) else ""
            for row in range(merge.top + 1, min(merge.bottom, len(sheet.rows)) + 1):
                found.setdefault(row, {})[positions[merge.left]] = value
    return found


def _filled(values: tuple[object, ...], merged: dict[int, object]) -> tuple[object, ...]:
    return tuple(merged.get(position, value) for position, value in enumerate(values))


def refuse_empty_formulas(sheet: Sheet, layout: RowLayout) -> None:
    """Raises FormulaWithoutValue naming the cells whose result Excel never stored."""
    columns, skipped = set(layout.column_numbers), set(layout.skipped_rows)
    rows = range(layout.first_data_row, _last(sheet, layout) + 1)
    cells = [
        formula.address
        for formula in sheet.formulas
        if not formula.has_value and formula.column in columns and formula.row in rows and formula.row not in skipped
    ]
    if cells:
        named = "、".join(cells[:NAMED]) + (f" 等 {len(cells)} 个" if len(cells) > NAMED else "")
        raise FormulaWithoutValue(
            f"工作表“{sheet.name}”的 {named} 单元格是公式,还没有算出结果。"
            "请在 Excel 中打开并保存一次;或复制后用“选择性粘贴-数值”,再上传。"
        )


def _last(sheet: Sheet, layout: RowLayout) -> int:
    return min(len(sheet.rows), layout.footer_rows[0] - 1) if layout.footer_rows else len(sheet.rows)
