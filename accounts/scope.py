"""Row scope: the range of area codes one transaction may see. Row-level security reads it; no scope, no rows.

`SET LOCAL` only: the scope never outlives its transaction, and Citus carries it to the workers.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from accounts.actors import Actor
from accounts.codes import HIGHEST_CODE, LOWEST_CODE, Range

Resolver = Callable[[Actor], Sequence[int]]
_resolvers: dict[str, Resolver] = {}


def register_setting(name: str, resolve: Resolver) -> None:
    """A further setting that policies read as an array, such as "app.granted_datasets": ids that the actor may see."""
    _resolvers[name] = resolve


def resolved(actor: Actor, name: str) -> Sequence[int]:
    """Ids of a registered setting, told to the policies of the running transaction.

    Asked for lazily and once: two statements and the resolver's own at the first time, none after it. A change of the
    scope forgets them, and so does the end of the savepoint in which they were set: then the policies show no row.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a setting needs an open transaction")
    known: dict[str, _Told] = getattr(connection, "portal_settings", {})
    told = known.get(name)
    if told is None or told[0] != actor.post_id or connection.savepoint_ids[: len(told[1])] != told[1]:
        ids = [int(one) for one in _resolvers[name](actor)]
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL {name} = '{{{','.join(map(str, ids))}}}'")
        told = (actor.post_id, list(connection.savepoint_ids), ids)
        connection.portal_settings = known | {name: told}  # type: ignore[attr-defined]
    return told[2]


_Told = tuple[int, list[str], list[int]]
"""Post, savepoints that were open, ids."""


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
        connection.portal_settings = {}  # type: ignore[attr-defined]
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
    forgotten = "".join(f"; SET LOCAL {name} = ''" for name in _resolvers)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.scope_lo = {low}; SET LOCAL app.scope_hi = {high}{forgotten}")
    connection.portal_settings = {}  # type: ignore[attr-defined]
    connection.portal_scope = scope  # type: ignore[attr-defined]
