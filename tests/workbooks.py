"""Workbooks for tests: small good ones, and every kind of bad one."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(rows: Iterable[Sequence[object]], *, merges: Iterable[str] = (), name: str = "Sheet1") -> bytes:
    """One sheet with these rows from A1 on; None leaves a cell out."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(number, column, value)
    for merge in merges:
        sheet.merge_cells(merge)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(data: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The same package with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry not in changed:
                new.writestr(entry, old.read(entry))
        for entry, content in changed.items():
            new.writestr(entry, content)
    return out.getvalue()


def with_sheet_xml(data: bytes, sheet_data: str, before: str = "") -> bytes:
    """The same workbook, its first sheet's XML written by hand."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'{head}{before}<worksheet xmlns="{space}"><sheetData>{sheet_data}</sheetData></worksheet>'
    return with_parts(data, {"xl/worksheets/sheet1.xml": xml.encode()})


def small() -> bytes:
    return workbook([["姓名", "身份证号码", "联系电话"], ["张某", "110101199003070353", "13800000000"]])


def old_xls() -> bytes:
    return OLE_MAGIC + b"\0" * 504 + "Workbook".encode("utf-16-le") + b"\0" * 1024


def password_protected() -> bytes:
    """An encrypted .xlsx is an OLE file with the stream EncryptedPackage (MS-OFFCRYPTO)."""
    return OLE_MAGIC + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024


def zip_bomb() -> bytes:
    """300 MB of zeros that the directory tells truly."""
    return with_parts(small(), {"xl/media/image1.bin": b"\0" * (300 * 2**20)})


def lying_zip_bomb() -> bytes:
    """A part that says it is 1,000 bytes long and unpacks to 50 MB; its checksum fits what it says."""
    real = b"\0" * (50 * 2**20)
    data = with_parts(small(), {"xl/media/image1.bin": real})
    told, true = struct.pack("<L", 1000), struct.pack("<L", len(real))
    crc, true_crc = struct.pack("<L", zlib.crc32(real[:1000])), struct.pack("<L", zlib.crc32(real))
    return data.replace(true, told).replace(true_crc, crc)


def many_entries() -> bytes:
    return with_parts(small(), {f"xl/media/{number}.bin": b"x" for number in range(3000)})


def entity_bomb() -> bytes:
    entities = '<!ENTITY a0 "哈">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>'
    return with_sheet_xml(small(), cell, f"<!DOCTYPE worksheet [{entities}]>")


def macros() -> bytes:
    return with_parts(small(), {"xl/vbaProject.bin": b"macro"})


def gbk_names() -> bytes:
    """A picture whose name is GBK without the flag for UTF-8, as old Chinese tools write."""
    data = with_parts(small(), {"xl/media/aaaaaaaa.png": b"picture"})
    return data.replace(b"xl/media/aaaaaaaa.png", b"xl/media/" + "图片一二".encode("gbk") + b".png")


def zip_of_workbooks() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("aaaaaaaa.xlsx", small())
    return out.getvalue().replace(b"aaaaaaaa.xlsx", "城桥名册".encode("gbk") + b".xlsx")


def sixteen_thousand_columns() -> bytes:
    cells = '<c r="A1" t="n"><v>1</v></c><c r="XFD1" t="n"><v>1</v></c>'
    return with_sheet_xml(small(), f'<row r="1">{cells}</row>')


def blank_styled_to_the_end() -> bytes:
    """Rows and columns formatted to the very end, with nothing in them: common, and no reason to refuse."""
    xml = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>性别</t></is></c>'
        '<c r="XFD1" s="0"/></row><row r="1048576"><c r="A1048576" s="0"/></row>'
    )
    return with_sheet_xml(small(), xml)


def far_corner() -> bytes:
    """Two cells that would be laid out as a block of 17 thousand million."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>1</v></c></row>'
    return with_sheet_xml(small(), cells)


def unaddressed_cells() -> bytes:
    return with_sheet_xml(small(), '<row r="1"><c t="n"><v>1</v></c></row>')


def broken_xml() -> bytes:
    return with_sheet_xml(small(), '<row r="1"><c r="A1"><v>1</c></row>')


def truncated() -> bytes:
    data = small()
    return data[: len(data) // 2]


def formula_without_value() -> bytes:
    return workbook([["姓名", "性别", "年龄"], ["张某", "男", "=2026-1990"], ["李某", "女", 40]])


def formula_with_value() -> bytes:
    data = workbook([["姓名", "性别", "年龄"], ["张某", "男", 0]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    return with_parts(data, {"xl/worksheets/sheet1.xml": xml.replace(b"<v>0</v>", b"<f>2026-1990</f><v>36</v>")})
