"""COPY into a temporary table: row-level security forbids it into a protected one."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from django.db.backends.utils import CursorWrapper

NOTHING = "\\N"
CHUNK, READ_BYTES = 10_000, 1 << 20


def copy_rows(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Copy rows of CSV fields: `or_nothing` and `as_bytea` make those of values. table, columns: our own names."""
    for piece in csv_pieces(rows):
        copy_piece(cursor, table, columns, piece)


def copy_piece(cursor: CursorWrapper, table: str, columns: Sequence[str], piece: bytes) -> None:
    """Copy one of the pieces that `csv_pieces` makes."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv, NULL '{NOTHING}')"
    cursor.copy_expert(statement, io.BytesIO(piece), READ_BYTES)


def csv_pieces(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Rows as CSV for COPY: some thousands in a piece, never all in memory."""
    left = iter(rows)
    while some := list(islice(left, CHUNK)):
        piece = io.StringIO()
        csv.writer(piece).writerows(some)
        yield piece.getvalue().encode()


def made_ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, each made in a thread while PostgreSQL works on the one before it.

    What makes them must not touch the database: connections belong to their thread.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import") as maker:
        coming = maker.submit(next, pieces, b"")
        while piece := coming.result():
            coming = maker.submit(next, pieces, b"")
            yield piece


def or_nothing(value: Any) -> Any:
    """The value, or NULL."""
    return NOTHING if value is None else value


def as_bytea(value: bytes | None) -> str:
    return NOTHING if value is None else f"\\x{value.hex()}"
