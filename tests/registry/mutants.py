"""Mutated uploads: workbooks and photos as chance, an attacker or a broken disk would change them. A seed, a mutant."""

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from tests import workbooks

HUGE = (b"4294967295", b"2147483648", b"18446744073709551615", b"-1", b"99999999999999999999999999", b"1e308", b"NaN")
TEXTS = ("=cmd|'/c calc'!A1", "&#0;", "\ufffe", "人" * 40_000, "<", "]]>", "%s%n", "../../etc/passwd", "\ud7ff")
REFERENCES = (b"XFD1048576", b"A1:XFD1048576", b"ZZZ99999999999", b"A0", b"AAAAAAAA1", b"A1:A", b"", b"B2:A1", b"a1")
NAMES = ("../../x.xml", "/etc/passwd", "xl/workbook.xml", "xl/sharedStrings.xml", "XL/WORKBOOK.XML", "a" * 60_000)
EXTERNAL = b'?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
EMPTY_ARCHIVE = b"PK\x05\x06" + b"\0" * 18
Mutation = Callable[[bytes, random.Random], bytes]


def workbook_of(seed: int) -> bytes:
    """A mutated workbook; every tenth is mutated twice."""
    chance = random.Random(seed)
    data = chance.choice(_GOOD)()
    for _ in range(1 + (seed % 10 == 0)):
        data = chance.choice(_WORKBOOK_MUTATIONS)(data, chance)
    return data


def photo_of(seed: int) -> bytes:
    """A mutated photo."""
    chance = random.Random(seed)
    return chance.choice(_PHOTO_MUTATIONS)(_photo(chance), chance)


def _roster() -> bytes:
    rows = [["花名册"], ["姓名", "身份证号码", "联系电话", "出生日期"]]
    people = [[f"张某{n}", "110101199003070353", "13800000000", "1990-03-07"] for n in range(60)]
    return workbooks.workbook([*rows, *people], merges=["A1:D1"])


_GOOD: list[Callable[[], bytes]] = [
    workbooks.small,
    _roster,
    workbooks.formula_with_value,
    workbooks.formula_without_value,
]


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 4, 32))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return chance.choice((data[:start], data[start:], data[:start] + data[start + chance.randint(1, 400) :]))


def _insert(data: bytes, chance: random.Random) -> bytes:
    start, again = chance.randrange(len(data)), chance.randrange(len(data))
    piece = chance.choice((chance.randbytes(40), b"\0" * 4000, data[:again], EMPTY_ARCHIVE))
    return data[:start] + piece + data[start:]


def _header_field(data: bytes, chance: random.Random) -> bytes:
    """A field of a local header, of the directory or of its end: sizes, offsets, methods, flags, counts."""
    magic, size = chance.choice(((b"PK\x03\x04", 30), (b"PK\x01\x02", 46), (b"PK\x05\x06", 22)))
    places = [found.start() for found in re.finditer(re.escape(magic), data)]
    if not places:
        return data
    changed = bytearray(data)
    at = chance.choice(places) + chance.randrange(4, size - 1)
    width, value = chance.choice((2, 4)), chance.choice((0, 1, 0x7FFF, 0xFFFF, 0xFFFFFFFF, chance.getrandbits(32)))
    changed[at : at + width] = struct.pack("<I", value & 0xFFFFFFFF)[:width]
    return bytes(changed)


def _entries(data: bytes, chance: random.Random) -> bytes:
    """Entries left out, doubled, renamed, deep in folders, by the thousand, stored instead of packed."""
    parts = _parts(data)
    if parts is None:
        return _flip(data, chance)
    names, out = list(parts), io.BytesIO()
    name = chance.choice(names)
    extra: list[tuple[str, bytes]] = []
    match chance.randrange(6):
        case 0:
            del parts[name]
        case 1:
            extra = [(name, parts[name])]
        case 2:
            extra = [(chance.choice(NAMES), parts[name])]
        case 3:
            extra = [("x/" * 3000 + "deep.xml", b"<a/>")]
        case 4:
            extra = [(f"xl/x{n}.xml", b"<a/>") for n in range(chance.choice((100, 1995, 5000)))]
        case 5:
            parts[name], parts[names[0]] = parts[names[0]], parts[name]
    method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(out, "w", method) as archive:
        for one, content in [*parts.items(), *extra]:
            archive.writestr(one, content)
    return out.getvalue()


def _xml(data: bytes, chance: random.Random) -> bytes:
    """A part whose numbers, references, tags, texts or encoding are others; well-formed or not."""
    parts = _parts(data)
    if parts is None:
        return _cut(data, chance)
    name = chance.choice([one for one in parts if one.endswith((".xml", ".rels"))])
    return workbooks.with_parts(data, {name: chance.choice(_XML_MUTATIONS)(parts[name], chance)})


def _other(pattern: bytes, *words: bytes) -> Mutation:
    """One place that the pattern finds says another word."""
    compiled = re.compile(pattern)
    return lambda content, chance: _replace_one(compiled, content, chance.choice(words), chance)


def _other_encoding(content: bytes, chance: random.Random) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7")))


def _many_rows(content: bytes, chance: random.Random) -> bytes:
    row = b'<row r="9"><c r="A9"><v>1</v></c></row>'
    return content.replace(b"</sheetData>", row * chance.choice((2, 2000)) + b"</sheetData>")


