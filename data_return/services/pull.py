"""What people and events do to a running connector (数据对接): ask for a run, and work the desk of bad rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, NotFound
from accounts.rights import CONNECT_SYSTEMS, require
from accounts.waking import wake
from data_return.connectors.kinds import Page
from data_return.events.wakers import register_waker
from data_return.models import Connector, Dataset, QuarantinedRow, ReturnedRecord
from data_return.pull.keeping import keep_again
from data_return.pull.planning import Plan, make_plan
from data_return.pull.preparing import prepare_again
from data_return.reading import key_of
from registry.rules import ItemSpec, parse_column

State = QuarantinedRow.State


@register_waker
def wake_connector(dataset: Dataset) -> bool:
    """The department said that the dataset has changed. While its source fails, the pause is kept."""
    begun = Connector.objects.filter(dataset=dataset, is_on=True)
    for connector in begun:
        _ask(connector, Connector.Asked.EVENT, at_once=not connector.failures)
    return bool(begun)


@transaction.atomic
def run_now(*, actor: Actor, connector: Connector) -> None:
    """Do not wait for the schedule or for the end of a pause. Raises NotFound, Conflict while it is off."""
    locked = lock_connector(actor, connector)
    if not locked.is_on:
        raise Conflict("这个对接还没有启用,请先启用。")
    if locked.lease is not None and locked.lease_until and locked.lease_until > now():
        raise Conflict("正在同步,请稍后刷新看结果。")
    _ask(locked, Connector.Asked.HAND, at_once=True)
    record(actor, "pull.asked", locked)


@transaction.atomic
def retry_rows(*, actor: Actor, connector: Connector, ids: Sequence[int]) -> int:
    """Read quarantined rows again, with the mapping and the codes of today. Returns how many were fit. Raises NotFound.

    A row about which something newer has come meanwhile only leaves the desk.
    """
    locked = lock_connector(actor, connector)
    rows = list(_rows(actor, locked).filter(pk__in=ids).exclude(sealed="").order_by("pk"))
    plan = make_plan(locked, actor)
    fresh = _not_overtaken(actor, locked, plan, rows)
    columns: dict[str, list[Any]] = {name: [row.raw.get(name) for row in fresh] for name in sorted(plan.fields)}
    prepared = prepare_again(Page(columns, len(fresh), None), plan)
    keep_again(actor=actor, connector=locked, prepared=prepared)
    bad = {one.mark for one in prepared.bad}
    fit = [row.pk for row in rows if row.mark not in bad]
    _rows(actor, locked).filter(pk__in=fit).delete()
    record(actor, "pull.rows_retried", locked, rows=len(rows), fit=len(fit))
    return len(fit)


@transaction.atomic
def drop_rows(*, actor: Actor, connector: Connector, ids: Sequence[int], note: str) -> int:
    """Leave out what these rows say; the same row does not come back to the desk. Returns how many. Raises NotFound."""
    locked = lock_connector(actor, connector)
    dropped = _rows(actor, locked).filter(pk__in=ids, state=State.WAITING).update(state=State.DROPPED, sealed="")
    record(actor, "pull.rows_dropped", locked, purpose=note, rows=dropped)
    return int(dropped)


@transaction.atomic
def accept_drift(*, actor: Actor, connector: Connector) -> None:
    """The officer has looked at what changed: new fields are known, and what got empty may be so. What is missing
    stays stopped until it is mapped anew. Raises NotFound."""
    locked = lock_connector(actor, connector)
    stopped = locked.drift.get("stopped", {})
    empty = [code for code, why in stopped.items() if why == "empty"]
    locked.accepted = sorted({*locked.accepted, *empty})
    locked.fields = list(dict.fromkeys([*locked.fields, *locked.drift.get("new", ())]))
    missing = {code: why for code, why in stopped.items() if why != "empty"}
    locked.drift = {"stopped": missing, "new": []} if missing else {}
    locked.save(update_fields=["accepted", "fields", "drift"])
    record(actor, "pull.drift_accepted", locked, items=empty)


def lock_connector(actor: Actor, connector: Connector) -> Connector:
    """Raises NotFound."""
    require(actor, CONNECT_SYSTEMS)
    joined = ("channel", "dataset__live", "schedule")
    locked = Connector.objects.visible_to(actor).select_for_update(of=("self",)).select_related(*joined)
    found = locked.filter(pk=connector.pk).first()
    if found is None:
        raise NotFound
    return found


def _ask(connector: Connector, asked: Connector.Asked, *, at_once: bool) -> None:
    moment = now()
    changed: dict[str, datetime | str] = {"asked_at": moment, "asked": asked}
    Connector.objects.filter(pk=connector.pk).update(**changed)
    if at_once:
        later = Q(due_at=None) | Q(due_at__gt=moment)
        Connector.objects.filter(later, pk=connector.pk).update(due_at=moment)
        transaction.on_commit(lambda: wake_worker(connector.pk))


def _rows(actor: Actor, connector: Connector) -> QuerySet[QuarantinedRow]:
    rows: QuerySet[QuarantinedRow] = QuarantinedRow.objects.visible_to(actor).filter(connector=connector)
    return rows


def _not_overtaken(
    actor: Actor, connector: Connector, plan: Plan, rows: Sequence[QuarantinedRow]
) -> list[QuarantinedRow]:
    """Rows about whose subject nothing has come since. One query."""
    item = ItemSpec.of(plan.catalogue.item(plan.named_by))
    names = parse_column(item, [row.raw.get(plan.mapping[plan.named_by]) for row in rows]).values
    keys = [key_of(str(name)) for name in names]
    records = ReturnedRecord.objects.visible_to(actor).filter(dataset=connector.dataset_id, source_key__in=keys)
    came = dict(records.values_list("source_key", "received_at"))
    return [row for row, key in zip(rows, keys, strict=True) if key not in came or came[key] < row.came_at]


def wake_worker(connector_id: int) -> None:
    from data_return.tasks import pull_task

    wake(pull_task, connector_id)
