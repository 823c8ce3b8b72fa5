"""What the policies promise, told by an oracle of its own: not by the policies, nor by the code that makes them.

`broken_promises` acts as portal_app inside a superuser's transaction, so that a changed policy can be tried and rolled
back. Each promise is tried at both edges of a scope, one code inside and one code outside.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Identifier

from tests.wall.planting import Column, needed_columns, plant

Scope = tuple[int | None, int | None]
COMMUNITY = 310151101_001_000000
GRID = COMMUNITY + 1000
SCOPES: dict[str, Scope] = {
    "no scope": (None, None),
    "only its beginning": (GRID, None),
    "only its end": (None, GRID + 999),
    "grid": (GRID, GRID + 999),
    "community": (COMMUNITY, COMMUNITY + 999_999),
    "one code": (GRID + 5, GRID + 5),
}
CODES = (
    0,
    COMMUNITY - 1,
    COMMUNITY,
    GRID - 1,
    GRID,
    GRID + 5,
    GRID + 6,
    GRID + 999,
    GRID + 1000,
    COMMUNITY + 999_999,
    COMMUNITY + 1_000_000,
    320206001_001_000000,
)
#: Where a row is seen from more than one code.
SECOND_CODE = dict.fromkeys(
    ("registry_person", "registry_personhistory", "tagging_persontags", "tagging_tagevent"), "registered_area_code"
)
#: Further rows that may be read (never written) from a scope.
ALSO_READ: dict[str, Callable[[int, Scope], bool]] = {
    "forms_engine_report": lambda code, scope: scope[0] is not None and code == scope[0] // 1_000_000 * 1_000_000,
}
#: Where a row is seen and written only if its dataset is one of the transaction's setting, beside its area.
OF_DATASETS = frozenset({"data_return_returnedrecord", "data_return_datasetload"})
GRANTED, UNGRANTED = 41, 42
NO_GRANT, SOME_GRANTS = "", f"{{7,{GRANTED},99}}"


@dataclass(frozen=True)
class Planted:
    """dataset: where the table has one of its own kind, else None."""

    number: int
    codes: tuple[int, ...]
    dataset: int | None = None

    def inside(self, scope: Scope, granted: str = SOME_GRANTS) -> bool:
        low, high = scope
        if self.dataset is not None and (granted == NO_GRANT or self.dataset != GRANTED):
            return False
        return low is not None and high is not None and any(low <= code <= high for code in self.codes)


def edges_of(table: str) -> list[dict[str, int]]:
    """Area columns of a row at each edge; for a table with two codes also each edge with the other code outside.

    Of a table of datasets: each edge with a dataset in the setting and with one outside.
    """
    if table in OF_DATASETS:
        return [{"area_code": code, "dataset_id": dataset} for code in CODES for dataset in (GRANTED, UNGRANTED)]
    second = SECOND_CODE.get(table)
    if second is None:
        return [{"area_code": code} for code in CODES]
    pairs = [(code, code) for code in CODES]
    pairs += [(code, COMMUNITY - 1) for code in CODES] + [(COMMUNITY - 1, code) for code in CODES]
    return [{"area_code": one, second: other} for one, other in pairs]


def plant_edges(cursor: Cursor, table: str) -> list[Planted]:
    columns = needed_columns(cursor, table)
    return [planted(plant(cursor, table, mark="EDGE", columns=columns, **codes), codes) for codes in edges_of(table)]


def planted(number: int, codes: dict[str, int]) -> Planted:
    areas = tuple(code for name, code in codes.items() if name != "dataset_id")
    return Planted(number, areas, codes.get("dataset_id"))


def broken_promises(cursor: Cursor, table: str, rows: list[Planted], columns: list[Column]) -> Iterator[str]:
    """What the table's policies do otherwise than promised; nothing when they hold. Tried one after the other."""
    for name, scope in SCOPES.items():
        with as_app(cursor, scope):
            for broken in _broken(cursor, table, rows, columns, scope):
                yield f"{name}: {broken}"
    if table in OF_DATASETS:
        with as_app(cursor, SCOPES["community"], granted=NO_GRANT):
            if (seen := _seen(cursor, table, rows)) != []:
                yield f"community without a grant: SELECT sees {seen} instead of nothing"
            yield from _broken_inserts(cursor, table, columns, SCOPES["community"], NO_GRANT)


