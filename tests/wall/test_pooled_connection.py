"""One pooled connection serves thousands of people in turn: each sees the own rows, nobody's scope lingers."""

import random

import psycopg2
import pytest
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from tests.wall.test_attacks import EAST, FOREIGN, OWN, WEST, app_url, closing, database

__all__ = ["database"]
pytestmark = pytest.mark.rls

TURNS = 10_000
SEEN = "SELECT (t::text ~ 'EASTMARK')::int + 2 * (t::text ~ 'WESTMARK')::int FROM registry_person t"
VISITORS = {None: [], EAST: [(1,)], WEST: [(2,)]}


def test_ten_thousand_turns_on_one_connection(database):
    turns = random.Random(20261122)
    wrong = []
    with closing(app_url(database)) as connection:
        for turn in range(TURNS):
            scope = turns.choice(list(VISITORS))
            end = turns.choice(("commit", "rollback", "error"))
            if (seen := visit(connection, scope, end)) != VISITORS[scope]:
                wrong.append((turn, scope, seen))
    print(f"{TURNS} turns, {len(wrong)} wrong")
    assert wrong == []


def visit(connection, scope, end):
    """One transaction as the portal makes it: scope, query, end. None sets no scope at all."""
    with connection.cursor() as cursor:
        if scope:
            cursor.execute(f"SET LOCAL app.scope_lo = {scope[0]}; SET LOCAL app.scope_hi = {scope[1]}")
        cursor.execute(SEEN)
        seen = cursor.fetchall()
        if end == "error":
            with pytest.raises(psycopg2.Error):
                cursor.execute("SELECT 1 / 0")
    connection.commit() if end == "commit" else connection.rollback()
    assert connection.info.transaction_status == TRANSACTION_STATUS_IDLE
    return seen


def test_the_marks_are_there(database):
    with closing(app_url(database)) as connection:
        assert visit(connection, EAST, "commit") == [(1,)]
    assert OWN != FOREIGN
