"""Push (推送): systems that take what villages answered, what goes to which, and the outbox that brings it there."""

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from accounts.models import Post, ScopedModel, ScopedQuerySet
from accounts.sealing import open_sealed
from data_return.channels.every import FILE_KINDS
from data_return.channels.faults import Fault
from data_return.channels.web import WebKind
from data_return.models.channels import Channel

if TYPE_CHECKING:
    from accounts.actors import Actor

PUSHABLE = (WebKind.code, *FILE_KINDS)
"""Kinds of channels that take something."""
SAID = "data_return.push_answer"
"""What words of the other side are sealed under: they may name somebody."""


class TargetQuerySet(models.QuerySet["PushTarget"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Those of the actor's own department."""
        return self.filter(channel__department_id=actor.department_id or 0)


class PushTarget(models.Model):
    """A system (接收系统) of a department that takes what is pushed; one queue for each.

    path: below the channel's address, of an HTTP interface. answer: where an answer says what, as JSON of
    `push.receipts.AnswerRules`. lease: of the worker that works the queue off. retry_at: not before that moment.
    failures: of the way there, one after another; fault: code of the last one, since when.
    """

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="push_targets", verbose_name="接入通道")
    name = models.CharField("名称", max_length=100)
    path = models.CharField("接收地址", max_length=300, blank=True)
    answer = models.JSONField(default=dict)
    is_on = models.BooleanField("启用", default=False)
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False)
    failures = models.IntegerField(default=0, editable=False)
    fault = models.CharField(max_length=30, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = "接收系统"
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["channel", "name"], name="one_target_of_a_name_per_channel")]

    def __str__(self) -> str:
        return self.name

    @property
    def takes_files(self) -> bool:
        return self.channel.kind in FILE_KINDS

    @property
    def fault_in_words(self) -> str:
        return str(Fault(self.fault).label) if self.fault in Fault.values else ""


class PushFlow(models.Model):
    """What goes to a target: one topic about one source, such as the accepted reports of a form.

    source_id: key of the source, which only its topic knows. head, fields: `push.mapping.Mapping` as JSON. post: who
    switched it on; it is sent in that post's name and scope, and waits when the post has ended.
    """

    target = models.ForeignKey(PushTarget, models.PROTECT, related_name="flows")
    topic = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    mapping = models.JSONField(default=dict)
    is_on = models.BooleanField("启用", default=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "推送"
        ordering = ["pk"]
        indexes = [models.Index(fields=["topic", "source_id"])]
        constraints = [
            models.UniqueConstraint(fields=["target", "topic", "source_id"], name="one_flow_per_source_and_target")
        ]

    def __str__(self) -> str:
        return f"推送 {self.pk}"


class MessageQuerySet(ScopedQuerySet):
    def ready(self) -> Self:
        """Waiting ones of flows that are on and whose post has not ended, the oldest first."""
        posts = Post.objects.valid_on(localdate())
        waiting = self.filter(state=PushMessage.State.WAITING, flow__is_on=True, flow__post__in=posts)
        return waiting.order_by("pk")


class PushMessage(ScopedModel):
    """One message of the outbox (待发件). It names what is sent; what that holds is read when it is sent.

    area_code: of what it is about. key: the same however often it is sent, so that the target takes it once.
    tries: how often it was sent; strikes: how often the target broke on it. number, said: the target's receipt and its
    words (sealed). note: why it was given up.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        RECEIVED = "received", "对方已收"
        REFUSED = "refused", "对方退回"
        GIVEN_UP = "given_up", "不再发送"

    target = models.ForeignKey(PushTarget, models.PROTECT, related_name="+", db_index=False)
    flow = models.ForeignKey(PushFlow, models.PROTECT, related_name="+", db_index=False)
    about_id = models.BigIntegerField()
    about_version = models.IntegerField()
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.IntegerField(default=0)
    strikes = models.IntegerField(default=0)
    fault = models.CharField(max_length=30, blank=True)
    number = models.CharField("回执编号", max_length=100, blank=True)
    said = models.TextField(blank=True)
    rows = models.IntegerField("行数", default=0)
    note = models.CharField("不再发送的原因", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField("最近发送", null=True)
    settled_at = models.DateTimeField("办结时间", null=True)

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "推送件"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["target", "id"], name="push_waiting", condition=Q(state="waiting")),
            models.Index(fields=["target", "state"], name="push_by_state"),
            models.Index(fields=["flow", "about_id"], name="push_about"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "flow", "about_id", "about_version"], name="pushed_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"推送件 {self.pk}"

    @property
    def words(self) -> str:
        """What the target said, with its long numbers hidden; "" where it said nothing."""
        return open_sealed(SAID, self.said) if self.said else ""
