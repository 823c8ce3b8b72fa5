"""What villages answer: a dispatch, one report per community, one row per subject."""

from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models

from accounts.actors import Actor
from accounts.codes import Level, ancestor
from accounts.models import Job, Post, ScopedModel, ScopedQuerySet
from forms_engine.models.templates import FormColumn, FormVersion


class Dispatch(models.Model):
    """One sending of a version to chosen communities for one period (下发)."""

    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="dispatches")
    period = models.CharField("期次", max_length=50)
    reporting_date = models.DateField("统计日期")
    due_at = models.DateTimeField("截止时间")
    created_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField("收表时间", null=True, blank=True)

    class Meta:
        verbose_name = "下发"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["version", "period"], name="one_dispatch_per_period")]

    def __str__(self) -> str:
        return f"{self.version.template} {self.period}"


class ReportQuerySet(ScopedQuerySet):
    """A grid worker sees the report of the community around the grid, and of its rows only the grid's."""

    def visible_to(self, actor: Actor) -> "ReportQuerySet":
        if actor.scope is None:
            return self.none()
        around = ancestor(actor.area_code, Level.COMMUNITY)
        return self.filter(models.Q(area_code__range=actor.scope) | models.Q(area_code=around))

    def with_required(self) -> "ReportQuerySet":
        """Each with `required_letters`, the columns that must hold something before it is handed in, and the others
        in `optional_letters`.
        """
        letters = FormColumn.objects.filter(version=models.OuterRef("dispatch__version")).order_by("position")
        found: ReportQuerySet = self.annotate(
            required_letters=ArraySubquery(letters.filter(required=True).values("letter")),
            optional_letters=ArraySubquery(letters.filter(required=False).values("letter")),
        )
        return found


class Report(ScopedModel):
    """The report of one community (一个村居的一份报表). area_code: the community."""

    class State(models.TextChoices):
        PREPARING = "preparing", "预填中"
        FILLING = "filling", "填报中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已通过"
        CLOSED = "closed", "已收表"

    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="reports")
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    version = models.IntegerField(default=1, editable=False)
    submitted_by = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField("审核意见", max_length=500, blank=True)

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "报表"
        ordering = ["area_code"]
        indexes = [
            models.Index(fields=["area_code", "state"]),
            models.Index(fields=["dispatch", "state"]),
            models.Index(fields=["id"], name="report_id"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["district", "dispatch", "area_code"], name="one_report_per_community"),
        ]

    def __str__(self) -> str:
        return f"报表 {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether workers may change it."""
        return self.state in (self.State.FILLING, self.State.RETURNED)


class ReportRow(ScopedModel):
    """One subject in a report (一行). Keys of all five objects are column letters.

    values: what the cell holds now, canonical, sealed where the item is; a missing key is an empty cell.
    flags: "confirm" (待核实, old) or "conflict" (有差异), as found at dispatch and cleared by the worker.
    edits: {"n": edit counter for optimistic locking, "by": post, "at": ISO time, "was": value at dispatch, "flag": flag
    at dispatch, "ok": true where it stands unchanged, "undone": true where it was put back}.
    comments: {"text", "by", "at", "done"} of a reviewer.
    origins: [dataset, day] of a value that returned data brought when the row was written.
    The key is built from the SELECT that fills the table, not from an identity column.
    """

    class State(models.TextChoices):
        LISTED = "listed", "在册"
        ADDED = "added", "新增"
        REMOVED = "removed", "移出"

    pk = models.CompositePrimaryKey("district", "report_id", "subject_id")
    report = models.ForeignKey(Report, models.CASCADE, related_name="rows", db_constraint=False)
    subject_id = models.BigIntegerField()
    position = models.IntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.LISTED, db_default=State.LISTED)
    reason = models.CharField("增减原因", max_length=200, blank=True, db_default="")
    values = models.JSONField(default=dict)
    flags = models.JSONField(default=dict, db_default={})
    edits = models.JSONField(default=dict, db_default={})
    comments = models.JSONField(default=dict, db_default={})
    origins = models.JSONField(default=dict, db_default={})

    class Meta:
        verbose_name = "报表行"
        ordering = ["position"]
        indexes = [models.Index(fields=["report", "position"])]

    def __str__(self) -> str:
        return f"报表 {self.report_id} 行 {self.position}"


class ReportTotals(ScopedModel):
    """What a report added up to when it was handed in (汇总). area_code: the community.

    submitted_at: that of the report then; handed in again, it is counted again. counts: letter -> stored value ->
    subjects, `EMPTY` for those without one. sums: letter -> decimal as text. Counted for every column that can be,
    whoever may see it: small counts are withheld where totals are read, not here.
    """

    EMPTY = ""

    report = models.ForeignKey(Report, models.CASCADE, related_name="totals", db_constraint=False)
    submitted_at = models.DateTimeField(null=True)
    subjects = models.IntegerField()
    counts = models.JSONField(default=dict)
    sums = models.JSONField(default=dict)

    class Meta:
        verbose_name = "汇总"
        constraints = [models.UniqueConstraint(fields=["district", "report"], name="one_total_per_report")]

    def __str__(self) -> str:
        return f"报表 {self.report_id} 的汇总"


class CellEdit(ScopedModel):
    """Trace of one change of one cell (改动记录): append-only; sealed values stay sealed."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="+", db_constraint=False)
    subject_id = models.BigIntegerField()
    letter = models.CharField(max_length=3)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "改动记录"
        ordering = ["pk"]
        indexes = [models.Index(fields=["report", "subject_id", "letter"])]

    def __str__(self) -> str:
        return f"改动 {self.pk}"


class Export(models.Model):
    """A file made for a department (导出): built in the background, watermarked, audited; expires."""

    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="exports")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    file = models.FileField(upload_to="exports/", blank=True)
    filename = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "导出"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename or f"导出 {self.pk}"
