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
    ("registry_person", "registry_personhistory", "tagging_subjecttags", "tagging_tagevent"), "registered_area_code"
)
#: Further rows that may be read (never written) from a scope.
ALSO_READ: dict[str, Callable[[int, Scope], bool]] = {
    "forms_engine_report": lambda code, scope: scope[0] is not None and code == scope[0] // 1_000_000 * 1_000_000,
}
#: Where a row is also of a dataset, and reading and writing are told apart by what the transaction says of those.
OF_DATASETS = frozenset({"data_return_returnedrecord", "data_return_datasetload", "data_return_quarantinedrow"})
#: Where a row is also of a department.
OF_DEPARTMENTS = frozenset(
    f"data_return_{name}" for name in ("correction", "correctionstep", "evidence", "verification")
)
OWN_DEPARTMENT, OTHER_DEPARTMENT = DEPARTMENTS = (51, 52)
READ, UNKNOWN, WRITTEN, BOTH, PART = KINDS = (41, 42, 43, 44, 45)
TOWN: Scope = (310151101_000_000000, 310151101_999_999999)
"""A town reads of PART one community, which is less than its scope."""


@dataclass(frozen=True)
class Told:
    """read, written: datasets. places: (dataset, official code of a community) that is read beside those.

    departments: first and last one whose corrections are dealt with.
    """

    read: tuple[int, ...] = ()
    written: tuple[int, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    departments: tuple[int, int] | None = None

    def settings(self) -> dict[str, str]:
        spans = ",".join(f"[{one * 10**12 + code},{one * 10**12 + code}]" for one, code in self.places)
        return {
            "app.datasets_read": _array(self.read),
            "app.datasets_written": _array(self.written),
            "app.places_read": f"{{{spans}}}" if spans else "",
            "app.corrections_of": f"{{{list(self.departments)}}}" if self.departments else "",
        }


def _array(ids: tuple[int, ...]) -> str:
    return f"{{{','.join(map(str, ids))}}}" if ids else ""


USUAL = Told(
    read=(7, READ, BOTH),
    written=(WRITTEN, BOTH, 99),
    places=((PART, COMMUNITY // 10**6), (98, COMMUNITY // 10**6 - 1)),
    departments=(OWN_DEPARTMENT, OWN_DEPARTMENT),
)

FURTHER = {
    "community, nothing told": (SCOPES["community"], Told()),
    "community, only reading told": (SCOPES["community"], Told(read=(READ, BOTH))),
    "town": (TOWN, USUAL),
}
"""Of tables of datasets."""
FURTHER_OF_DEPARTMENTS = {
    "community, no department": (SCOPES["community"], Told()),
    "community, every department": (SCOPES["community"], Told(departments=(0, 2**62))),
}


@dataclass(frozen=True)
class Planted:
    """dataset: where the table has one of its own kind, else None. files: it belongs to who writes the dataset.

    department: the same of departments.
    """

    number: int
    codes: tuple[int, ...]
    dataset: int | None = None
    files: bool = False
    department: int | None = None

    def inside(self, scope: Scope) -> bool:
        low, high = scope
        return low is not None and high is not None and any(low <= code <= high for code in self.codes)

    def is_dealt_with(self, told: Told) -> bool:
        if self.department is None:
            return True
        return told.departments is not None and told.departments[0] <= self.department <= told.departments[1]

    def is_read(self, scope: Scope, told: Told = USUAL) -> bool:
        if not self.is_dealt_with(told):
            return False
        if self.dataset is None or not self.inside(scope):
            return self.inside(scope)
        if self.files:
            return self.dataset in told.written
        return self.dataset in told.read or (self.dataset, self.codes[0] // 10**6) in told.places

    def is_written(self, scope: Scope, told: Told = USUAL) -> bool:
        written = self.dataset is None or self.dataset in told.written
        return self.inside(scope) and written and self.is_dealt_with(told)


def edges_of(table: str) -> list[dict[str, int]]:
    """Area columns of a row at each edge; for a table with two codes also each edge with the other code outside.

    Of a table of datasets: each edge with a dataset that is read, written, both, read in one community, and none.
    """
    if table in OF_DATASETS:
        return [{"area_code": code, "dataset_id": dataset} for code in CODES for dataset in KINDS]
    if table in OF_DEPARTMENTS:
        return [{"area_code": code, "department_id": one} for code in CODES for one in DEPARTMENTS]
    second = SECOND_CODE.get(table)
    if second is None:
        return [{"area_code": code} for code in CODES]
    pairs = [(code, code) for code in CODES]
    pairs += [(code, COMMUNITY - 1) for code in CODES] + [(COMMUNITY - 1, code) for code in CODES]
    return [{"area_code": one, second: other} for one, other in pairs]


def plant_edges(cursor: Cursor, table: str) -> list[Planted]:
    columns = needed_columns(cursor, table)
    edges = edges_of(table)
    return [planted(table, plant(cursor, table, mark="EDGE", columns=columns, **codes), codes) for codes in edges]


def planted(table: str, number: int, codes: dict[str, int]) -> Planted:
    areas = tuple(code for name, code in codes.items() if name not in ("dataset_id", "department_id"))
    files = table in ("data_return_datasetload", "data_return_quarantinedrow")
    return Planted(number, areas, codes.get("dataset_id"), files=files, department=codes.get("department_id"))


def broken_promises(cursor: Cursor, table: str, rows: list[Planted], columns: list[Column]) -> Iterator[str]:
    """What the table's policies do otherwise than promised; nothing when they hold. Tried one after the other."""
    for name, scope in SCOPES.items():
        with as_app(cursor, scope):
            for broken in _broken(cursor, table, rows, columns, scope):
                yield f"{name}: {broken}"
    further = FURTHER if table in OF_DATASETS else FURTHER_OF_DEPARTMENTS if table in OF_DEPARTMENTS else {}
    for name, (scope, told) in further.items():
        with as_app(cursor, scope, told):
            for broken in _broken(cursor, table, rows, columns, scope, told):
                yield f"{name}: {broken}"


@contextmanager
def as_app(cursor: Cursor, scope: Scope, told: Told = USUAL) -> Iterator[None]:
    """portal_app with a scope, until the end of the block; whatever it did is undone."""
    cursor.execute("SAVEPOINT acting")
    low, high = ("" if code is None else str(code) for code in scope)
    for name, value in {"app.scope_lo": low, "app.scope_hi": high, **told.settings()}.items():
        cursor.execute(f"SET LOCAL {name} = %s", [value])
    cursor.execute("SET LOCAL ROLE portal_app")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT acting; RESET ROLE")


def _broken(
    cursor: Cursor, table: str, rows: list[Planted], columns: list[Column], scope: Scope, told: Told = USUAL
) -> Iterator[str]:
    also = ALSO_READ.get(table, lambda code, scope: False)
    readable = sorted(row.number for row in rows if row.is_read(scope, told) or also(row.codes[0], scope))
    if (seen := _seen(cursor, table, rows)) != readable:
        yield f"SELECT sees {seen} instead of {readable}"
    yield from _broken_writes(cursor, table, rows, scope, told)
    yield from _broken_inserts(cursor, table, columns, scope, told)


def _broken_writes(cursor: Cursor, table: str, rows: list[Planted], scope: Scope, told: Told) -> Iterator[str]:
    written = [row for row in rows if row.is_written(scope, told)]
    both = sum(row.is_read(scope, told) for row in written)
    # PostgreSQL asks the policy of reading only where a statement looks at the rows that it changes.
    expected = {"UPDATE {} SET district = district": both, "DELETE FROM {}": len(written)}
    for statement, reached in expected.items():
        right = statement.split()[0]
        if _may(cursor, table, right) and (done := _changed(cursor, statement, table)) != reached:
            yield f"{right} reaches {done} instead of {reached}"
    if both and _may(cursor, table, "UPDATE") and table not in SECOND_CODE:
        for outside in (GRID - 1, GRID + 1000) if scope == SCOPES["grid"] else ():
            if _changed(cursor, f"UPDATE {{}} SET area_code = {outside} WHERE area_code = {GRID}", table) is not None:
                yield f"UPDATE moves a row out to {outside}"
    if table in OF_DATASETS:
        yield from _broken_moves(cursor, table, scope, told, len(written))


def _broken_moves(cursor: Cursor, table: str, scope: Scope, told: Told, written: int) -> Iterator[str]:
    """Rows that are changed unread: they stay in the scope, and of a dataset that is written."""
    moves = [(f"area_code = {code}", Planted(0, (code,)).inside(scope)) for code in CODES]
    moves += [(f"dataset_id = {dataset}", dataset in told.written) for dataset in KINDS]
    for move, allowed in moves:
        reached = written if allowed or not written else None
        if (done := _changed(cursor, f"UPDATE {{}} SET {move}", table)) != reached:
            yield f"UPDATE to {move} reaches {done} instead of {reached}"


def _broken_inserts(cursor: Cursor, table: str, columns: list[Column], scope: Scope, told: Told) -> Iterator[str]:
    for codes in edges_of(table):
        allowed = planted(table, 0, codes).is_written(scope, told)
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
