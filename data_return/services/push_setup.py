"""Who takes what (推送设置): a data officer sets up the system, department staff says what of its forms goes there."""

from collections.abc import Mapping as Map

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.rights import CONNECT_SYSTEMS, PUSH_ANSWERS, require
from data_return.models import Channel, PushFlow, PushTarget
from data_return.models.push import PUSHABLE
from data_return.push.mapping import Mapping
from data_return.push.topics import get_topic
from data_return.services.push import lock_flow


class TargetNameTaken(DomainError):
    code = "push_target_name_taken"
    default = "这个接入通道上已有同名的接收系统,请换个名称。"


class NothingMapped(DomainError):
    code = "push_nothing_mapped"
    default = "还没有给任何一列写对方的字段名,没有内容可以推送。请先设置字段对应。"


@transaction.atomic
def register_target(*, actor: Actor, channel: Channel, name: str, path: str, answer: Map[str, str]) -> PushTarget:
    """A system on a channel of the actor's department; it is off. answer: see `AnswerRules`.

    Raises NotFound for another's channel or one that takes nothing, TargetNameTaken.
    """
    require(actor, CONNECT_SYSTEMS)
    if not Channel.objects.visible_to(actor).filter(pk=channel.pk, kind__in=PUSHABLE).exists():
        raise NotFound
    target = PushTarget(channel=channel, name=name, path=path, answer=dict(answer), created_by_id=actor.post_id)
    _save(target)
    record(actor, "push.target_registered", target, channel=channel.pk)
    return target


@transaction.atomic
def change_target(*, actor: Actor, target: PushTarget, name: str, path: str, answer: Map[str, str]) -> None:
    """Raises NotFound, TargetNameTaken."""
    require(actor, CONNECT_SYSTEMS)
    target = _lock_target(actor, target)
    target.name, target.path, target.answer = name, path, dict(answer)
    _save(target)
    record(actor, "push.target_changed", target)


@transaction.atomic
def switch_target(*, actor: Actor, target: PushTarget, on: bool) -> None:
    """Off, nothing is sent; what is put in waits. Raises NotFound, Conflict."""
    require(actor, CONNECT_SYSTEMS)
    target = _lock_target(actor, target)
    if target.is_on == on:
        raise Conflict(f"这个系统已经{'启用' if on else '停用'},请刷新后再看。")
    target.is_on, target.retry_at, target.failures, target.fault, target.failing_since = on, None, 0, "", None
    target.save(update_fields=["is_on", "retry_at", "failures", "fault", "failing_since"])
    record(actor, "push.target_switched", target, on=on)


@transaction.atomic
def add_flow(*, actor: Actor, target: PushTarget, topic: str, source_id: int, mapping: Mapping) -> PushFlow:
    """What of the actor's department goes to a target of the same department; it is off.

    Raises NotFound for another's target or source, Conflict where it goes there already.
    """
    require(actor, PUSH_ANSWERS)
    if not PushTarget.objects.visible_to(actor).filter(pk=target.pk).exists():
        raise NotFound
    get_topic(topic).require_source(actor, source_id)
    flow, is_new = PushFlow.objects.get_or_create(
        target=target,
        topic=topic,
        source_id=source_id,
        defaults={"mapping": mapping.as_dict(), "post_id": actor.post_id},
    )
    if not is_new:
        raise Conflict("这张表已经设过推送到这个系统,请直接修改。")
    record(actor, "push.flow_added", flow, target=target.pk)
    return flow


@transaction.atomic
def change_flow(*, actor: Actor, flow: PushFlow, mapping: Mapping) -> None:
    """What is sent from now on is written so. Raises NotFound."""
    require(actor, PUSH_ANSWERS)
    flow = lock_flow(actor, flow)
    get_topic(flow.topic).require_source(actor, flow.source_id)
    flow.mapping = mapping.as_dict()
    flow.save(update_fields=["mapping"])
    record(actor, "push.flow_changed", flow, target=flow.target_id)


@transaction.atomic
def switch_flow(*, actor: Actor, flow: PushFlow, on: bool) -> None:
    """On, it is sent in the name and scope of the actor's post. Off, nothing new is put in, and what waits stays.

    Raises NotFound, NothingMapped. On while it is on hands it over to the actor.
    """
    require(actor, PUSH_ANSWERS)
    flow = lock_flow(actor, flow)
    get_topic(flow.topic).require_source(actor, flow.source_id)
    if on and not flow.target.takes_files and not Mapping.of(flow.mapping).fields:
        raise NothingMapped
    flow.is_on = on
    if on:
        flow.post_id = actor.post_id
    flow.save(update_fields=["is_on", "post"])
    record(actor, "push.flow_switched", flow, on=on, target=flow.target_id)


def _lock_target(actor: Actor, target: PushTarget) -> PushTarget:
    found = PushTarget.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=target.pk).first()
    if found is None:
        raise NotFound
    return found


def _save(target: PushTarget) -> None:
    try:
        with transaction.atomic():
            target.save()
    except IntegrityError:
        raise TargetNameTaken(field="name") from None
