"""Row scope: the range of area codes one transaction may see. Row-level security reads it; no scope, no rows.

`SET LOCAL` only: the scope never outlives its transaction, and Citus carries it to the workers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from accounts.actors import Actor
from accounts.codes import HIGHEST_CODE, LOWEST_CODE, Range


class Told(Protocol):
    """What a resolver found out for an actor, and what of it the policies are told."""

    def settings(self) -> Mapping[str, Sequence[int] | Sequence[Range]]:
        """Each of the settings it was registered for -> ids, or ranges of numbers with both ends inclusive."""
        ...


Resolver = Callable[[Actor], Told]


@dataclass(frozen=True, slots=True)
class _Registered:
    names: tuple[str, ...]
    resolve: Resolver


@dataclass(frozen=True, slots=True)
class _Remembered:
    """told: in which post, while which savepoints were open."""

    post_id: int
    savepoints: list[str]
    told: Told


_registered: dict[str, _Registered] = {}


def register_settings(key: str, names: Sequence[str], resolve: Resolver) -> None:
    """Further settings that policies read, such as "app.datasets_read": resolved together, asked for by `key`."""
    _registered[key] = _Registered(tuple(names), resolve)


def resolved(actor: Actor, key: str) -> Any:
    """What the resolver of `key` found (its own type), its settings told to the policies of the running transaction.

    Asked for lazily and once: a statement and the resolver's own at the first time, none after it. A change of the
    scope forgets it, and so does the end of the savepoint in which it was told: then the policies show no row.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a setting needs an open transaction")
    before = _known().get(key)
    if before and before.post_id == actor.post_id and _still_open(before.savepoints):
        return before.told
    told = _registered[key].resolve(actor)
    _tell(actor, key, told)
    return told


def what_is_told() -> str:
    """Scope and settings as the policies know them now: what an answer depends on beside the question."""
    settings = {key: dict(one.told.settings()) for key, one in sorted(_known().items())}
    return f"{getattr(connection, 'portal_scope', None)} {settings}"


@contextmanager
def telling(actor: Actor, key: str, told: Told) -> Iterator[None]:
    """Tell the policies something else than what `key` resolves to for the actor, until the block ends.

    Then it is forgotten: nothing is told until it is asked for again. For work that acts for others, such as filling
    in a form for those who will see it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a setting needs an open transaction")
    _tell(actor, key, told)
    try:
        yield
    finally:
        known = _known()
        connection.portal_settings = {one: known[one] for one in known if one != key}  # type: ignore[attr-defined]
        if _takes_statements():
            with connection.cursor() as cursor:
                cursor.execute("; ".join(f"SET LOCAL {name} = ''" for name in _registered[key].names))


def _known() -> dict[str, _Remembered]:
    return getattr(connection, "portal_settings", {})


def _tell(actor: Actor, key: str, told: Told) -> None:
    literals = {name: _literal(values) for name, values in told.settings().items()}
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = '{literals[name]}'" for name in _registered[key].names))
    remembered = _Remembered(actor.post_id, list(connection.savepoint_ids), told)
    connection.portal_settings = _known() | {key: remembered}  # type: ignore[attr-defined]


def _still_open(savepoints: list[str]) -> bool:
    return bool(connection.savepoint_ids[: len(savepoints)] == savepoints)


def _literal(values: Sequence[int] | Sequence[Range]) -> str:
    """{1,2} for ids (bigint[]), {[1,5],[8,9]} for ranges (int8multirange): whole numbers only, so nothing to quote."""
    parts = (f"[{int(one[0])},{int(one[1])}]" if isinstance(one, tuple) else str(int(one)) for one in values)
    return "{" + ",".join(parts) + "}"


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
    forgotten = "".join(f"; SET LOCAL {name} = ''" for one in _registered.values() for name in one.names)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.scope_lo = {low}; SET LOCAL app.scope_hi = {high}{forgotten}")
    connection.portal_settings = {}  # type: ignore[attr-defined]
    connection.portal_scope = scope  # type: ignore[attr-defined]