_XML_MUTATIONS: list[Mutation] = [
    _other(rb'(?<=")-?\d+(?=")|(?<=>)-?\d+(?=<)', *HUGE),
    _other(rb'(?<=")[A-Z]{1,3}\d+(?::[A-Z]{1,3}\d+)?(?=")', *REFERENCES),
    _other(rb"<(\w+)", b"<x", b"<c", b"<row", b"<si", b"<!--"),
    _other(rb"(?<=>)[^<>]+(?=<)", *(text.encode("utf-8", "surrogatepass") for text in TEXTS)),
    lambda content, _: b"<a>" * 50_000 + content,
    lambda content, _: content.replace(b"?>", EXTERNAL, 1),
    _other_encoding,
    _cut,
    _many_rows,
]


def _swollen(data: bytes, chance: random.Random) -> bytes:
    """A sheet of up to 190,000 rows: within the limits, so all of it is read."""
    parts = _parts(data)
    sheet = next((name for name in parts or () if "sheet1" in name and name.endswith(".xml")), None)
    if parts is None or sheet is None:
        return data
    rows = chance.choice((10_000, 80_000, 190_000))
    cell = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>'
    more = b"".join(cell % (n, n, chance.randbytes(12).hex().encode()) for n in range(100, 100 + rows))
    return workbooks.with_parts(data, {sheet: parts[sheet].replace(b"</sheetData>", more + b"</sheetData>")})


def _heavy(data: bytes, chance: random.Random) -> bytes:
    """A part as large as the limits allow, or larger. Written piece by piece: this process is measured."""
    parts, out = _parts(data), io.BytesIO()
    if parts is None:
        return data
    name = chance.choice(
        ("xl/media/image1.bin", "xl/media/image1.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")
    )
    head, foot = parts.pop(name, b""), b""
    if b"</s" in head:
        at = head.rindex(b"</s")
        head, foot = head[:at], head[at:]
    piece = b"<si><t>" + chance.randbytes(600).hex().encode() + b"</t></si>" if b"sst" in head else b" " * 30_000
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, content in parts.items():
            archive.writestr(one, content)
        with archive.open(name, "w") as part:
            part.write(head)
            for n in range((chance.choice((20, 90, 150, 240)) << 20) // (len(piece) + 400)):
                part.write(piece + random.Random(n).randbytes(200).hex().encode().join((b"<!--", b"-->"))[:400])
            part.write(foot)
    return out.getvalue()


def _other_kind(data: bytes, chance: random.Random) -> bytes:
    """Something else under the name of a workbook."""
    return chance.choice(
        (
            b"",
            b"<html><table><tr><td>1",
            b"%PDF-1.7\n" + chance.randbytes(200),
            "姓名,电话\n".encode("gbk") * 100,
            _photo(chance),
            b"PK\x03\x04" + chance.randbytes(3000),
            workbooks.old_xls(),
            workbooks.zip_of_workbooks(),
            chance.randbytes(5000),
        )
    )


def _parts(data: bytes) -> dict[str, bytes] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()} or None
    except Exception:  # noqa: BLE001  (mutated before: chance may have left no archive, however broken)
        return None


def _replace_one(pattern: re.Pattern[bytes], content: bytes, by: bytes, chance: random.Random) -> bytes:
    found = list(pattern.finditer(content))
    if not found:
        return content
    one = chance.choice(found)
    return content[: one.start()] + by + content[one.end() :]


def _photo(chance: random.Random) -> bytes:
    picture = Image.effect_noise((chance.choice((1, 64, 400)), 90), 60).convert("RGB")
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = chance.choice((1, 3, 6, 8, 99))
    picture.save(out, chance.choice(("JPEG", "PNG", "WEBP")), exif=exif.tobytes())
    return out.getvalue()


def _photo_size(data: bytes, chance: random.Random) -> bytes:
    """Width and height of a PNG, JPEG or WEBP header, huge."""
    changed, value = bytearray(data), struct.pack(">H", chance.choice((0, 1, 0x3FFF, 0xFFFF)))
    places = [24 - 8, 20, *(found.start() + 5 for found in re.finditer(rb"\xff[\xc0\xc2]", data)), 26, 28]
    at = chance.choice(places)
    changed[at : at + 2] = value
    if data.startswith(b"\x89PNG"):
        changed[29:33] = struct.pack(">I", zlib.crc32(bytes(changed[12:29])))
    return bytes(changed)


def _photo_of_another_kind(data: bytes, chance: random.Random) -> bytes:
    """A picture that we do not take, or a program that begins like a picture."""
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, chance.choice(("GIF", "BMP", "TIFF", "ICO", "PPM")))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    return chance.choice((out.getvalue(), svg, data[:40] + b"<script>", b"%!PS-Adobe-3.0\n", b"MZ" + data, _png_bomb()))


def _png_bomb() -> bytes:
    """60,000 x 60,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


_WORKBOOK_MUTATIONS: list[Mutation] = [
    *(_flip, _flip, _cut, _cut, _insert, _header_field, _header_field, _header_field),
    *(_entries, _entries, _xml, _xml, _xml, _xml, _other_kind),
    *(_swollen, _heavy),
]
_PHOTO_MUTATIONS: list[Mutation] = [_flip, _cut, _insert, _photo_size, _photo_size, _photo_of_another_kind]