@contextmanager
def as_app(cursor: Cursor, scope: Scope, granted: str = SOME_GRANTS) -> Iterator[None]:
    """portal_app with a scope, until the end of the block; whatever it did is undone."""
    cursor.execute("SAVEPOINT acting")
    low, high = ("" if code is None else str(code) for code in scope)
    cursor.execute("SET LOCAL app.scope_lo = %s; SET LOCAL app.scope_hi = %s", [low, high])
    cursor.execute("SET LOCAL app.granted_datasets = %s; SET LOCAL ROLE portal_app", [granted])
    try:
        yield
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT acting; RESET ROLE")


def _broken(cursor: Cursor, table: str, rows: list[Planted], columns: list[Column], scope: Scope) -> Iterator[str]:
    also = ALSO_READ.get(table, lambda code, scope: False)
    readable = sorted(row.number for row in rows if row.inside(scope) or also(row.codes[0], scope))
    if (seen := _seen(cursor, table, rows)) != readable:
        yield f"SELECT sees {seen} instead of {readable}"
    yield from _broken_writes(cursor, table, rows, scope)
    yield from _broken_inserts(cursor, table, columns, scope)


def _broken_writes(cursor: Cursor, table: str, rows: list[Planted], scope: Scope) -> Iterator[str]:
    inside = sum(row.inside(scope) for row in rows)
    for right, statement in {
        "UPDATE": "UPDATE {} SET district = district",
        "DELETE": "DELETE FROM {}",
    }.items():
        if not _may(cursor, table, right):
            continue
        if (done := _changed(cursor, statement, table)) != inside:
            yield f"{right} reaches {done} instead of {inside}"
    if inside and _may(cursor, table, "UPDATE") and table not in SECOND_CODE:
        for outside in (GRID - 1, GRID + 1000) if scope == SCOPES["grid"] else ():
            if _changed(cursor, f"UPDATE {{}} SET area_code = {outside} WHERE area_code = {GRID}", table) is not None:
                yield f"UPDATE moves a row out to {outside}"


def _broken_inserts(
    cursor: Cursor, table: str, columns: list[Column], scope: Scope, granted: str = SOME_GRANTS
) -> Iterator[str]:
    for codes in edges_of(table):
        allowed = planted(0, codes).inside(scope, granted)
        if _accepted(cursor, lambda codes=codes: plant(cursor, table, mark="NEW", columns=columns, **codes)) != allowed:
            yield f"INSERT at {codes} is {'refused' if allowed else 'accepted'}"


def _seen(cursor: Cursor, table: str, rows: list[Planted]) -> list[int] | str:
    """Numbers of the planted rows that the role sees: each stands in some column of its row."""
    try:
        with _undone(cursor):
            cursor.execute(SQL("SELECT to_jsonb(t)::text FROM {} t").format(Identifier(table)))
            texts = [text for (text,) in cursor.fetchall()]
    except psycopg2.Error as error:
        return type(error).__name__
    return sorted(row.number for row in rows for text in texts if str(row.number) in text)


def _changed(cursor: Cursor, statement: str, table: str) -> int | None:
    """Rows that the statement changed, undone again; None where it was refused."""
    try:
        with _undone(cursor):
            cursor.execute(SQL(statement).format(Identifier(table)))
            return cursor.rowcount
    except psycopg2.Error:
        return None


def _accepted(cursor: Cursor, insert: Callable[[], object]) -> bool:
    try:
        with _undone(cursor):
            insert()
    except psycopg2.errors.InsufficientPrivilege:
        return False
    return True


@contextmanager
def _undone(cursor: Cursor) -> Iterator[None]:
    cursor.execute("SAVEPOINT tried")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT tried")


def _may(cursor: Cursor, table: str, right: str) -> bool:
    cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
    return bool(cursor.fetchone()[0])
