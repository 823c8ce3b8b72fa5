"""Rows in every table under row-level security, whatever its columns: made as superuser, past keys and triggers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import Json
from psycopg2.sql import SQL, Identifier

SCOPED = """
SELECT c.relname::text FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'area_code' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL(%s)
ORDER BY 1
"""
NEEDED = """
SELECT a.attname::text, format_type(a.atttypid, NULL), greatest(a.atttypmod - 4, 0) FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND ((a.attnotnull AND d.adnum IS NULL) OR format_type(a.atttypid, NULL) IN ('text', 'character varying'))
"""
#: Tables whose area_code only tells where a thing was: nothing about residents, readable everywhere on purpose.
UNSCOPED: tuple[str, ...] = ("accounts_auditentry",)
DISTRICT_SPAN = 10**12
_numbers = count(910_000_000_000)


@dataclass(frozen=True)
class Column:
    """length: of a varchar, 0 where it has none."""

    name: str
    type: str
    length: int


def scoped_tables(cursor: Cursor) -> list[str]:
    """Every table with an area code, from the catalogue of the database itself."""
    cursor.execute(SCOPED, [list(UNSCOPED)])
    return [name for (name,) in cursor.fetchall()]


def needed_columns(cursor: Cursor, table: str) -> list[Column]:
    """Columns that a row must name, and every column that could carry a text."""
    cursor.execute(NEEDED, [table])
    return [Column(*row) for row in cursor.fetchall()]


def plant(cursor: Cursor, table: str, *, mark: str, columns: list[Column], **codes: int) -> int:
    """One row with `mark` in each text. codes: its area columns. Returns a number that stands in its keys alone.

    Needs a superuser with session_replication_role = replica: neither keys nor triggers are asked.
    """
    number = next(_numbers)
    values: dict[str, Any] = dict(_values(columns, mark, number))
    values |= {"district": codes["area_code"] // DISTRICT_SPAN, **codes}
    names = SQL(", ").join(map(Identifier, values))
    places = SQL(", ").join(SQL("%s") for _ in values)
    cursor.execute(
        SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(Identifier(table), names, places),
        [*values.values()],
    )
    return number


def _values(columns: list[Column], mark: str, number: int) -> Iterator[tuple[str, Any]]:
    for column in columns:
        if column.name in ("area_code", "registered_area_code", "district"):
            continue
        yield column.name, _value(column, mark, number)


def _value(column: Column, mark: str, number: int) -> Any:
    by_type: Mapping[str, Any] = {
        "bigint": number,
        "integer": number % 2_000_000_000,
        "smallint": 1,
        "boolean": False,
        "double precision": 1.0,
        "numeric": 1,
        "date": "2026-01-01",
        "timestamp with time zone": "2026-01-01T00:00:00Z",
        "uuid": f"00000000-0000-0000-0000-{number:012d}",
        "jsonb": Json({"mark": mark}),
        "bytea": f"{mark}{number}".encode(),
        "text": f"{mark}{number}",
        "character varying": _text(mark, number, column.length),
        "smallint[]": [1],
        "bigint[]": [number],
        "integer[]": [1],
        "text[]": [mark],
        "bytea[]": [mark.encode()],
        "character varying[]": [mark],
        "inet": "192.0.2.1",
    }
    return by_type[column.type]


def _text(mark: str, number: int, length: int) -> str:
    """Mark and number where there is room, else the end of the number: unique as far as it goes."""
    whole = f"{mark}{number}"
    return whole if not length or len(whole) <= length else str(number)[-length:]
