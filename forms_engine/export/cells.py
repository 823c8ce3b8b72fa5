"""One data cell as SpreadsheetML, apart from its place and style.

Numbers are numbers; everything else is an inline string, so a text that begins with = + - @ stays a text.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from xml.sax.saxutils import escape, unescape

from forms_engine.export.columns import CellKind, ExportColumn, Render, remembering

NUMBER = re.compile(rb"-?\d{1,15}(\.\d+)?")
EMPTY = b"/>"
LINES = {"&#10;": "\n", "&#9;": "\t"}
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  (Excel knows no zone)

Tail = Callable[[bytes], bytes]
"""XML text of a value -> what follows the attributes of its cell, closing tag included."""


def tail_of(column: ExportColumn, prefix: bytes, *, as_day: bool, from_1904: bool) -> Tail | None:
    """How the cells of a column end; None for plain texts, which need no work per cell.

    as_day: the cell's style shows a number as a day, so days are stored as serial numbers.
    """
    text = _text_tail(prefix)
    if column.kind is CellKind.NUMBER:
        tail = _number_tail(prefix, text)
    elif column.kind is CellKind.DATE and as_day:
        tail = _day_tail(prefix, text, EPOCH_1904 if from_1904 else EPOCH)
    elif column.render is not None:
        tail = text
    else:
        return None
    if column.render is not None:
        tail = _rendered(column.render, tail)
    return tail if column.varied else remembering(tail)


def text_parts(prefix: bytes) -> tuple[bytes, bytes]:
    """What stands before and after a plain text."""
    return b' t="inlineStr"><%(p)bis><%(p)bt>' % {b"p": prefix}, b"</%(p)bt></%(p)bis></%(p)bc>" % {b"p": prefix}


def number_parts(prefix: bytes) -> tuple[bytes, bytes]:
    return b"><%bv>" % prefix, b"</%bv></%bc>" % (prefix, prefix)


def _text_tail(prefix: bytes) -> Tail:
    opened, closed = text_parts(prefix)
    return lambda value: opened + value + closed if value else EMPTY


def _number_tail(prefix: bytes, otherwise: Tail) -> Tail:
    opened, closed = number_parts(prefix)
    return lambda value: opened + value + closed if NUMBER.fullmatch(value) else otherwise(value)


def _day_tail(prefix: bytes, otherwise: Tail, epoch: datetime) -> Tail:
    opened, closed = number_parts(prefix)

    def tail(value: bytes) -> bytes:
        try:
            day = date.fromisoformat(value.decode())
        except ValueError:  # a month, a time, a remark: as it was written
            return otherwise(value)
        serial = (datetime(day.year, day.month, day.day) - epoch).days  # noqa: DTZ001
        return opened + b"%d" % serial + closed if serial > 60 else otherwise(value)

    return tail


def _rendered(render: Render, tail: Tail) -> Tail:
    def rendered(value: bytes) -> bytes:
        return tail(_to_xml(render(_from_xml(value)))) if value else EMPTY

    return rendered


def _from_xml(value: bytes) -> str:
    return unescape(value.decode(), LINES) if b"&" in value else value.decode()


def _to_xml(text: str) -> bytes:
    return escape(text).encode()
