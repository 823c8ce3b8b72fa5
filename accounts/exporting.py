"""Lists as Excel. Everything is written as text, so a value that begins with = + - or @ never becomes a formula."""

import io
from collections.abc import Iterable, Sequence
from typing import IO

from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from rustpy_xlsxwriter import FastExcel

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLOCK = 1024 * 1024
ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet work a cell out, the wide forms of Chinese keyboards among them (OWASP CSV injection)."""
NARROW, WIDE, WIDEST_SAMPLE = 8.0, 45.0, 200


def write_table(sheet: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook with one sheet: bold frozen header, one text cell per value. headers: each of its own name."""
    table = [dict(zip(headers, row, strict=True)) for row in rows] or [dict.fromkeys(headers, "")]
    file = io.BytesIO()
    book = FastExcel(file).format(bold_headers=True).freeze(row=1)
    book.sheet(sheet, table, column_widths=_widths(headers, table[:WIDEST_SAMPLE]), autofilter=True).save()
    return file.getvalue()


def inert(text: str) -> str:
    """A text for a CSV cell, in a form that no spreadsheet takes for a formula: an apostrophe in front makes it a text.

    In a workbook none is needed: there a cell says itself that it is a text.
    """
    return "'" + text if text.startswith(ACTIVE) else text


def as_download(content: bytes, filename: str, content_type: str = XLSX) -> HttpResponse:
    """filename: Chinese allowed (RFC 6266). Never cached: it holds residents' data."""
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    headers = {"Content-Disposition": str(disposition), "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)


def fingerprint(file: IO[bytes]) -> str:
    """SM3 digest (GB/T 32905-2016) of the rest of a file in hexadecimal: the audit log names by it what was taken."""
    digest = Hash(SM3())
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.finalize().hex()


def _widths(headers: Sequence[str], sample: Sequence[dict[str, str]]) -> dict[str, float]:
    """Widths in characters; a Chinese character takes the room of two."""
    return {
        header: min(WIDE, max(NARROW, *(_room(row[header]) for row in sample), _room(header) + 4)) for header in headers
    }


def _room(text: str) -> float:
    return sum(2.0 if ord(character) > 255 else 1.1 for character in text) + 1
