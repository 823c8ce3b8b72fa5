import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.scope import acting_as, limited_to


def test_the_error_that_broke_the_transaction_is_the_one_that_is_seen(cast):
    with pytest.raises(ProgrammingError, match="no_such_table"), transaction.atomic(), limited_to(cast.worker.scope):
        connection.cursor().execute("SELECT 1 FROM no_such_table")
    assert connection.portal_scope is None


def test_a_refusal_inside_puts_the_scope_before_back(cast):
    with acting_as(cast.town):
        with pytest.raises(ValueError, match="refused"), limited_to(cast.worker.scope):
            raise ValueError("refused")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.scope_lo')")
            assert cursor.fetchone()[0] == str(cast.town.scope[0])
