"""From uploaded bytes to a workbook."""

import io
import posixpath
import re
from collections.abc import Mapping

from defusedxml.ElementTree import fromstring
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from . import scan
from .package import unpack
from .refusals import Damaged, EmptyWorkbook, NotExcel, TooWide
from .sheet import CellRange, Sheet, Workbook

MAX_SHEETS = 60
RELATIONSHIP = re.compile(r"\{[^}]*relationships\}id$", re.IGNORECASE)


def open_upload(data: bytes, filename: str = "") -> Workbook:
    """The workbook in `data`, values and layout facts of every sheet.

    filename: as the user's computer named it; content decides. Raises UploadRefused within two seconds:
    limits are checked before anything is unpacked, and the true extent before it is laid out in memory.
    """
    parts = unpack(data)
    if filename.lower().endswith(".xlsm"):
        raise NotExcel("请把 .xlsm 文件“另存为”.xlsx 后再上传。")
    facts = {name: scan.scan_sheet(xml, name) for name, xml in _sheet_parts(parts).items()}
    del parts  # The reader unpacks once more: both copies at once would be the peak of memory.
    workbook = Workbook(tuple(_read_sheets(data, facts)))
    if all(sheet.is_empty for sheet in workbook.sheets):
        raise EmptyWorkbook()
    return workbook


def _sheet_parts(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Sheet name -> its XML, in the order of the tabs. Chart sheets have none and are left out."""
    try:
        book = fromstring(parts["xl/workbook.xml"])
        links = {link.get("Id"): link.get("Target", "") for link in fromstring(parts["xl/_rels/workbook.xml.rels"])}
    except (KeyError, SyntaxError, ValueError):
        raise Damaged() from None
    found = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            identifier = next((value for key, value in element.items() if RELATIONSHIP.search(key)), None)
            part = parts.get(_part_name(links.get(identifier, "")))
            if part is not None and b"sheetData" in part:
                found[element.get("name", "")] = part
    if not found:
        raise EmptyWorkbook()
    if len(found) > MAX_SHEETS:
        raise TooWide(f"这个文件有 {len(found)} 张工作表,最多 {MAX_SHEETS} 张。请拆成几个文件上传。")
    return found


def _part_name(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _read_sheets(data: bytes, facts: Mapping[str, scan.SheetFacts]) -> list[Sheet]:
    try:
        reader = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = {meta.name: meta.visible == SheetVisibleEnum.Visible for meta in reader.sheets_metadata}
        return [_read_sheet(reader, name, known, visible.get(name, True)) for name, known in facts.items()]
    except (CalamineError, OSError, ValueError, OverflowError):
        raise Damaged() from None


def _read_sheet(reader: CalamineWorkbook, name: str, facts: scan.SheetFacts, visible: bool) -> Sheet:
    sheet = reader.get_sheet_by_name(name)
    return Sheet(
        name=name,
        rows=sheet.to_python(skip_empty_area=False),
        merges=tuple(
            CellRange(top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        ),
        visible=visible,
        hidden_columns=facts.hidden_columns,
        formulas=facts.formulas,
        last_row=facts.last_row,
    )
