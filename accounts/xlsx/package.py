"""The zip container (ECMA-376 part 2): told apart from everything else by content, unpacked within limits."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import cast

from .refusals import (
    SAVE_AGAIN,
    Bomb,
    Damaged,
    DangerousXml,
    ForeignNames,
    MacroWorkbook,
    NotExcel,
    OldExcel,
    PasswordProtected,
    TooLarge,
    UploadRefused,
)

MAX_FILE = 20 * 2**20  # bytes
MAX_UNPACKED = 160 * 2**20  # bytes, all parts together
# One part: 100,000 rows of 15 columns. Readers take up to twice that, and a process must stay under 300 MB.
MAX_PART = 100 * 2**20
MAX_ENTRIES = 2000
MAX_RATIO = 200  # ordinary sheets pack 10 to 20 times, sheets of styled blanks up to 100
RATIO_FROM = 8 * 2**20  # bytes unpacked; smaller files may pack as they like
LOCAL_HEADER = struct.Struct("<4s22xHH")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF8_NAME = 0x800
ENCRYPTED = 0x1
CHUNK, PIECE = 1 << 18, 1 << 20
ABOUT_SHEETS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")


def unpack(data: bytes) -> dict[str, bytes]:
    """Parts that tell the sheets, by name; all others are unpacked, checked and let go.

    Raises UploadRefused for anything that is not a plain .xlsx of bearable size.
    """
    if len(data) > MAX_FILE:
        raise TooLarge(f"文件有 {len(data) / 2**20:.0f} MB,超过 {MAX_FILE >> 20} MB。请删掉图片,或拆成几个文件上传。")
    if not data.startswith(b"PK\x03\x04"):
        raise _not_a_zip(data)
    archive = _open(data)
    entries = archive.infolist()
    _check_directory(entries, len(data))
    _check_kind(archive, entries)
    return _inflate_all(data, entries)


def _not_a_zip(data: bytes) -> UploadRefused:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(OLE):
        return _what_ole_is(data)
    if not data.strip():
        return NotExcel("这个文件是空的(0 字节)。请重新保存后再上传。")
    if data.startswith(b"%PDF"):
        return NotExcel("这是 PDF 文件,不是 Excel。请上传部门下发的 .xlsx 原表。")
    if head[:1] == b"<":
        return NotExcel(f"这个文件其实是网页或 XML 格式,只是改了名字。{SAVE_AGAIN}")
    if b"\0" not in data[:4096]:
        return NotExcel(f"这是文本文件(如 CSV),不是 .xlsx。{SAVE_AGAIN}")
    return NotExcel(f"这个文件不是 .xlsx 格式。{SAVE_AGAIN}")


def _what_ole_is(data: bytes) -> UploadRefused:
    """OLE compound files name their streams in UTF-16: an encrypted .xlsx hides in "EncryptedPackage"."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return PasswordProtected()
    if "WordDocument".encode("utf-16-le") in data:
        return NotExcel("这是 Word 文档,不是 Excel。请把表格复制到 Excel 里,保存为 .xlsx 后再上传。")
    return OldExcel()


