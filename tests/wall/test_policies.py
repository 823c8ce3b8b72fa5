"""Each policy keeps its promises, and no part of one can be changed without a promise being broken."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Identifier

from tests import databases
from tests.wall.mutants import Mutant, mutants_of
from tests.wall.planting import needed_columns, scoped_tables
from tests.wall.policy_spec import broken_promises, plant_edges

pytestmark = pytest.mark.rls


@pytest.fixture(scope="module")
def cursor() -> Iterator[Cursor]:
    """A superuser in one transaction that is never committed: keys and triggers are out of the way."""
    connection = psycopg2.connect(databases.admin_url(databases.migrated_template()))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield cursor
    finally:
        connection.rollback()
        connection.close()


@pytest.fixture(scope="module")
def planted(cursor: Cursor) -> dict[str, list]:
    return {table: plant_edges(cursor, table) for table in scoped_tables(cursor)}


def test_every_table_about_residents_is_tried(planted):
    assert len(planted) >= 17
    assert {"registry_person", "forms_engine_reportrow", "registry_event"} <= set(planted)


def test_every_policy_keeps_its_promises(cursor, planted):
    for table, rows in planted.items():
        assert list(broken_promises(cursor, table, rows, needed_columns(cursor, table))) == [], table


def test_every_mutant_of_every_policy_breaks_a_promise(cursor, planted):
    tried, survivors = 0, []
    for table, rows in planted.items():
        columns = needed_columns(cursor, table)
        for mutant in mutants_of(cursor, table):
            tried += 1
            if not _is_caught(cursor, mutant, table, rows, columns):
                survivors.append(f"{table}: {mutant.name}")
    print(f"{tried} mutants, {len(survivors)} not caught")
    assert not survivors, "\n".join(survivors)
    assert tried >= 10 * len(planted)


def test_every_policy_is_forced_on_the_owner_too(cursor, planted):
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')"
    )
    assert set(planted) <= {name for (name,) in cursor.fetchall()}


def _is_caught(cursor: Cursor, mutant: Mutant, table: str, rows: list, columns: list) -> bool:
    cursor.execute("SAVEPOINT mutant")
    try:
        for statement in mutant.statements:
            cursor.execute(SQL(statement).format(Identifier(table)))
        with closing(broken_promises(cursor, table, rows, columns)) as broken:
            return next(broken, None) is not None
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT mutant")
