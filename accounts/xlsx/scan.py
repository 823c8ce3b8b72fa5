"""Facts that the fast reader does not tell, taken from a sheet's XML: its true size, formulas, hidden columns.

They are found by pattern and not by a parser, because a sheet of 100,000 rows has millions of elements. Cells
are written `<c r="A1" ...>` by Excel, WPS, LibreOffice, POI and the common libraries; a sheet that is not gets refused.
"""

import re
from dataclasses import dataclass

from .refusals import Damaged, TooLong, TooWide
from .sheet import Formula, column_number

MAX_COLUMNS = 300
MAX_ROWS = 200_000
ODD_CELL = re.compile(rb'<c(?! r="[A-Z])[\s/>]')
ODD_PREFIXED_CELL = re.compile(rb'<\w+:c(?! r="[A-Z])[\s/>]')
# Of a cell with content that may lie beyond the limits: its column where that has two letters or more, its row too
# where that has six digits or more. The literal beginning lets `re` skip over the million other cells.
FAR_CELL = re.compile(rb'c r="([A-Z]{2,}(?:\d{6,})?|[A-Z]\d{6,})\d*"(?: [^>]*[^/])?>')
FORMULA = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+)(\d+)"([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(<(?:\w+:)?v>[^<])?'
)
FORMULA_MARKS = (b"<f", b":f")
LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
LAST_CELL = re.compile(rb'c r="[A-Z]+(\d+)"')


def check_extent(xml: bytes, name: str) -> None:
    """Raises TooWide, TooLong, before a reader lays the sheet out as one block of memory; Damaged for odd cells."""
    if ODD_CELL.search(xml) or (b'<c r="' not in xml and ODD_PREFIXED_CELL.search(xml)):
        raise Damaged()
    cells = [cell.decode() for cell in set(FAR_CELL.findall(xml))]
    if max((int(cell.lstrip(LETTERS) or 0) for cell in cells), default=0) > MAX_ROWS:
        raise TooLong(f"工作表“{name}”超过 {MAX_ROWS:,} 行。请拆成几个文件上传,或删除表尾多余的内容。")
    widest = max((column_number(cell.rstrip(DIGITS)) for cell in cells), default=0)
    if widest > MAX_COLUMNS:
        raise TooWide(f"工作表“{name}”用到了第 {widest:,} 列,最多 {MAX_COLUMNS} 列。请删除右侧多余的列后再上传。")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """hidden_columns: 1-based; last_row: last row with any cell, styled blank ones included."""

    hidden_columns: frozenset[int]
    formulas: tuple[Formula, ...]
    last_row: int


def scan_sheet(xml: bytes, name: str) -> SheetFacts:
    """All that the XML is needed for. Raises as `check_extent` does."""
    check_extent(xml, name)
    return SheetFacts(hidden_columns(xml), formulas(xml), last_row(xml))


def formulas(xml: bytes) -> tuple[Formula, ...]:
    """Cells with formulas. A text formula whose result is empty counts as calculated."""
    if not any(mark in xml for mark in FORMULA_MARKS):
        return ()
    return tuple(
        Formula(int(row), column_number(letters.decode()), bool(value) or b't="str"' in attributes)
        for letters, row, attributes, value in FORMULA.findall(xml)
    )


def hidden_columns(xml: bytes) -> frozenset[int]:
    """1-based numbers of hidden columns, as far as a sheet may be wide."""
    hidden: set[int] = set()
    for element in COLUMN.findall(xml[: xml.find(b"sheetData")]):
        attributes = dict(ATTRIBUTE.findall(element))
        if attributes.get(b"hidden") in (b"1", b"true"):
            hidden.update(range(int(attributes[b"min"]), min(int(attributes[b"max"]), MAX_COLUMNS) + 1))
    return frozenset(hidden)


def last_row(xml: bytes) -> int:
    """Last row with any cell, blank styled ones included; 0 for a sheet without cells."""
    position = xml.rfind(b'c r="')
    found = LAST_CELL.match(xml, position) if position >= 0 else None
    return int(found[1]) if found else 0
