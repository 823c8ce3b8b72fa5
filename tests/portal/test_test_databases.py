"""The tests stand behind the same wall as the portal."""

import pytest
from django.db import connection


def test_tests_run_as_the_app_role_which_owns_nothing(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls, (SELECT count(*) FROM pg_class WHERE relowner = r.oid) "
            "FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("portal_app", False, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_row_is_gone_in_the_next_test(turn: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
        cursor.execute("INSERT INTO django_session VALUES ('k', 'd', now())")
