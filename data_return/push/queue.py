"""The queue of a target, worked off by one worker at a time, in order, each message until the target has answered.

The lease stands in PostgreSQL and is renewed while a message is under way, so a worker that died is followed by another
within `lease_time()` and five seconds. What a dead one had sent already is sent once more under the same key.
"""

import logging
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.timezone import now

from accounts.audit import record
from accounts.errors import DomainError
from accounts.origin import coming_from
from accounts.scope import acting_as, limited_to
from accounts.sealing import seal
from data_return.channels.faults import Fault, SourceFailed
from data_return.models import PushMessage, PushTarget
from data_return.models.push import SAID
from data_return.push.receipts import NotTaken, Receipt
from data_return.push.sending import Parcel, deliver, pack

MOST_STRIKES = 8
"""How often a target may break on the same message before it goes to the desk."""
MOST_AT_ONCE = 100
LONGEST_LEASE, LONGEST_PAUSE = 30, 300
"""Seconds."""
NOT_TO_SEND, INTERNAL = "not_to_send", "internal"
"""Faults of a message that the portal itself does not make, or broke on."""
log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker took the queue over; what this one learnt is not kept."""


def lease_time() -> timedelta:
    return timedelta(seconds=min(settings.JOB_LEASE_SECONDS, LONGEST_LEASE))


def list_due_targets() -> list[int]:
    """Targets with something to send, nobody at it, and no pause."""
    targets = PushTarget.objects.filter(_claimable()).select_related("channel__department__area")
    by_area: dict[tuple[int, int], list[int]] = {}
    for target in targets:
        by_area.setdefault(target.channel.department.area.range, []).append(target.pk)
    due: list[int] = []
    for area, ids in by_area.items():
        with transaction.atomic(), limited_to(area):
            waiting = PushMessage.objects.within(area).ready().filter(target__in=ids)
            due += waiting.order_by("target_id").values_list("target_id", flat=True).distinct()
    return due


def work_off(target_id: int) -> int:
    """Send what waits for the target, the oldest first. Returns how many were settled. Safe on several workers."""
    lease = uuid.uuid4()
    if not PushTarget.objects.filter(_claimable(), pk=target_id).update(lease=lease, lease_until=now() + lease_time()):
        return 0
    settled = 0
    try:
        while settled < MOST_AT_ONCE and _send_next(target_id, lease):
            settled += 1
    except LeaseLost:
        log.warning("lease_lost", extra={"target": target_id})
    finally:
        PushTarget.objects.filter(pk=target_id, lease=lease).update(lease=None, lease_until=None)
    return settled


def _claimable() -> Q:
    at = now()
    free = Q(lease=None) | Q(lease_until__lt=at)
    return free & (Q(retry_at=None) | Q(retry_at__lte=at)) & Q(is_on=True)


def _send_next(target_id: int, lease: uuid.UUID) -> bool:
    """Whether one was settled, and the next may follow."""
    message = _take_next(target_id, lease)
    if message is None:
        return False
    with coming_from(reference=f"push:{message.pk}"), _kept_alive(target_id, lease):
        try:
            parcel = _pack(message)
            receipt = deliver(message, parcel)
        except NotTaken as refusal:
            return _keep_refusal(message, lease, refusal)
        except SourceFailed as failed:
            return _keep_trouble(message, lease, failed)
        except DomainError as refusal:
            return _keep(message, lease, PushMessage.State.REFUSED, fault=NOT_TO_SEND, words=refusal.message)
        except Exception:
            log.exception("push_failed", extra={"message_id": message.pk})
            return _keep_refusal(message, lease, NotTaken("", broken=True), fault=INTERNAL)
        return _keep_receipt(message, lease, receipt, parcel.rows)


def _take_next(target_id: int, lease: uuid.UUID) -> PushMessage | None:
    """The oldest that waits, marked as tried."""
    with _holding(target_id, lease) as target:
        if not target.is_on:
            return None
        joined = ("flow__post__user", "flow__post__area", "flow__post__department", "target__channel")
        waiting = PushMessage.objects.within(_area(target)).ready().filter(target_id=target_id)
        message: PushMessage | None = waiting.select_related(*joined).first()
        if message is not None:
            message.tries, message.sent_at = message.tries + 1, now()
            message.save(update_fields=["tries", "sent_at"])
        return message


def _pack(message: PushMessage) -> Parcel:
    """In the name and scope of who switched the flow on."""
    with acting_as(message.flow.post.as_actor(second_factor=True)) as actor:
        return pack(message, actor)


def _keep_receipt(message: PushMessage, lease: uuid.UUID, receipt: Receipt, rows: int) -> bool:
    return _keep(message, lease, PushMessage.State.RECEIVED, number=receipt.number, rows=rows)


def _keep_refusal(
    message: PushMessage, lease: uuid.UUID, refusal: NotTaken, *, fault: str = Fault.SERVER_ERROR
) -> bool:
    """To the desk; where somebody broke on it, after some more tries."""
    strikes = message.strikes + refusal.broken
    if refusal.broken and strikes < MOST_STRIKES:
        return _pause(message, lease, fault, strikes=strikes)
    fault = fault if refusal.broken else Fault.REFUSED
    return _keep(message, lease, PushMessage.State.REFUSED, fault=fault, words=refusal.words, strikes=strikes)


def _keep_trouble(message: PushMessage, lease: uuid.UUID, failed: SourceFailed) -> bool:
    """The way to the target is the trouble, not the message: it stays at the head of the queue."""
    return _pause(message, lease, failed.fault, retry_after=failed.retry_after or 0)


def _keep(
    message: PushMessage, lease: uuid.UUID, state: PushMessage.State, *, words: str = "", **fields: str | int
) -> bool:
    """What the target said of the message; it answered, so nothing is wrong with the way to it."""
    with _holding(message.target_id, lease):
        said = seal(SAID, words) if words else ""
        changed = {"state": state, "said": said, "settled_at": now(), "fault": "", **fields}
        PushMessage.objects.filter(pk=message.pk, district=message.district).update(**changed)
        well = {"failures": 0, "fault": "", "failing_since": None, "retry_at": None}
        PushTarget.objects.filter(pk=message.target_id, lease=lease).update(**well)
        actor = message.flow.post.as_actor(second_factor=True)
        record(actor, f"push.{state.value}", message, target=message.target_id, tries=message.tries)
    return True


def _pause(message: PushMessage, lease: uuid.UUID, fault: str, *, retry_after: int = 0, strikes: int = 0) -> bool:
    """Nothing more is sent to the target for a while: the longer, the more often it failed."""
    with _holding(message.target_id, lease) as target:
        if strikes:
            PushMessage.objects.filter(pk=message.pk, district=message.district).update(strikes=strikes)
        wait = max(pause_after(target.failures + 1), timedelta(seconds=retry_after))
        PushTarget.objects.filter(pk=target.pk, lease=lease).update(
            failures=F("failures") + 1,
            fault=fault,
            failing_since=target.failing_since or now(),
            retry_at=now() + wait,
        )
    return False


def pause_after(failures: int) -> timedelta:
    """1 s, 2 s, 4 s, ... at most five minutes, of which a random half: targets must not be asked in step."""
    longest = min(2 ** (failures - 1), LONGEST_PAUSE) if failures < 20 else LONGEST_PAUSE
    return timedelta(seconds=longest * random.uniform(0.5, 1))  # noqa: S311  (spreads load, guards nothing)


@contextmanager
def _holding(target_id: int, lease: uuid.UUID) -> Iterator[PushTarget]:
    """A short transaction that sees the target's messages and that nobody else can take the queue from.

    Raises LeaseLost where somebody has.
    """
    with transaction.atomic():
        targets = PushTarget.objects.select_for_update(of=("self",)).select_related("channel__department__area")
        target = targets.filter(pk=target_id, lease=lease).first()
        if target is None:
            raise LeaseLost
        PushTarget.objects.filter(pk=target_id).update(lease_until=now() + lease_time())
        with limited_to(_area(target)):
            yield target


@contextmanager
def _kept_alive(target_id: int, lease: uuid.UUID) -> Iterator[None]:
    """Renews the lease while a target takes its time, from a thread that dies with the worker."""
    over = Event()

    def renew() -> None:
        while not over.wait(lease_time().total_seconds() / 3):
            PushTarget.objects.filter(pk=target_id, lease=lease).update(lease_until=now() + lease_time())
        connection.close()

    beating = Thread(target=renew, daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()


def _area(target: PushTarget) -> tuple[int, int]:
    area: tuple[int, int] = target.channel.department.area.range
    return area
