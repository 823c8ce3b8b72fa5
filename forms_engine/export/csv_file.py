"""The same rows as CSV (RFC 4180) for other programs: UTF-8 with a byte order mark, so that Excel reads Chinese."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import IO

from accounts.exporting import inert
from forms_engine.export.columns import CellKind, ExportColumn, Render, remembering
from forms_engine.export.copy_text import LINE, text_columns

BYTE_ORDER_MARK = "\ufeff"
NUMBER = re.compile(r"-?\d+(\.\d+)?")
# In a whole block of COPY text: a cell that begins so, or with a backslash (COPY writes tab and return as \\t, \\r).
MAYBE_ACTIVE = re.compile(rb"(?:\A|[\t\n])(?:[=+\-@\\]|\xef\xbc[\x9d\x8b\x8d\xa0])")


class CsvFile:
    """`add` blocks of COPY text, then `close`."""

    def __init__(self, target: IO[bytes], columns: Sequence[ExportColumn]) -> None:
        self._target, self._columns, self._written = target, columns, 0
        self._shown = {column.letter: _shown(column) for column in columns if column.is_read}
        header = io.StringIO()
        csv.writer(header).writerow([inert(column.header) for column in columns])
        target.write((BYTE_ORDER_MARK + header.getvalue()).encode())

    def add(self, block: bytes) -> None:
        """Rows in COPY text format, whole lines, cells in the order of the columns that are read."""
        count = block.count(LINE)
        cells = dict(zip(self._shown, text_columns(block), strict=False))
        running = range(self._written + 1, self._written + count + 1)
        harmless = not MAYBE_ACTIVE.search(block)
        columns = [
            self._column(column, cells[column.letter], harmless=harmless) if column.is_read else running
            for column in self._columns
        ]
        text = io.StringIO(newline="")
        csv.writer(text).writerows(zip(*columns, strict=True))
        self._target.write(text.getvalue().encode())
        self._written += count

    def _column(self, column: ExportColumn, cells: Sequence[str], *, harmless: bool) -> Iterable[str]:
        as_stored = harmless and column.render is None
        return cells if as_stored else map(self._shown[column.letter], cells)

    def close(self) -> None:
        """Nothing stands below the rows."""

    abandon = close


def _shown(column: ExportColumn) -> Render:
    render = column.render
    if column.kind is CellKind.NUMBER:
        return lambda text: text if NUMBER.fullmatch(text) else inert(text)
    if render is None:
        return inert
    shown: Render = lambda text: inert(render(text)) if text else ""  # noqa: E731
    return shown if column.varied else remembering(shown)
