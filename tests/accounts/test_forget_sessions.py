"""What one request leaves on a database connection does not reach the next one."""

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError

from accounts.connections import forget_before_request, forget_before_task, forget_sessions
from accounts.scope import limited_to
from tests.factories import EAST

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "audit"]), pytest.mark.rls]

LEFT_BEHIND = (
    "SET app.scope_lo = 0; SET app.scope_hi = 999999999999999999; SET search_path = pg_temp, public",
    "CREATE TEMP TABLE registry_person AS SELECT 'stolen'::text AS name",
    "PREPARE p AS SELECT 1",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    "SELECT pg_advisory_lock(7)",
)
REMEMBERED = """
SELECT current_setting('app.scope_lo', true), current_setting('search_path'), current_setting('timezone'),
       to_regclass('pg_temp.registry_person')::text, (SELECT count(*) FROM pg_prepared_statements),
       (SELECT count(*) FROM pg_cursors WHERE is_holdable),
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
"""
CLEAN = ("", "public, pg_temp", "UTC", None, 0, 0, 0)


def rows(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("begin", [forget_before_request, forget_before_task])
def test_a_request_or_task_starts_on_a_clean_connection(begin):
    backend = rows("SELECT pg_backend_pid()")
    for statement in LEFT_BEHIND:
        rows(statement)
    begin()
    scope, *others = rows(REMEMBERED)[0]
    assert (scope or "", *others) == CLEAN
    assert rows("SELECT pg_backend_pid()") == backend


def test_a_connection_inside_a_transaction_keeps_its_scope(cast):
    with transaction.atomic(), limited_to((EAST, EAST + 999_999)):
        forget_sessions()
        assert rows("SELECT current_setting('app.scope_lo')") == [(str(EAST),)]


def test_a_connection_whose_server_side_is_gone_is_opened_anew():
    connection.ensure_connection()
    connection.health_check_enabled = False
    with pytest.raises(OperationalError):
        rows("SELECT pg_terminate_backend(pg_backend_pid())")
    forget_sessions()
    assert rows("SELECT 1") == [(1,)]


def test_a_temporary_table_never_stands_in_for_a_real_one():
    rows("CREATE TEMP TABLE registry_person AS SELECT 'stolen'::text AS name")
    assert rows("SELECT 'registry_person'::regclass::oid = 'public.registry_person'::regclass::oid") == [(True,)]
