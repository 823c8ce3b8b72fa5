"""Events in (变更通知): the door is opened, its secret changed, an event taken and worked off."""

import logging
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from accounts import limits
from accounts.actors import Actor
from accounts.audit import record, record_system
from accounts.errors import Conflict, DomainError, NotFound
from accounts.rights import PUBLISH_DATASETS, require
from accounts.sealing import seal
from accounts.waking import wake
from data_return.events.signing import is_recent, is_signed
from data_return.events.wakers import wake_connectors
from data_return.models import Dataset, DatasetEvent, EventDoor
from data_return.models.events import SEALED_AS
from data_return.selectors.events import list_doors_with_events

OVERLAP = timedelta(hours=24)
"""How long the secret before still holds after a change."""
KEPT = timedelta(days=30)
NO_SECRET = ["-"]
"""Tried where there is no door, so that the answer takes as long."""
log = logging.getLogger(__name__)


class Unsigned(DomainError):
    """Unknown address, closed door or wrong signature: all answer the same."""

    code = "bad_signature"
    status = 401
    default = "签名不对,或者这个地址没有启用。请核对地址、密钥和签名的算法。"


class Stale(DomainError):
    code = "stale_timestamp"
    status = 401
    default = "Webhook-Timestamp 与现在相差超过 5 分钟。请校准时钟,重新签名后再发。"


class Known(Conflict):
    """The event was taken before: a repeated delivery, or somebody's replay."""

    code = "event_known"
    default = "这个编号的通知已经收到过,不用再发。"


@transaction.atomic
def renew_secret(*, actor: Actor, dataset: Dataset) -> tuple[EventDoor, str]:
    """Open a door for the dataset, or change its secret. Returns the secret, told only now. Raises NotFound.

    The one before holds for another day; a change within that day ends the one before last.
    """
    _require_kept(actor, dataset)
    secret = secrets.token_urlsafe(32)
    door = EventDoor.objects.select_for_update().filter(dataset=dataset).first()
    if door is None:
        door = EventDoor(dataset=dataset, created_by_id=actor.post_id)
    else:
        door.previous_secret, door.previous_until = door.secret, now() + OVERLAP
    door.secret = seal(SEALED_AS, secret)
    door.save()
    record(actor, "dataset.event_secret_changed", dataset)
    return door, secret


@transaction.atomic
def switch_door(*, actor: Actor, dataset: Dataset, on: bool) -> EventDoor:
    """Open or close it; closed, it answers like an address that does not exist. Raises NotFound, Conflict."""
    _require_kept(actor, dataset)
    door = EventDoor.objects.select_for_update().filter(dataset=dataset).first()
    if door is None:
        raise NotFound
    if door.is_on == on:
        raise Conflict(f"变更通知已经{'启用' if on else '停用'},请刷新后再看。")
    door.is_on = on
    door.save(update_fields=["is_on"])
    record(actor, "dataset.events_switched", dataset, on=on)
    return door


def check_signature(door: EventDoor | None, *, timestamp: str, signature: str, body: bytes) -> EventDoor:
    """The door, where the event was signed with one of its secrets just now. Raises Stale, Unsigned."""
    if not is_recent(timestamp, now().timestamp()):
        raise Stale
    signed = is_signed(door.open_secrets() if door else NO_SECRET, timestamp, body, signature)
    if door is None or not signed:
        raise Unsigned
    return door


@transaction.atomic
def take_event(*, door: EventDoor, number: str) -> DatasetEvent:
    """Keep a signed event and wake a worker. number: the event's own id. Raises Known, TooMany."""
    limits.spend_at_door(door.pk, limits.EVENT)
    event, is_new = DatasetEvent.objects.get_or_create(door=door, number=number)
    if not is_new:
        raise Known
    record_system("dataset.change_told", dataset=door.dataset_id, event=event.pk)
    transaction.on_commit(_wake)
    return event


def work_off_events() -> int:
    """Wake the connectors of all datasets that were said to have changed. Returns how many datasets. Safe to repeat.

    Several events of a dataset are one change. What goes wrong with one leaves the others alone and is tried again.
    """
    handled = 0
    for door_id in list_doors_with_events():
        try:
            handled += _work_off(door_id)
        except Exception:
            log.exception("event_not_worked_off", extra={"door": door_id})
    return handled


def forget_events() -> int:
    """Delete what was handled long ago: longer than any timestamp is believed. Returns how many."""
    done = DatasetEvent.objects.exclude(state=DatasetEvent.State.WAITING)
    return done.filter(received_at__lt=now() - KEPT).delete()[0]


@transaction.atomic
def _work_off(door_id: int) -> bool:
    waiting = DatasetEvent.objects.filter(door_id=door_id, state=DatasetEvent.State.WAITING)
    locked = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
    if not locked:
        return False
    dataset = Dataset.objects.get(event_door__pk=door_id)
    state = DatasetEvent.State.WOKEN if wake_connectors(dataset) else DatasetEvent.State.UNHEARD
    DatasetEvent.objects.filter(pk__in=locked).update(state=state, handled_at=now())
    return True


def _wake() -> None:
    from data_return.tasks import work_off_events_task

    wake(work_off_events_task)


def _require_kept(actor: Actor, dataset: Dataset) -> None:
    require(actor, PUBLISH_DATASETS)
    if not Dataset.objects.kept_by(actor).filter(pk=dataset.pk).exists():
        raise NotFound
