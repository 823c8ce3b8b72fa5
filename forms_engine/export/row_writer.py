"""Data rows as SpreadsheetML, a block at a time: one format operation a row."""

from collections.abc import Collection, Sequence

from accounts.xlsx import column_number
from forms_engine.export.brought_sheet import BroughtSheet
from forms_engine.export.cells import Tail, number_parts, tail_of, text_parts
from forms_engine.export.columns import CellKind, ExportColumn
from forms_engine.export.copy_text import LINE, xml_columns

Cells = Sequence[bytes]


class RowWriter:
    """Turns blocks of COPY text into rows, from the sheet's first data row on.

    day_styles: style ids that show a number as a day. from_1904: the workbook counts days from 1904.
    """

    def __init__(
        self, sheet: BroughtSheet, columns: Sequence[ExportColumn], *, day_styles: Collection[str], from_1904: bool
    ) -> None:
        self._sheet, self._written = sheet, 0
        self._columns = {column.letter: column for column in columns}
        self._slots = sorted({**sheet.styles, **self._columns}, key=column_number)
        self._tails: dict[str, Tail | None] = {
            column.letter: tail_of(
                column,
                sheet.prefix,
                as_day=sheet.styles.get(column.letter, "") in day_styles,
                from_1904=from_1904,
            )
            for column in columns
            if column.is_read
        }
        self._template = self._row(b"%b", [self._slot(letter) for letter in self._slots])
        self._blank = b"".join(text_parts(sheet.prefix))

    def rows(self, block: bytes) -> bytes:
        """XML of a block. Its cells stand in the order of the columns that are read."""
        count = block.count(LINE)
        cells = dict(zip(self._tails, xml_columns(block), strict=False))
        ended: dict[str, Cells] = {
            letter: cells[letter] if tail is None else tuple(map(tail, cells[letter]))
            for letter, tail in self._tails.items()
        }
        rows = zip(*self._arguments(ended, count), strict=True)
        self._written += count
        return b"".join(map(self._template.__mod__, rows)).replace(self._blank, b"/>")

    def blank_row(self) -> bytes:
        """The row that stands where nobody is on the roster."""
        number = b"%d" % self._sheet.first
        return self._row(number, [self._cell(letter, number) + b"/>" for letter in self._slots])

    def _arguments(self, ended: dict[str, Cells], count: int) -> list[Cells]:
        """One sequence for each place in the row's template."""
        first = self._sheet.first + self._written
        numbers = [b"%d" % number for number in range(first, first + count)]
        running = [b"%d" % number for number in range(self._written + 1, self._written + count + 1)]
        arguments: list[Cells] = [numbers]
        for letter in self._slots:
            arguments.append(numbers)
            if letter in ended:
                arguments.append(ended[letter])
            elif letter in self._columns:
                arguments.append(running)
        return arguments

    def _slot(self, letter: str) -> bytes:
        """Template of one cell."""
        column, cell = self._columns.get(letter), self._cell(letter, b"%b")
        if column is None:
            return cell + b"/>"
        if column.kind is CellKind.RUNNING:
            return cell + b"%b".join(number_parts(self._sheet.prefix))
        if self._tails[letter] is None:
            return cell + b"%b".join(text_parts(self._sheet.prefix))
        return cell + b"%b"

    def _cell(self, letter: str, number: bytes) -> bytes:
        style = self._sheet.styles.get(letter, "")
        place = b'<%bc r="%b%b"' % (self._sheet.prefix, letter.encode(), number)
        return place + (b' s="%b"' % style.encode() if style else b"")

    def _row(self, number: bytes, cells: Sequence[bytes]) -> bytes:
        opened = b'<%brow r="%b"%b>' % (self._sheet.prefix, number, self._sheet.look)
        return opened + b"".join(cells) + b"</%brow>" % self._sheet.prefix