def _open(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
        raise Damaged() from None


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Limits as the central directory states them. Overlapping entries show as more packed bytes than the file has."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    too_dense = unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or packed > size or too_dense:
        raise Bomb()
    largest = max((entry.file_size for entry in entries), default=0)
    if largest > MAX_PART:
        raise TooLarge(f"工作表解压后有 {largest >> 20} MB,超过 {MAX_PART >> 20} MB。请拆成几个文件上传。")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise PasswordProtected()
    if len({entry.filename for entry in entries}) < len(entries):
        raise Damaged()


def _check_kind(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename.lower() for entry in entries}
    if not names & {"xl/workbook.xml", "xl/workbook.bin"}:
        raise _what_zip_is(entries, names)
    if "xl/workbook.bin" in names:
        raise NotExcel(f"这是二进制工作簿(.xlsb)。{SAVE_AGAIN}")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise MacroWorkbook()
    odd = next((entry for entry in entries if not (entry.flag_bits & UTF8_NAME or entry.filename.isascii())), None)
    if odd is not None:
        raise ForeignNames(f"文件内部有用 GBK 编码的名称(“{_readable(odd)}”),不同电脑读出来不一样。{SAVE_AGAIN}")


def _what_zip_is(entries: list[zipfile.ZipInfo], names: set[str]) -> UploadRefused:
    if "word/document.xml" in names:
        return NotExcel("这是 Word 文档,不是 Excel。请把表格复制到 Excel 里,保存为 .xlsx 后再上传。")
    if "content.xml" in names:
        return NotExcel(f"这是 OpenDocument 表格(.ods)。{SAVE_AGAIN}")
    inside = [_readable(entry) for entry in entries if entry.filename.lower().endswith((".xlsx", ".xls", ".csv"))]
    if inside:
        return NotExcel(f"这是压缩包,里面有“{inside[0]}”等 {len(inside)} 个表格。请解压后逐个上传 .xlsx 文件。")
    return NotExcel("这是压缩包,不是 Excel 文件。请解压后上传里面的 .xlsx 文件。")


def _readable(entry: zipfile.ZipInfo) -> str:
    """The entry's file name as its author saw it: old Chinese tools write GBK without saying so."""
    name = entry.filename
    if not entry.flag_bits & UTF8_NAME:
        name = name.encode("cp437", "replace").decode("gbk", "replace")
    return name.rpartition("/")[2]


def _inflate_all(data: bytes, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    parts = {}
    for entry in entries:
        pieces = _whole(_in_pieces(_packed(data, entry), entry), entry)
        if not entry.filename.endswith((".xml", ".rels")):
            for _ in pieces:
                pass
            continue
        content = bytearray()  # grows in place: joining the pieces would hold them twice
        for piece in pieces:
            content += piece
        _refuse_declarations(content)
        if entry.filename in ABOUT_SHEETS or b"sheetData" in content:
            parts[entry.filename] = cast(bytes, content)  # read like bytes; a copy would be held beside it
    return parts


def _packed(data: bytes, entry: zipfile.ZipInfo) -> memoryview:
    """Bytes of an entry as they lie in the file, without copying them."""
    start = entry.header_offset
    try:
        magic, name_size, extra_size = LOCAL_HEADER.unpack_from(data, start)
    except struct.error:
        raise Damaged() from None
    start += 30 + name_size + extra_size
    packed = memoryview(data)[start : start + entry.compress_size]
    if magic != b"PK\x03\x04" or len(packed) != entry.compress_size:
        raise Damaged()
    return packed


def _in_pieces(packed: memoryview, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack by hand and little by little: another reader may not believe the central directory."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Damaged()
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), CHUNK):
        rest = bytes(packed[start : start + CHUNK])
        if entry.compress_type == zipfile.ZIP_STORED:
            yield rest
            continue
        while rest:
            yield _next_piece(unpacker, rest)
            rest = unpacker.unconsumed_tail
    yield unpacker.flush()


def _next_piece(unpacker: "zlib._Decompress", packed: bytes) -> bytes:
    try:
        return unpacker.decompress(packed, PIECE)
    except zlib.error:
        raise Damaged() from None


def _whole(pieces: Iterable[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The pieces, stopped where they pass the stated size; at their end size and checksum must be as stated."""
    size = checksum = 0
    for piece in pieces:
        size, checksum = size + len(piece), zlib.crc32(piece, checksum)
        if size > entry.file_size:
            raise Bomb()
        yield piece
    if size != entry.file_size or checksum != entry.CRC:
        raise Damaged()


def _refuse_declarations(content: bytes | bytearray) -> None:
    """No DTD in any part, in the one encoding that readers of this house expect (UTF-8)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        raise Damaged()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DangerousXml()
