"""Attacks on the wall as portal_app: no row of another area is ever seen, told or changed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812

from tests import databases
from tests.wall.attacks import TABLES, Attack, attacks
from tests.wall.planting import needed_columns, plant, scoped_tables

pytestmark = pytest.mark.rls

EAST, WEST = (310151101_001_000000, 310151101_001_999999), (310151101_002_000000, 310151101_002_999999)
OWN, FOREIGN = "EASTMARK", "WESTMARK"
CORPUS = attacks()


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A database with a row of two villages in every table about residents, known by their marks."""
    name = databases.copy_database(databases.migrated_template(), "portal_wall")
    with closing(databases.admin_url(name)) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in scoped_tables(cursor):
            columns = needed_columns(cursor, table)
            second = {"registered_area_code"} & set(area_columns(cursor, table))
            for mark, (low, _) in {OWN: EAST, FOREIGN: WEST}.items():
                code = low + 1005
                codes = {"area_code": code} | dict.fromkeys(second, code)
                plant(cursor, table, mark=mark, columns=columns, **codes)
        cursor.execute("ANALYZE")
        connection.commit()
    yield name
    databases.drop_database(name)


@pytest.fixture(scope="module")
def before(database) -> str:
    return fingerprint(database)


def area_columns(cursor, table: str) -> list[str]:
    cursor.execute("SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", [table])
    return [name for (name,) in cursor.fetchall()]


@contextmanager
def closing(url: str) -> Iterator[Connection]:
    connection = psycopg2.connect(url)
    try:
        yield connection
    finally:
        connection.close()


def app_url(database: str) -> str:
    return databases.environment(database)["DATABASE_URL"]


def fingerprint(database: str) -> str:
    """Of every foreign row in every table, as the superuser sees them."""
    with closing(databases.admin_url(database)) as connection, connection.cursor() as cursor:
        parts = []
        for table in scoped_tables(cursor):
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t "
                f"WHERE t::text LIKE '%{FOREIGN}%'"
            )
            parts.append(f"{table} {cursor.fetchone()[0]}")
        return "\n".join(parts)


def run(
    connection: Connection, statements: tuple[str, ...], scope: tuple[int, int] | None, *, keep: bool = False
) -> str:
    """Everything that came back in one transaction of a scope: rows, notices, errors. keep: commit it."""
    told: list[str] = []
    low, high = scope or ("''", "''")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.scope_lo = {low}; SET LOCAL app.scope_hi = {high}")
        for statement in (*statements, "SET CONSTRAINTS ALL IMMEDIATE"):
            told += attempt(cursor, statement)
    if keep:
        connection.commit()
    connection.rollback()
    told += connection.notices
    connection.notices.clear()
    return "\n".join(told)


def attempt(cursor, statement: str) -> list[str]:
    """One statement as sent; a COPY is read to its end."""
    try:
        if statement.startswith("COPY"):
            sink = Sink()
            cursor.copy_expert(statement, sink)
            return sink.told
        cursor.execute(statement)
        return [str(row) for row in cursor.fetchall()] if cursor.description else []
    except psycopg2.Error as error:
        return [str(error), str(error.diag.message_detail), str(error.diag.context)]


class Sink:
    """What COPY writes."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def write(self, data: bytes) -> None:
        self.told.append(bytes(data).decode())


def foreign_number(database: str) -> str:
    with closing(databases.admin_url(database)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM registry_person WHERE area_code BETWEEN {WEST[0]} AND {WEST[1]}")
        return str(cursor.fetchone()[0])


@pytest.fixture(scope="module")
def foreign(database) -> str:
    return foreign_number(database)


def test_the_corpus_is_large_enough():
    assert len(CORPUS) >= 120
    assert len({(attack.name, table) for attack, table in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("table", TABLES)
def test_the_own_row_is_seen_and_the_other_is_there(table, database):
    """Otherwise nothing below would mean anything."""
    with closing(app_url(database)) as connection:
        assert OWN in run(connection, (f"SELECT t::text FROM {table} t",), EAST)
        assert FOREIGN in run(connection, (f"SELECT t::text FROM {table} t",), WEST)


@pytest.mark.parametrize(("attack", "table"), CORPUS, ids=lambda part: getattr(part, "name", part))
def test_no_foreign_row_comes_through(attack: Attack, table: str, database, before, foreign):
    attack = attack.on(table, foreign)
    with closing(app_url(database)) as connection:
        told = run(connection, attack.statements, EAST, keep=bool(attack.then))
        assert FOREIGN not in told
        if foreign not in "".join(attack.statements):
            assert foreign not in told
        for scope in (None, WEST):
            later = run(connection, attack.then, scope)
            assert OWN not in later
            assert FOREIGN not in later or scope == WEST


def test_no_attack_that_is_committed_changes_a_foreign_row(database, before, foreign):
    for attack, table in CORPUS:
        with closing(app_url(database)) as connection, suppress(psycopg2.Error):
            run(connection, attack.on(table, foreign).statements, EAST, keep=True)
    assert fingerprint(database) == before
