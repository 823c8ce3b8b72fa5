"""Row scope: the range of area codes one transaction may see. Row-level security reads it; no scope, no rows.

`SET LOCAL` only: the scope never outlives its transaction, and Citus carries it to the workers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from accounts.actors import Actor
from accounts.codes import HIGHEST_CODE, LOWEST_CODE, Range


@contextmanager
def limited_to(scope: Range | None) -> Iterator[None]:
    """Limit the running transaction to a range; the range before it is put back at the end.

    Raises RuntimeError outside a transaction, where SET LOCAL would be silently lost.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a scope needs an open transaction")
    before: Range | None = getattr(connection, "portal_scope", None)
    _set(scope)
    try:
        yield
    finally:
        if _takes_statements():
            _set(before)
        connection.portal_scope = before  # type: ignore[attr-defined]


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """A transaction that sees what the actor's post covers: for tasks and commands."""
    with transaction.atomic(), limited_to(actor.scope):
        yield actor


@contextmanager
def whole_tree(*, reason: str) -> Iterator[None]:
    """A transaction that sees every area, written to the audit log with its reason."""
    from accounts.audit import record_system

    with transaction.atomic(), limited_to((LOWEST_CODE, HIGHEST_CODE)):
        record_system("scope.whole_tree", reason=reason)
        yield


def _takes_statements() -> bool:
    """False in a broken transaction: its end forgets the setting anyway, and the error that broke it must be seen."""
    if not connection.in_atomic_block or connection.needs_rollback or connection.connection is None:
        return False
    return bool(connection.connection.info.transaction_status != TRANSACTION_STATUS_INERROR)


def _set(scope: Range | None) -> None:
    low, high = (str(int(scope[0])), str(int(scope[1]))) if scope else ("''", "''")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.scope_lo = {low}; SET LOCAL app.scope_hi = {high}")
    connection.portal_scope = scope  # type: ignore[attr-defined]
