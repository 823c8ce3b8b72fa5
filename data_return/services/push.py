"""The outbox (推送): what is put in, in the business transaction; what the desk does with what came back."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import district_of
from accounts.errors import Conflict, DomainError, NotFound
from accounts.rights import CONNECT_SYSTEMS, PUSH_ANSWERS, require
from accounts.waking import wake
from data_return.models import PushFlow, PushMessage, PushTarget
from data_return.push.topics import About, get_topic

ORDER_LOCK = 24_0001
"""Namespace of the advisory locks that put messages of one target into one order."""
State = PushMessage.State


def put_into_outbox(topic: str, abouts: Iterable[tuple[int, About]]) -> int:
    """A message for each flow that takes it; (key of the source, about). Returns how many. One query where none does.

    To be called last in the transaction that made it so: messages of a target are numbered in the order in which their
    transactions end, and whoever puts some in waits for the one before.
    """
    wanted = list(abouts)
    sources = {source for source, _ in wanted}
    flows = list(PushFlow.objects.filter(topic=topic, source_id__in=sources, is_on=True).order_by("target_id", "pk"))
    if not flows:
        return 0
    targets = sorted({flow.target_id for flow in flows})
    _stand_in_line(targets)
    messages = [_message(flow, about) for source, about in wanted for flow in flows if flow.source_id == source]
    PushMessage.objects.bulk_create(messages, ignore_conflicts=True)
    transaction.on_commit(lambda: _wake(targets))
    return len(messages)


@transaction.atomic
def send_ready(*, actor: Actor, flow: PushFlow) -> int:
    """Put in what was ready before the flow was switched on; nothing goes twice. Returns how many are new.

    Raises NotFound, Conflict while the flow is off.
    """
    require(actor, PUSH_ANSWERS)
    flow = lock_flow(actor, flow)
    if not flow.is_on:
        raise Conflict("这条推送还没有启用,请先启用再补发。")
    topic = get_topic(flow.topic)
    topic.require_source(actor, flow.source_id)
    about = topic.list_ready(actor, flow.source_id)
    known = set(PushMessage.objects.visible_to(actor).filter(flow=flow).values_list("about_id", "about_version"))
    new = [one for one in about if (one.id, one.version) not in known]
    put_into_outbox(flow.topic, [(flow.source_id, one) for one in new])
    record(actor, "push.ready_sent", flow, count=len(new))
    return len(new)


@transaction.atomic
def retry_messages(*, actor: Actor, target: PushTarget, ids: Sequence[int]) -> int:
    """Once more what was refused, under the same key and before what came later. Returns how many. Raises NotFound."""
    target = _lock_target(actor, target)
    refused = _of(actor, target).filter(pk__in=ids, state=State.REFUSED)
    again = refused.update(state=State.WAITING, fault="", said="", strikes=0, settled_at=None)
    PushTarget.objects.filter(pk=target.pk).update(retry_at=None)
    record(actor, "push.retried", target, count=again)
    transaction.on_commit(lambda: _wake([target.pk]))
    return again


@transaction.atomic
def give_up(*, actor: Actor, target: PushTarget, ids: Sequence[int], note: str) -> int:
    """What was refused, or waits, is not sent any more; the village reads why. Returns how many.

    Raises NotFound, DomainError (field `note`) without a reason, Conflict while it is under way.
    """
    target = _lock_target(actor, target)
    note = note.strip()
    if len(note) < 4:
        raise DomainError("请写明为什么不再发送,至少 4 个字。村居会看到。", field="note")
    if target.lease is not None and target.lease_until is not None and target.lease_until > now():
        raise Conflict("正在向这个系统发送,请稍等片刻再试。")
    open_ones = _of(actor, target).filter(pk__in=ids, state__in=(State.REFUSED, State.WAITING))
    ended = open_ones.update(state=State.GIVEN_UP, note=note[:200], settled_at=now())
    record(actor, "push.given_up", target, count=ended, purpose=note)
    return ended


@transaction.atomic
def try_now(*, actor: Actor, target: PushTarget) -> None:
    """Do not wait for the end of the pause. Raises NotFound."""
    target = _lock_target(actor, target)
    PushTarget.objects.filter(pk=target.pk).update(retry_at=None)
    record(actor, "push.tried_now", target)
    transaction.on_commit(lambda: _wake([target.pk]))


def lock_flow(actor: Actor, flow: PushFlow) -> PushFlow:
    """A flow to a system of the actor's department. Raises NotFound."""
    targets = PushTarget.objects.visible_to(actor)
    locked = PushFlow.objects.select_for_update(of=("self",)).select_related("target")
    found = locked.filter(pk=flow.pk, target__in=targets.values("pk")).first()
    if found is None:
        raise NotFound
    return found


def _lock_target(actor: Actor, target: PushTarget) -> PushTarget:
    require(actor, CONNECT_SYSTEMS)
    found = PushTarget.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=target.pk).first()
    if found is None:
        raise NotFound
    return found


def _of(actor: Actor, target: PushTarget) -> QuerySet[PushMessage]:
    messages: QuerySet[PushMessage] = PushMessage.objects.visible_to(actor).filter(target=target)
    return messages


def _message(flow: PushFlow, about: About) -> PushMessage:
    return PushMessage(
        district=district_of(about.area_code),
        area_code=about.area_code,
        target_id=flow.target_id,
        flow=flow,
        about_id=about.id,
        about_version=about.version,
    )


def _stand_in_line(targets: Sequence[int]) -> None:
    """Always in the same order, so that two transactions never wait for each other."""
    with connection.cursor() as cursor:
        for target_id in targets:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ORDER_LOCK, target_id])


def _wake(targets: Iterable[int]) -> None:
    from data_return.tasks import push_task

    for target_id in targets:
        wake(push_task, target_id)
