"""Templates as departments lay them out, with what each column honestly means.

Each template is told as text, a column a line: `父表头/表头=item`. `-` is a column that the catalogue does not have,
`#` the running number, `_` a blank spacer, `*3` a header merged over three columns, `~` a hidden column, `\\n` a line
break inside the cell, `|` a stroke inside a header.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.styles import Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from registry.binding.headers import tidy

THIN = Side(style="thin")
FULL_WIDTH = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in "():,;*"})


@dataclass(frozen=True)
class Template:
    """subject: expected entity of a row, None where the sheet does not tell.

    merged: False leaves multi-level headers unmerged, as careless authors do.
    """

    name: str
    subject: str | None
    columns: str
    title: str
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    numbers: str = ""
    samples: tuple[tuple[str, ...], ...] = ()
    blank_rows: int = 5
    merged: bool = True
    first_column: int = 1
    sheet: str = "Sheet1"
    units: dict[str, str] = field(default_factory=dict)

    @property
    def specs(self) -> list[Column]:
        found, number = [], self.first_column
        for line in self.columns.strip().splitlines():
            column = Column.read(line.strip(), number)
            number += column.width
            found.append(column)
        return found

    @property
    def depth(self) -> int:
        return max(len(column.path) for column in self.specs) + bool(self.units)

    @property
    def header_rows(self) -> tuple[int, int]:
        first = len(self.above) + 2
        return first, first + self.depth - 1

    @property
    def first_data_row(self) -> int:
        return self.header_rows[1] + 1 + bool(self.numbers) + len(self.samples)

    @property
    def expected(self) -> dict[str, tuple[str, str | None]]:
        """Column letter -> header, item."""
        return {
            get_column_letter(column.number): ("/".join([*map(tidy, column.path), *self._unit(column)]), column.item)
            for column in self.specs
            if column.path
        }

    def _unit(self, column: Column) -> list[str]:
        return [self.units[column.path[-1]]] if column.path and column.path[-1] in self.units else []

    def build(self, *, full_width: bool = False) -> bytes:
        """full_width: every bracket, colon and comma as a Chinese keyboard types it."""
        book = Workbook()
        sheet = book.active
        sheet.title = self.sheet
        _write(sheet, self)
        if full_width:
            for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)):
                cell.value = cell.value.translate(FULL_WIDTH)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


@dataclass(frozen=True)
class Column:
    number: int
    path: tuple[str, ...]
    item: str | None
    width: int = 1
    hidden: bool = False

    @classmethod
    def read(cls, line: str, number: int) -> Column:
        if line == "_":
            return cls(number, (), None)
        header, _, item = line.rpartition("=")
        header, _, width = header.partition("*") if header[-2:-1] == "*" else (header, "", "1")
        hidden, header = header.startswith("~"), header.removeprefix("~")
        path = tuple(part.replace("\\n", "\n").replace("|", "/") for part in header.split("/"))
        return cls(number, path, None if item == "-" else item, int(width), hidden)


def _write(sheet: Worksheet, template: Template) -> None:
    specs = template.specs
    last = specs[-1].number + specs[-1].width - 1
    lines = [template.title, *template.above]
    for row, text in enumerate(lines, 1):
        _line(sheet, row, text, template.first_column, last)
    _headers(sheet, template, specs)
    row = template.header_rows[1] + 1
    if template.numbers:
        for number, text in enumerate(template.numbers.split(), template.first_column):
            sheet.cell(row, number, int(text) if text.isdigit() else text)
        row += 1
    for sample in template.samples:
        for number, text in enumerate(sample, template.first_column):
            sheet.cell(row, number, text or None)
        row += 1
    for blank in range(row, row + template.blank_rows):
        for number in range(template.first_column, last + 1):
            sheet.cell(blank, number).border = Border(THIN, THIN, THIN, THIN)
    for offset, text in enumerate(template.below):
        _line(sheet, row + template.blank_rows + offset, text, template.first_column, last)


def _line(sheet: Worksheet, row: int, text: str, first: int, last: int) -> None:
    """A text across the sheet; `||` sets several texts side by side, unmerged."""
    parts = text.split("||")
    step = max(1, (last - first + 1) // len(parts))
    for index, part in enumerate(parts):
        sheet.cell(row, first + index * step, part or None)
    if len(parts) == 1:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)


def _headers(sheet: Worksheet, template: Template, specs: list[Column]) -> None:
    top, bottom = template.header_rows
    if template.units:
        bottom -= 1
    for column in specs:
        if column.hidden:
            sheet.column_dimensions[get_column_letter(column.number)].hidden = True
        if column.path:
            _leaf(sheet, template, column, top, bottom)
        if column.path and column.path[-1] in template.units:
            sheet.cell(bottom + 1, column.number, template.units[column.path[-1]])
    for level in range(template.depth - 1):
        _parents(sheet, template, specs, level)


def _leaf(sheet: Worksheet, template: Template, column: Column, top: int, bottom: int) -> None:
    row = top + len(column.path) - 1
    sheet.cell(row, column.number, column.path[-1])
    end = bottom if template.merged else row
    right = column.number + column.width - 1
    if end > row or right > column.number:
        sheet.merge_cells(start_row=row, start_column=column.number, end_row=end, end_column=right)


def _parents(sheet: Worksheet, template: Template, specs: list[Column], level: int) -> None:
    row, start = template.header_rows[0] + level, None
    for column, following in zip(specs, [*specs[1:], None], strict=True):
        if len(column.path) <= level + 1:
            continue
        start = column.number if start is None else start
        if (
            following is None
            or following.path[: level + 1] != column.path[: level + 1]
            or len(following.path) <= level + 1
        ):
            sheet.cell(row, start, column.path[level])
            if template.merged and column.number > start:
                sheet.merge_cells(start_row=row, start_column=start, end_row=row, end_column=column.number)
            start = None
