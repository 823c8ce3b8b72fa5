"""Pull (数据对接): what is brought from where into which dataset, each run of it, and the rows that were not fit."""

import json
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django_celery_beat.models import CrontabSchedule

from accounts.models import Post, ScopedModel, ScopedQuerySet
from accounts.rights import CONNECT_SYSTEMS, holds
from accounts.sealing import open_sealed, seal
from data_return.channels.faults import Fault
from data_return.connectors.kinds import SourceKind, every_kind
from data_return.models.channels import Channel
from data_return.models.datasets import Dataset
from data_return.sight import writing_of

if TYPE_CHECKING:
    from accounts.actors import Actor

ROW, SAMPLE = "data_return.quarantine", "data_return.connector_sample"
"""What rows and samples are sealed under."""
OPEN_AFTER = 5
"""Failures one after another, from which on a source is asked only now and then."""
LARGEST_PAGE = 10_000


class ConnectorQuerySet(models.QuerySet["Connector"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Those of the own department, for its data officers."""
        if actor.scope is None or actor.department_id is None or not holds(actor, CONNECT_SYSTEMS):
            return self.none()
        return self.filter(channel__department_id=actor.department_id)


class Connector(models.Model):
    """One source of one dataset: everything that comes into it by itself.

    kind, asks: a code of `connectors.every_kind()` and the cleaned data of its form. key_field, updated_field: fields
    of the source that tell rows apart and say when each changed. gone_field, gone_value: how it marks what is deleted.
    mapping: item code -> field. fields: names that the source had when it was set up, or that were looked at since.
    accepted: items that may be empty from now on. drift: {"stopped": {item: "missing" or "empty"}, "new": [fields]} of
    the last run. sample: see `services.pull_setup`; sealed. mark: up to where everything is kept, as `connectors.codec`
    writes it. post: who switched it on; it runs in that post's name and scope. lease: of the worker that runs it.
    due_at: when something is to be done next, None for never. asked_at, asked: when somebody asked for a run, and who.
    """

    class Deletes(models.TextChoices):
        NEVER = "never", "不处理删除"
        MARK = "mark", "对方有删除标记"
        WHOLE = "whole", "完整名单里没有的就是删除"

    class Asked(models.TextChoices):
        SCHEDULE = "schedule", "定时"
        EVENT = "event", "变更通知"
        HAND = "hand", "手动"

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="connectors", verbose_name="接入通道")
    dataset = models.OneToOneField(Dataset, models.PROTECT, related_name="connector", verbose_name="回流数据集")
    kind = models.CharField("读取方式", max_length=20)
    asks = models.JSONField(default=dict)
    key_field = models.CharField("编号字段", max_length=100, blank=True)
    updated_field = models.CharField("更新时间字段", max_length=100, blank=True)
    deletes = models.CharField("删除", max_length=10, choices=Deletes, default=Deletes.NEVER)
    gone_field = models.CharField("删除标记字段", max_length=100, blank=True)
    gone_value = models.CharField("表示已删除的值", max_length=50, blank=True)
    mapping = models.JSONField(default=dict)
    fields = models.JSONField(default=list)
    accepted = models.JSONField(default=list)
    drift = models.JSONField(default=dict, editable=False)
    sample = models.TextField(blank=True, editable=False)
    schedule = models.ForeignKey(CrontabSchedule, models.PROTECT, null=True, related_name="+")
    page_size = models.PositiveIntegerField(
        "每页条数", default=1000, validators=[MinValueValidator(1), MaxValueValidator(LARGEST_PAGE)]
    )
    most_rows = models.PositiveIntegerField(
        "一次最多条数", default=100_000, validators=[MinValueValidator(1)],
        help_text="一次读到的条数超过它就停止,等您核实。请填平常条数的两三倍。",
    )  # fmt: skip
    most_gone = models.PositiveIntegerField(
        "一次最多删除条数", default=100, help_text="一次要删除的条数超过它就不删除,等您核实。"
    )
    overlap_minutes = models.PositiveSmallIntegerField(
        "往回多读(分钟)", default=5, validators=[MaxValueValidator(1440)],
        help_text="每次从上次读到的时间再往回多读几分钟,免得漏掉对方写得晚的数据。",
    )  # fmt: skip
    is_on = models.BooleanField("启用", default=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    mark = models.TextField(blank=True, editable=False)
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    asked = models.CharField(max_length=10, choices=Asked, default=Asked.SCHEDULE, editable=False)
    failures = models.IntegerField(default=0, editable=False)
    fault = models.CharField(max_length=30, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        verbose_name = "数据对接"
        ordering = ["dataset__name", "pk"]

    def __str__(self) -> str:
        return f"数据对接 {self.pk}"

    @property
    def way(self) -> type[SourceKind]:
        return every_kind()[self.kind]

    @property
    def reads_changes(self) -> bool:
        """By update time what changed, and not everything each time."""
        return bool(self.updated_field) and self.way.knows_changes(self.asks)

    @property
    def fault_in_words(self) -> str:
        return fault_words(self.fault)

    @property
    def is_cut_off(self) -> bool:
        """The breaker is open: the source failed so often that it is asked only now and then."""
        return self.failures >= OPEN_AFTER

    def open_sample(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(open_sealed(SAMPLE, self.sample)) if self.sample else {}
        return found

    def seal_sample(self, sample: dict[str, Any]) -> None:
        self.sample = seal(SAMPLE, json.dumps(sample, ensure_ascii=False)) if sample else ""


class PullRun(models.Model):
    """One run of a connector (同步记录). at, since: where the next page is asked for; both committed with each page.

    came: rows that the source gave. written: new or changed records. doubled: rows that named a subject again.
    nameless: rows of which nobody can tell whom they are about. known: of how many subjects it has heard. total: what
    the source said there are. drift: gathered from the pages.
    """

    class State(models.TextChoices):
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "没有完成"

    connector = models.ForeignKey(Connector, models.CASCADE, related_name="runs")
    asked = models.CharField(max_length=10, choices=Connector.Asked)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    at = models.TextField(default="{}")
    since = models.TextField(blank=True)
    pages = models.IntegerField("页数", default=0)
    came = models.IntegerField("读到", default=0)
    written = models.IntegerField("新增或更新", default=0)
    gone = models.IntegerField("删除", default=0)
    bad = models.IntegerField("隔离", default=0)
    doubled = models.IntegerField("重复", default=0)
    nameless = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    total = models.IntegerField(null=True)
    is_whole = models.BooleanField("完整名单", default=False)
    drift = models.JSONField(default=dict)
    takeovers = models.IntegerField("接手次数", default=0)
    fault = models.CharField(max_length=30, blank=True)
    started_at = models.DateTimeField("开始", auto_now_add=True)
    ended_at = models.DateTimeField("结束", null=True)

    class Meta:
        verbose_name = "同步记录"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["connector"], condition=Q(state="running"), name="one_pull_at_a_time")
        ]

    def __str__(self) -> str:
        return f"同步记录 {self.pk}"

    @property
    def fault_in_words(self) -> str:
        return fault_words(self.fault)

    @property
    def seconds(self) -> float | None:
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


class PullSeen(models.Model):
    """Whom a run that reads everything has heard of: 64 bits of the source key. Gone when the run has ended."""

    pk = models.CompositePrimaryKey("run_id", "key")
    run = models.ForeignKey(PullRun, models.CASCADE, related_name="+", db_index=False)
    key = models.BigIntegerField()

    class Meta:
        verbose_name = "同步中已读到的"


class QuarantineQuerySet(ScopedQuerySet):
    def visible_to(self, actor: "Actor") -> Self:
        """Rows for datasets that the post's own department publishes. Tells the policies which those are."""
        return super().visible_to(actor).filter(dataset_id__in=writing_of(actor).datasets)


class QuarantinedRow(ScopedModel):
    """A row that was not fit to be kept (隔离数据), until the source corrects it or somebody decides.

    area_code: the department's. mark: blind index of its number at the source, else of the whole row. sealed: JSON of
    field -> raw value, "" when it was dropped or could not be taken apart. fingerprint: tells whether it changed.
    reasons: [{"item", "message"}]; no message repeats a value.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待处理"
        DROPPED = "dropped", "不采用"

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+", db_index=False)
    connector = models.ForeignKey(Connector, models.CASCADE, related_name="+", db_index=False)
    mark = models.CharField(max_length=64)
    sealed = models.TextField(blank=True)
    fingerprint = models.BinaryField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    came_at = models.DateTimeField("收到时间")

    objects: ClassVar[Any] = QuarantineQuerySet.as_manager()

    class Meta:
        verbose_name = "隔离数据"
        ordering = ["pk"]
        indexes = [models.Index(fields=["connector", "state"], name="quarantine_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["district", "connector", "mark"], name="quarantined_once_per_mark")
        ]

    def __str__(self) -> str:
        return f"隔离数据 {self.pk}"

    @property
    def raw(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(open_sealed(ROW, self.sealed)) if self.sealed else {}
        return found


INTERNAL, NOT_ALLOWED = "internal", "not_allowed"
"""Faults of a run that are not the source's."""
OWN_WORDS = {
    INTERNAL: "平台处理这批数据时出错,已停在出错之前。稍后会自动再试;多次出现请联系系统管理员。",
    NOT_ALLOWED: "启用它的岗位不再能写入这个数据集。请由现任的数据专员重新启用。",
}


def fault_words(code: str) -> str:
    return OWN_WORDS.get(code) or (str(Fault(code).label) if code in Fault.values else "")
