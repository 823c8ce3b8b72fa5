"""Parts of the package beside the sheet that must follow: names, other sheets, tables, charts, pictures, comments."""

import re
from dataclasses import dataclass

from forms_engine.export.formulas import move_formula
from forms_engine.export.kept_rows import CellFormulas
from forms_engine.export.markup import attributes, replace_attribute, replace_text
from forms_engine.export.package import CALC_CHAIN, CORE, ROOT_LINKS, STRINGS, TYPES, WORKBOOK, WORKBOOK_LINKS, Package
from forms_engine.export.row_map import RowMap, move, stretch
from forms_engine.export.shared_strings import forget_strings
from forms_engine.export.watermark import mark_properties

CALC = re.compile(rb"<((?:[\w.-]+:)?calcPr)((?:\s[^>]*?)?)(/?)>")
FULL = re.compile(rb"\sfullCalcOnLoad\s*=\s*[\"'][^\"']*[\"']")
BEFORE_CALC = re.compile(rb"</((?:[\w.-]+:)?)(?:definedNames|externalReferences|sheets)\s*>")
CHAIN_LINES = re.compile(rb"<(?:Override|Relationship)\s[^>]*calcChain[^>]*/>")
COMMENT = re.compile(rb"<((?:[\w.-]+:)?comment)\s[^>]*?>.*?</\1\s*>", re.DOTALL)
ANCHOR = re.compile(r"(\s*\d+,\s*\d+,\s*)(\d+)(,\s*\d+,\s*\d+,\s*\d+,\s*)(\d+)(,\s*\d+\s*)")
NEW_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"></cp:coreProperties>'
)
CORE_TYPE = (
    b'<Override PartName="/docProps/core.xml" ContentType='
    b'"application/vnd.openxmlformats-package.core-properties+xml"/>'
)
CORE_LINK = (
    b'<Relationship Id="rIdMark" Target="docProps/core.xml" Type='
    b'"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"/>'
)


@dataclass(frozen=True, slots=True)
class OtherParts:
    """How every part but the sheet's own goes into the new file. own: parts that belong to the sheet."""

    package: Package
    sheet: str
    rows: RowMap
    mark: str
    own: frozenset[str]
    strings_used: frozenset[int]

    def new_text(self, name: str) -> bytes | None:
        """The part as it goes out; None where it stays away."""
        xml = self.package.read(name)
        if name == CALC_CHAIN:
            return None
        if name == WORKBOOK:
            return _calculate_on_load(replace_text(xml, "definedName", self._follow))
        if name in (TYPES, WORKBOOK_LINKS, ROOT_LINKS):
            return self._links(name, CHAIN_LINES.sub(b"", xml))
        if name == CORE:
            return mark_properties(xml, self.mark)
        if name == STRINGS:
            return forget_strings(xml, self.strings_used)
        return self._of_sheet(name, xml)

    def added(self) -> dict[str, bytes]:
        """Parts that the package did not have."""
        return {} if self._has_core else {CORE: mark_properties(NEW_CORE, self.mark)}

    def _of_sheet(self, name: str, xml: bytes) -> bytes:
        """Other sheets and charts name the sheet; what hangs on the sheet itself has places on it."""
        if name in self.package.sheets.values():
            cells = CellFormulas(self._follow_strictly).followed(xml)
            return replace_text(cells, "formula|formula1|formula2", self._follow)
        if name.startswith("xl/charts/"):
            return replace_text(xml, "f", self._follow)
        return self._placed(name, xml) if name in self.own else xml

    def _placed(self, name: str, xml: bytes) -> bytes:
        if name.startswith("xl/tables/"):
            return replace_attribute(xml, "ref", lambda reference: stretch(reference, self.rows))
        if name.startswith("xl/comments"):
            return COMMENT.sub(self._move_comment, xml)
        if name.endswith(".vml"):
            return replace_text(replace_text(xml, "Row", self._move_index), "Anchor", self._move_anchor)
        return replace_text(xml, "row", self._move_index) if name.startswith("xl/drawings/") else xml

    def _links(self, name: str, xml: bytes) -> bytes:
        if self._has_core or name == WORKBOOK_LINKS:
            return xml
        end, line = (b"</Types>", CORE_TYPE) if name == TYPES else (b"</Relationships>", CORE_LINK)
        return xml.replace(end, line + end)

    @property
    def _has_core(self) -> bool:
        return CORE in self.package.names

    def _follow(self, formula: str) -> str:
        return move_formula(formula, self.rows, sheet=self.sheet, on_sheet=False, strict=False)

    def _follow_strictly(self, formula: str) -> str:
        return move_formula(formula, self.rows, sheet=self.sheet, on_sheet=False, strict=True)

    def _move_comment(self, comment: re.Match[bytes]) -> bytes:
        """A comment on a data row is gone with what it was about."""
        kept = True

        def moved(reference: str) -> str:
            nonlocal kept
            place = move(reference, self.rows)
            kept = place is not None
            return place or reference

        text = replace_attribute(comment[0], "ref", moved)
        return text if kept else b""

    def _move_index(self, row: str) -> str:
        """A row counted from 0, as drawings do."""
        return str(self.rows.anchored(int(row) + 1) - 1)

    def _move_anchor(self, anchor: str) -> str:
        """Left column, offset, top row, offset, right column, offset, bottom row, offset."""
        return ANCHOR.sub(lambda at: f"{at[1]}{self._move_index(at[2])}{at[3]}{self._move_index(at[4])}{at[5]}", anchor)


def _calculate_on_load(workbook: bytes) -> bytes:
    """Results of formulas are worked out when the file is opened."""
    if CALC.search(workbook):
        return CALC.sub(_with_full_calculation, workbook, count=1)
    *_, last = BEFORE_CALC.finditer(workbook)
    at, prefix = last.end(), last[1]
    return workbook[:at] + b'<%bcalcPr fullCalcOnLoad="1"/>' % prefix + workbook[at:]


def _with_full_calculation(found: re.Match[bytes]) -> bytes:
    if attributes(found[0]).get("fullCalcOnLoad") in ("1", "true"):
        return found[0]
    return b'<%b%b fullCalcOnLoad="1"%b>' % (found[1], FULL.sub(b"", found[2]), found[3])
