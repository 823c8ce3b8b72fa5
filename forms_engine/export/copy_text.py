"""PostgreSQL's COPY text format on its way into XML or plain text, by the block and not by the cell."""

import re
from collections.abc import Callable, Sequence

BLOCK_ROWS = 2_000
TAB, LINE = b"\t", b"\n"
# Not allowed in XML 1.0; tab and line feed part the cells and rows here, text's own come as \t and \n.
ILLEGAL = bytes(code for code in range(0x20) if code not in b"\t\n")
ESCAPE = re.compile(rb"\\(r\\n|.)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\n", rb"r\n": b"\n", b"t": b"\t", b"b": b"", b"f": b"", b"v": b""}
XML_ESCAPES = ESCAPES | dict.fromkeys((b"n", b"r", rb"r\n"), b"&#10;") | {b"t": b"&#9;"}
# Excel reads _x0041_ in a text as the character A (ST_Xstring); its underscore is written as such.
EXCEL_ESCAPE = re.compile(rb"_(?=x[0-9A-Fa-f]{4}_)")

Columns = list[tuple[bytes, ...]]


class RowBlocks:
    """What `copy_expert` writes into: hands on whole blocks of rows. Use as a context, the last block is short."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._rows: list[bytes] = []

    def write(self, row: bytes) -> None:
        """One row with its line feed, as libpq delivers it."""
        self._rows.append(row)
        if len(self._rows) == BLOCK_ROWS:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            block, self._rows = b"".join(self._rows), []
            self._take(block)


def xml_columns(block: bytes) -> Columns:
    """The cells of a block, column by column, as XML text; whatever XML forbids is left out."""
    block = _without_illegal(block)
    for mark, entity in ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;")):
        block = block.replace(mark, entity)
    if b"_x" in block:
        block = EXCEL_ESCAPE.sub(b"_x005F_", block)
    if b"\\" in block:
        block = ESCAPE.sub(lambda found: XML_ESCAPES.get(found[1], found[1]), block)
    return _columns(block)


def text_columns(block: bytes) -> Sequence[tuple[str, ...]]:
    """The cells of a block, column by column, as plain text."""
    rows = [row.split("\t") for row in _without_illegal(block).decode().split("\n")[:-1]]
    if b"\\" in block:
        rows = [[_unescaped(cell) for cell in row] for row in rows]
    return list(zip(*rows, strict=True))


def _unescaped(cell: str) -> str:
    return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), cell.encode()).decode() if "\\" in cell else cell


def _columns(block: bytes) -> Columns:
    return list(zip(*[row.split(TAB) for row in block.split(LINE)[:-1]], strict=True))


def _without_illegal(block: bytes) -> bytes:
    block = block.translate(None, ILLEGAL)
    if b"\xef\xbf\xbe" in block or b"\xef\xbf\xbf" in block:
        block = block.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    return block
