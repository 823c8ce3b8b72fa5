"""An export in the department's own layout, written while the rows still come in."""

import zipfile
from collections.abc import Sequence
from typing import IO

from forms_engine.export.brought_sheet import DataRows
from forms_engine.export.columns import ExportColumn
from forms_engine.export.new_sheet import NewSheet
from forms_engine.export.other_parts import OtherParts
from forms_engine.export.package import Package
from forms_engine.export.packing import PackedEntry

EXCEL_ROWS = 1_048_576
FAST = 1  # zlib level: a sheet's XML packs nearly as small as at level 6, in a quarter of the time


class XlsxFile:
    """Make it with the number of rows to come, `add` blocks of COPY text, `close`. Memory stays flat.

    workbook: as brought, let in by `accounts.xlsx.open_upload`. mark: who, when, number of the export.
    """

    def __init__(
        self,
        target: IO[bytes],
        *,
        workbook: bytes,
        data: DataRows,
        columns: Sequence[ExportColumn],
        rows: int,
        mark: str,
    ) -> None:
        package = Package.of(workbook)
        self._sheet = NewSheet.of(package, data, rows=rows, mark=mark)
        self._writer = self._sheet.writer(package, columns)
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST)
        self._write_other_parts(package)
        self._entry = PackedEntry(self._zip.open(self._sheet.part, "w", force_zip64=True))
        self._entry.write(self._sheet.top())
        if not rows:
            self._entry.write(self._writer.blank_row())

    def add(self, block: bytes) -> None:
        """Rows in COPY text format, whole lines, cells in the order of the columns that are read."""
        self._entry.write(self._writer.rows(block))

    def close(self) -> None:
        """Write what stands below the rows and finish the file."""
        for piece in self._sheet.bottom():
            self._entry.write(piece)
        self.abandon()

    def abandon(self) -> None:
        """End the thread; without `close` before it the file is of no use."""
        self._entry.close()
        self._zip.close()

    def _write_other_parts(self, package: Package) -> None:
        own, used = package.linked_from(self._sheet.part), self._sheet.strings_used(package)
        others = OtherParts(package, self._sheet.name, self._sheet.rows, self._sheet.mark, own, used)
        for name in package.names:
            text = others.new_text(name) if name != self._sheet.part else None
            if text is not None:
                self._zip.writestr(name, text)
        for name, text in others.added().items():
            self._zip.writestr(name, text)
