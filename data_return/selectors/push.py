"""Reads of the outbox: systems with their counts, what goes to them, the desk, and receipts for the village."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.errors import NotFound
from accounts.models import Post
from data_return.channels.faults import Fault
from data_return.models import PushFlow, PushMessage, PushTarget
from data_return.push.queue import INTERNAL, NOT_TO_SEND
from data_return.push.topics import get_topic

SHOWN = 20
DESK = 100
State = PushMessage.State
OWN_FAULTS = {INTERNAL: "平台处理这一件时出错。请把编号告诉系统管理员。", NOT_TO_SEND: "平台没有发送。"}


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A system with how many messages stand where."""

    target: PushTarget
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return self.counts.get(State.WAITING, 0)

    @property
    def refused(self) -> int:
        return self.counts.get(State.REFUSED, 0)

    @property
    def received(self) -> int:
        return self.counts.get(State.RECEIVED, 0)


@dataclass(frozen=True, slots=True)
class FlowLine:
    """name: of the source, as its topic tells it. orphaned: on, but the post that answers for it has ended.

    own: it is the post's to change.
    """

    flow: PushFlow
    topic: str
    name: str
    orphaned: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message as people read it. about: what it is about; why: of a refusal or of a long wait, "" else."""

    message: PushMessage
    system: str
    about: str
    why: str

    @property
    def at(self) -> datetime:
        return self.message.settled_at or self.message.sent_at or self.message.created_at


def list_targets(*, actor: Actor) -> list[TargetLine]:
    """Systems of the actor's department. Two queries."""
    targets = list(PushTarget.objects.visible_to(actor).select_related("channel").order_by("name", "pk"))
    counts = _count(actor, [target.pk for target in targets])
    return [TargetLine(target, counts.get(target.pk, {})) for target in targets]


def get_target(*, actor: Actor, pk: int) -> PushTarget:
    """One of them with its channel. Raises NotFound."""
    target = PushTarget.objects.visible_to(actor).select_related("channel__department").filter(pk=pk).first()
    if target is None:
        raise NotFound
    return target


def get_line(*, actor: Actor, target: PushTarget) -> TargetLine:
    return TargetLine(target, _count(actor, [target.pk]).get(target.pk, {}))


def list_flows(*, actor: Actor, target: PushTarget) -> list[FlowLine]:
    """What goes there. Flows are few: each name is a query of its topic."""
    flows = PushFlow.objects.filter(target=target).select_related("post__user").order_by("pk")
    valid = set(Post.objects.valid_on(localdate()).filter(pk__in=flows.values("post")).values_list("pk", flat=True))
    found = list(flows)
    own = {code: {pk for pk, _ in get_topic(code).list_sources(actor)} for code in {flow.topic for flow in found}}
    return [_line(flow, valid, own=flow.source_id in own[flow.topic]) for flow in found]


def get_flow(*, actor: Actor, pk: int) -> PushFlow:
    """A flow to a system of the actor's department. Raises NotFound."""
    targets = PushTarget.objects.visible_to(actor)
    flow = PushFlow.objects.select_related("target__channel").filter(pk=pk, target__in=targets.values("pk")).first()
    if flow is None:
        raise NotFound
    return flow


def list_desk(*, actor: Actor, target: PushTarget) -> list[Receipt]:
    """What was refused and waits for a decision, the oldest first."""
    return _read(actor, _messages(actor, target).filter(state=State.REFUSED).order_by("pk")[:DESK])


def list_refused(*, actor: Actor) -> QuerySet[PushMessage]:
    """The same for all systems of the department, for a count."""
    targets = PushTarget.objects.visible_to(actor)
    refused: QuerySet[PushMessage] = PushMessage.objects.visible_to(actor)
    return refused.filter(state=State.REFUSED, target__in=targets.values("pk"))


def list_waiting(*, actor: Actor, target: PushTarget) -> list[Receipt]:
    """The head of the queue."""
    return _read(actor, _messages(actor, target).filter(state=State.WAITING).order_by("pk")[:SHOWN])


def list_settled(*, actor: Actor, target: PushTarget) -> list[Receipt]:
    """What was received or given up, the last first."""
    settled = _messages(actor, target).filter(state__in=(State.RECEIVED, State.GIVEN_UP))
    return _read(actor, settled.order_by("-settled_at", "-pk")[:SHOWN])


def list_receipts(*, actor: Actor, topic: str, about_id: int) -> list[Receipt]:
    """What became of one thing at each system that takes it. One query."""
    messages = PushMessage.objects.visible_to(actor).filter(flow__topic=topic, about_id=about_id)
    found = messages.select_related("target").order_by("target_id", "pk")
    return [Receipt(message, message.target.name, "", why(message)) for message in found]


def why(message: PushMessage) -> str:
    """Of a refusal, of giving up, or of a long wait."""
    if message.state == State.GIVEN_UP:
        return message.note
    if message.state == State.WAITING:
        return message.target.fault_in_words if message.tries else ""
    if message.fault in OWN_FAULTS:
        return message.words or OWN_FAULTS[message.fault]
    label = str(Fault(message.fault).label) if message.fault in Fault.values else ""
    return f"对方的说明:{message.words}" if message.words else label


def _messages(actor: Actor, target: PushTarget) -> QuerySet[PushMessage]:
    messages: QuerySet[PushMessage] = PushMessage.objects.visible_to(actor).filter(target=target)
    return messages.select_related("target", "flow")


def _read(actor: Actor, messages: QuerySet[PushMessage]) -> list[Receipt]:
    found = list(messages)
    by_topic: dict[str, list[int]] = {}
    for message in found:
        by_topic.setdefault(message.flow.topic, []).append(message.about_id)
    names = {code: get_topic(code).name_abouts(actor, ids) for code, ids in by_topic.items()}
    return [
        Receipt(
            message,
            message.target.name,
            names[message.flow.topic].get(message.about_id, f"编号 {message.about_id}"),
            why(message),
        )
        for message in found
    ]


def _count(actor: Actor, targets: list[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    messages = PushMessage.objects.visible_to(actor).filter(target__in=targets).order_by()
    for target_id, state, count in messages.values_list("target_id", "state").annotate(count=Count("pk")):
        found.setdefault(target_id, {})[state] = count
    return found


def _line(flow: PushFlow, valid: set[int], *, own: bool) -> FlowLine:
    topic = get_topic(flow.topic)
    orphaned = flow.is_on and flow.post_id not in valid
    return FlowLine(flow, topic.name, topic.title(flow.source_id), orphaned=orphaned, own=own)
