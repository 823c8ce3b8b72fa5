"""Corrections (校核纠错): what a village found out about returned records, and what the source department answers.

They hold values of residents, so they stand behind the wall: area range AND department. A village sees those of its
area, a department those of its own datasets.
"""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from accounts.models import Department, Post, ScopedModel, ScopedQuerySet
from data_return.correction_rules import ROUNDS, Action, Finding, State
from data_return.models.datasets import Dataset
from data_return.sight import correcting_of
from registry.evidence import Kind
from registry.models import DataItem

if TYPE_CHECKING:
    from accounts.actors import Actor


class OfDepartmentQuerySet(ScopedQuerySet):
    def visible_to(self, actor: "Actor") -> Self:
        """Rows where the post's scope and the departments it deals with meet. Tells the policies which those are."""
        departments = correcting_of(actor).departments
        if departments is None:
            return self.none()
        first, last = departments
        return super().visible_to(actor).filter(department_id__gte=first, department_id__lte=last)


class OfDepartment(ScopedModel):
    """A row about a record of a department's dataset."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)

    objects: ClassVar[OfDepartmentQuerySet] = OfDepartmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True


class Verification(OfDepartment):
    """A record, or one item of it, that a village looked at and found right (核实属实). The latest one counts.

    fingerprint: of the record at that time: it holds while the record stays as it was.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+", db_index=False)
    record_id = models.BigIntegerField()
    item = models.ForeignKey(DataItem, models.PROTECT, null=True, related_name="+", db_index=False)
    fingerprint = models.BinaryField()
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "核实"
        indexes = [models.Index(fields=["area_code", "dataset"], name="verification_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "record_id", "item"], nulls_distinct=False, name="one_verification_per_item"
            )
        ]

    def __str__(self) -> str:
        return f"核实 {self.pk}"


class Correction(OfDepartment):
    """A finding that the source department has to answer (校核). area_code: the record's when it was marked.

    item: None where it is about the record as a whole. value: the right one, canonical, sealed where the item is; None
    where none was given. round: 2 after an objection. version: of the steps, for stale pages. due_on: last day of the
    running answer. answer: the department's last words.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+", db_index=False)
    record_id = models.BigIntegerField()
    item = models.ForeignKey(DataItem, models.PROTECT, null=True, related_name="+", db_index=False)
    finding = models.CharField("核实结果", max_length=10, choices=Finding)
    value = models.JSONField("正确的值", null=True)
    note = models.CharField("说明", max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    round = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField("提出时间")
    due_on = models.DateField("答复期限")
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "校核"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["area_code", "state"], name="correction_area"),
            models.Index(fields=["department", "state", "due_on"], name="correction_department"),
            models.Index(fields=["record_id"], name="correction_record"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "record_id", "item"],
                condition=Q(state=State.OPEN),
                nulls_distinct=False,
                name="one_open_correction_per_item",
            )
        ]

    def __str__(self) -> str:
        return f"校核 {self.pk}"

    @property
    def is_overdue(self) -> bool:
        return self.state == State.OPEN and self.due_on < localdate()

    @property
    def can_object(self) -> bool:
        return self.state == State.REFUSED and self.round < ROUNDS


class CorrectionStep(OfDepartment):
    """One step of a correction: who did what, with which words. due_on: of the clock that ran, None where none did."""

    correction = models.ForeignKey(Correction, models.CASCADE, related_name="steps", db_constraint=False)
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=12, choices=Action)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    due_on = models.DateField(null=True)

    class Meta:
        verbose_name = "校核经过"
        ordering = ["number"]
        indexes = [models.Index(fields=["department", "at"], name="correction_step_department")]
        constraints = [
            models.UniqueConstraint(fields=["district", "correction", "number"], name="correction_step_number_once")
        ]

    def __str__(self) -> str:
        return self.get_action_display()


class Evidence(OfDepartment):
    """A photo or PDF behind a correction (证明材料), taken apart and put together anew at upload, sealed at rest.

    What proves a death or a move is mostly a document of level 4, so every file is sealed, whatever it shows.
    """

    SEALED_AS: ClassVar[str] = "data_return.evidence"

    correction = models.ForeignKey(Correction, models.CASCADE, related_name="evidence", db_constraint=False)
    kind = models.CharField(max_length=5, choices=Kind)
    sealed = models.TextField(editable=False)

    class Meta:
        verbose_name = "证明材料"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"证明材料 {self.pk}"
