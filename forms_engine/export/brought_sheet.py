"""The brought sheet, cut into what stands above its data rows, one model row, and what stands below."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from forms_engine.export.markup import attributes

SHEET_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData\s*(/?)>")
ROW = re.compile(rb"<(?:[\w.-]+:)?row(?=[\s/>])[^>]*?(?:/>|>.*?</(?:[\w.-]+:)?row\s*>)", re.DOTALL)
CELL = re.compile(rb"<(?:[\w.-]+:)?c\s[^>]*>")
KEPT_OF_ROW = ("s", "customFormat", "ht", "customHeight", "thickTop", "thickBot")
SIMPLE = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class DataRows:
    """Which rows of which sheet are data, 1-based, both ends. skipped: samples and subtotals among them."""

    sheet: str
    first: int
    last: int
    skipped: Collection[int] = ()

    @classmethod
    def of(cls, layout: Mapping[str, Any]) -> "DataRows":
        """From the layout that the binder found (`FormVersion.layout`)."""
        first = int(layout["first_data_row"])
        last = max(int(layout.get("last_data_row") or first), first)
        return cls(str(layout.get("sheet", "")), first, last, frozenset(layout.get("skipped_rows") or ()))


@dataclass(frozen=True, slots=True)
class BroughtSheet:
    """before: XML up to the first row's tag; above, below: kept rows by number; after: XML behind the last row.

    prefix: of the spreadsheet namespace, such as b"x:", mostly empty. look: attributes of the model row, for each new
    row. styles: column letter -> style of its data cells, "" for the plain one. first, last: the replaced rows.
    """

    before: bytes
    above: Mapping[int, bytes]
    below: Mapping[int, bytes]
    after: bytes
    prefix: bytes
    look: bytes
    styles: Mapping[str, str]
    first: int
    last: int


def cut_sheet(xml: bytes, data: DataRows) -> BroughtSheet:
    """Cut a sheet's XML. Raises ValueError for a sheet without sheetData."""
    opening = SHEET_DATA.search(xml)
    if opening is None:
        raise ValueError("a worksheet has sheetData")
    prefix, closing = opening[1], b"</%ssheetData>" % opening[1]
    end = opening.end() if opening[2] else xml.rindex(closing)
    rows = {} if opening[2] else _rows(xml[opening.end() : end])
    last = _last_data_row(rows, data)
    model = _model(rows, data.first, last, data.skipped)
    return BroughtSheet(
        before=xml[: opening.start()],
        above={number: row for number, row in rows.items() if number < data.first},
        below={number: row for number, row in rows.items() if number > last},
        after=xml[end + (0 if opening[2] else len(closing)) :],
        prefix=prefix,
        look=_look(model),
        styles=_styles(model),
        first=data.first,
        last=last,
    )


def _rows(xml: bytes) -> dict[int, bytes]:
    rows: dict[int, bytes] = {}
    number = 0
    for found in ROW.finditer(xml):
        number = int(attributes(found[0]).get("r", number + 1))
        rows[number] = found[0]
    return rows


def _last_data_row(rows: Mapping[int, bytes], data: DataRows) -> int:
    """Totals and bare rows at the end of the data belong to what stands below."""
    for number in range(data.last, data.first, -1):
        if number not in data.skipped and _has_cells(rows.get(number, b"")):
            return number
    return data.first if _has_cells(rows.get(data.first, b"")) else data.last


def _has_cells(row: bytes) -> bool:
    return CELL.search(row) is not None


def _model(rows: Mapping[int, bytes], first: int, last: int, skipped: Collection[int]) -> bytes:
    """The row whose look the new rows take: the first data row, else one of the next, else a skipped sample."""
    own = [number for number in range(first, last + 1) if number in rows and number not in skipped]
    samples = [number for number in sorted(skipped) if number in rows and number < last]
    for number in [*own, *samples]:
        if _has_cells(rows[number]):
            return rows[number]
    return b""


def _look(row: bytes) -> bytes:
    """Height and style of a row, as attributes with a blank before each."""
    found = {name: value for name, value in attributes(row).items() if name in KEPT_OF_ROW and SIMPLE.fullmatch(value)}
    return "".join(f' {name}="{value}"' for name, value in found.items()).encode()


def _styles(row: bytes) -> dict[str, str]:
    styles = {}
    for cell in CELL.findall(row):
        found = attributes(cell)
        style = found.get("s", "")
        styles[found["r"].rstrip("0123456789")] = style if style.isdecimal() else ""
    return styles
