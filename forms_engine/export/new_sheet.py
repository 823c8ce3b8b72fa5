"""The XML of the sheet as it goes out: what stood above the data, the new rows, what stood below and behind."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms_engine.export.after_rows import kept_merges, merge_cells, move_elements, row_merges
from forms_engine.export.brought_sheet import BroughtSheet, DataRows, cut_sheet
from forms_engine.export.columns import ExportColumn
from forms_engine.export.formulas import move_formula
from forms_engine.export.kept_rows import CellFormulas, move_rows, shared_groups
from forms_engine.export.markup import replace_attribute
from forms_engine.export.package import STYLES, Package
from forms_engine.export.row_map import RowMap, stretch
from forms_engine.export.row_writer import RowWriter
from forms_engine.export.shared_strings import used_strings
from forms_engine.export.styles import day_styles
from forms_engine.export.watermark import mark_pages

DIMENSION = re.compile(rb"<(?:[\w.-]+:)?dimension\s[^>]*>")


@dataclass(frozen=True, slots=True)
class NewSheet:
    """name: of the tab; part: of the package. rows: where the brought rows go. mark: for the page footer."""

    name: str
    part: str
    brought: BroughtSheet
    rows: RowMap
    mark: str

    @classmethod
    def of(cls, package: Package, data: DataRows, *, rows: int, mark: str) -> "NewSheet":
        """The sheet with room for a number of rows; at least one, blank where nobody is on the roster."""
        name = data.sheet if data.sheet in package.sheets else next(iter(package.sheets))
        part = package.sheets[name]
        brought = cut_sheet(package.read(part), data)
        return cls(name, part, brought, RowMap(brought.first, brought.last, max(rows, 1)), mark)

    def writer(self, package: Package, columns: Sequence[ExportColumn]) -> RowWriter:
        """Whoever makes the new rows."""
        shown = day_styles(package.read(STYLES))
        return RowWriter(self.brought, columns, day_styles=shown, from_1904=package.from_1904)

    def strings_used(self, package: Package) -> frozenset[int]:
        """Shared strings that the new file shows: those of the kept rows and of the other sheets."""
        others = (package.read(part) for part in package.sheets.values() if part != self.part)
        return used_strings([*self._kept, *others])

    def top(self) -> bytes:
        """Everything before the first data row."""
        before = DIMENSION.sub(
            lambda found: replace_attribute(found[0], "ref", lambda reference: stretch(reference, self.rows)),
            self.brought.before,
        )
        opened = b"<%bsheetData>" % self.brought.prefix
        return before + opened + b"".join(move_rows(self.brought.above, self.rows, self._formulas))

    def bottom(self) -> Iterator[bytes]:
        """Everything behind the last data row, in pieces: a hundred thousand rows may bring as many merges."""
        yield from move_rows(self.brought.below, self.rows, self._formulas)
        yield b"</%bsheetData>" % self.brought.prefix
        behind, _, closing = self.brought.after.rpartition(b"</")
        elements = move_elements(behind, self.rows, self._follow)
        for name, element in mark_pages(elements, self.mark, self.brought.prefix):
            if name == "mergeCells":
                yield from self._merges(element)
            else:
                yield element
        yield b"</" + closing

    @property
    def _kept(self) -> list[bytes]:
        return [*self.brought.above.values(), *self.brought.below.values()]

    @property
    def _formulas(self) -> CellFormulas:
        return CellFormulas(self._follow_strictly, self.rows, shared_groups(self._kept))

    def _merges(self, element: bytes) -> Iterator[bytes]:
        repeated = row_merges(element, self.brought.first)
        new = range(self.rows.first, self.rows.new_last + 1)
        return merge_cells(self.brought.prefix, kept_merges(element, self.rows), repeated, new)

    def _follow(self, formula: str) -> str:
        return move_formula(formula, self.rows, sheet=self.name, on_sheet=True, strict=False)

    def _follow_strictly(self, formula: str) -> str:
        return move_formula(formula, self.rows, sheet=self.name, on_sheet=True, strict=True)
