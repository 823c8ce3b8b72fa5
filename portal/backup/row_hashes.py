"""What a table holds, as a number of rows and one hash: the same before a backup and after its restore."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.sql import SQL, Identifier

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname
"""
# Who may do what, row-level security included: a restore that forgot it would hold all rows and no wall.
WALL = "权限与行级安全"
_WALL = """
SELECT concat_ws(' ', c.relname, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity, one)
FROM pg_class c LEFT JOIN LATERAL unnest(c.relacl) one ON true
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'S')
UNION ALL
SELECT concat_ws(' ', a.attrelid::regclass, a.attname, one)
FROM pg_attribute a CROSS JOIN LATERAL unnest(a.attacl) one JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT concat_ws(' ', tablename, policyname, permissive, roles, cmd, qual, with_check) FROM pg_policies
UNION ALL
SELECT concat_ws(' ', p.oid::regprocedure, p.prosecdef, p.proowner::regrole, p.proconfig, one)
FROM pg_proc p LEFT JOIN LATERAL unnest(p.proacl) one ON true WHERE p.pronamespace = 'public'::regnamespace
UNION ALL
SELECT concat_ws(' ', d.defaclrole::regrole, d.defaclobjtype, one)
FROM pg_default_acl d CROSS JOIN LATERAL unnest(d.defaclacl) one
UNION ALL
SELECT concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
ORDER BY 1
"""
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class TableHash:
    rows: int
    sha256: str


def list_tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [name for (name,) in cursor.fetchall()]


def hash_tables(connection: BaseDatabaseWrapper) -> dict[str, TableHash]:
    """Of every table, and of the wall around them. The role must see all rows, else a difference would hide."""
    with connection.cursor() as cursor:
        # What COPY writes depends on these; a server or role may have others.
        cursor.execute("SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'")
        found = {name: _hash_table(cursor, name) for name in list_tables(connection)}
        cursor.execute(_WALL)
        found[WALL] = _hash_lines(line.encode() + b"\n" for (line,) in cursor.fetchall())
        return found


def _hash_table(cursor: Any, name: str) -> TableHash:
    sink = _RowSum()
    cursor.copy_expert(SQL("COPY {} TO STDOUT").format(Identifier(name)).as_string(cursor.cursor), sink)
    return TableHash(sink.rows, f"{sink.total:064x}")


def _hash_lines(lines: Iterable[bytes]) -> TableHash:
    sink = _RowSum()
    for line in lines:
        sink.write(line.replace(b"\n", b" ") + b"\n")
    return TableHash(sink.rows, f"{sink.total:064x}")


class _RowSum:
    """Adds up the hashes of the rows, so their order, which a restore does not keep, plays no part.

    COPY writes a row as one line; a line break inside a value is written as two characters.
    """

    def __init__(self) -> None:
        self.rows, self.total, self._rest = 0, 0, b""

    def write(self, data: bytes) -> int:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self.total = (self.total + int.from_bytes(hashlib.sha256(line).digest(), "big")) % _MODULUS
        self.rows += len(lines)
        return len(data)
