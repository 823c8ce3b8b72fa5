"""COPY into a temporary table: row-level security forbids it into a protected one."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db.backends.utils import CursorWrapper

NOTHING = "\\N"
CHUNK, READ_BYTES = 5_000, 1 << 20


def copy_rows(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Copy rows of CSV fields: `or_nothing` and `as_bytea` make those of values. table, columns: our own names."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv, NULL '{NOTHING}')"
    cursor.copy_expert(statement, _CsvFile(rows), READ_BYTES)


def or_nothing(value: Any) -> Any:
    """The value, or NULL."""
    return NOTHING if value is None else value


def as_bytea(value: bytes | None) -> str:
    return NOTHING if value is None else f"\\x{value.hex()}"


class _CsvFile(io.RawIOBase):
    """Rows as the CSV file that COPY reads: made piece by piece, never whole in memory."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = iter(rows)
        self._piece = io.BytesIO()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken = self._piece.read(size)
        if not taken:
            self._piece = io.BytesIO(self._more())
            taken = self._piece.read(size)
        return taken

    def _more(self) -> bytes:
        piece = io.StringIO()
        csv.writer(piece).writerows(islice(self._rows, CHUNK))
        return piece.getvalue().encode()
