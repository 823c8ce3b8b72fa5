"""Complaints (监督举报): what burdens villages, reported under a name or without one, to the discipline office.

No table tells who reported. Words and files are sealed, whose a complaint is stands there as a mark, keys are random,
and what a reporter does has a day and no time: docs/decisions/0037-complaints.md. `portal.complaints` has the rules.
"""

import secrets
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from accounts.codes import Level, ancestor, subtree
from accounts.models import Area, Department, Post
from accounts.rights import ANSWER_COMPLAINTS, HANDLE_COMPLAINTS, holds
from portal.complaints.rules import WITH_DEPARTMENT, Action, Category, Finding, State, plain_name
from portal.complaints.secrecy import mark_of_name, mark_of_user
from registry.evidence import Kind

if TYPE_CHECKING:
    from accounts.actors import Actor


def random_key() -> int:
    """Nine digits that tell nothing of the order in which rows came."""
    return 10**8 + secrets.randbelow(9 * 10**8)


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def at_desk_of(self, actor: "Actor") -> "ComplaintQuerySet":
        """Those of the district, but for what the officer has a part in (回避)."""
        if not holds(actor, HANDLE_COMPLAINTS) or actor.scope is None:
            return self.none()
        return self.filter(area__code__range=actor.scope).exclude(_has_part(actor))

    def handed_to(self, actor: "Actor") -> "ComplaintQuerySet":
        """Those that the post's department was asked to answer, but for those that name its user."""
        if not holds(actor, ANSWER_COMPLAINTS) or actor.department_id is None:
            return self.none()
        found = self.filter(handed_to=actor.department_id, state__in=WITH_DEPARTMENT)
        return found.exclude(_names(actor))

    def published_for(self, actor: "Actor") -> "ComplaintQuerySet":
        """Answers that everybody of the district may read."""
        district = subtree(ancestor(actor.area_code, Level.DISTRICT), Level.DISTRICT)
        return self.filter(state=State.PUBLISHED, area__code__range=district)

    def filed_by(self, actor: "Actor") -> "ComplaintQuerySet":
        """What the user reported under the own name."""
        return self.filter(reporter_mark=mark_of_user(actor.user_id))


class Complaint(models.Model):
    """One complaint (举报). id: random; also its number for people.

    area: a town or the district: never narrower than CROWD people. department: whom it is about, as far as the reporter
    knows. receipt_mark: of the code by which the reporter follows it. reporter_mark, sealed_reporter: of one under a
    name, else None and "". sealed_words: what was reported. due_on: last day of the clock that runs. version: of the
    steps, for stale pages. handed_to: the department that answers. public_text: the published answer.
    """

    id = models.BigIntegerField(primary_key=True, default=random_key)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    category = models.CharField("类别", max_length=20, choices=Category)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    receipt_mark = models.BinaryField(unique=True)
    reporter_mark = models.BinaryField(null=True, db_index=True)
    sealed_reporter = models.TextField(blank=True)
    sealed_words = models.TextField()
    state = models.CharField("状态", max_length=10, choices=State, default=State.FILED)
    version = models.PositiveIntegerField(default=1)
    filed_on = models.DateField("收到日期")
    due_on = models.DateField("期限", null=True)
    handed_to = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.CharField("核实结论", max_length=10, choices=Finding, blank=True)
    public_text = models.CharField("公开答复", max_length=1000, blank=True)
    published_on = models.DateField("公开日期", null=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = "举报"
        ordering = ["-filed_on", "-pk"]
        indexes = [
            models.Index(fields=["area", "state", "due_on"], name="complaint_at_desk"),
            models.Index(fields=["handed_to", "state"], name="complaint_handed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reporter_mark__isnull=True, sealed_reporter="")
                | Q(reporter_mark__isnull=False) & ~Q(sealed_reporter=""),
                name="complaint_has_a_name_or_none",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(published_on__isnull=False) & ~Q(public_text=""),
                name="published_complaint_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"举报 {self.pk}"

    @property
    def is_named(self) -> bool:
        return self.reporter_mark is not None

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < localdate()


class ComplaintStep(models.Model):
    """One step. post: None where the reporter took it. on: its day; at: its time, but never of a reporter's step.

    sealed_note: its words. due_on: of the clock that ran until it. audit_due: a reporter's step, whose line in the
    audit log is written the night after.
    """

    pk = models.CompositePrimaryKey("complaint_id", "number")
    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=20, choices=Action)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    sealed_note = models.TextField(blank=True)
    on = models.DateField()
    at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    audit_due = models.BooleanField(default=False)

    class Meta:
        verbose_name = "举报办理经过"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=True, at__isnull=True) | Q(post__isnull=False, at__isnull=False),
                name="step_of_a_reporter_has_no_time",
            )
        ]

    def __str__(self) -> str:
        return self.get_action_display()


class ComplaintName(models.Model):
    """Somebody who is named in a complaint (被反映人), as a mark: whoever bears the name does not see it."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="names")
    mark = models.BinaryField()

    class Meta:
        verbose_name = "被反映人"
        constraints = [models.UniqueConstraint(fields=["complaint", "mark"], name="name_once_per_complaint")]

    def __str__(self) -> str:
        return f"被反映人 {self.pk}"


class ComplaintEvidence(models.Model):
    """A photo that came with a complaint, encoded anew and sealed. id: random. for_department: handed over with it."""

    id = models.BigIntegerField(primary_key=True, default=random_key)
    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=5, choices=Kind)
    sealed = models.TextField(editable=False)
    for_department = models.BooleanField(default=False)

    class Meta:
        verbose_name = "举报材料"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"举报材料 {self.pk}"


def _names(actor: "Actor") -> Exists:
    mark = mark_of_name(plain_name(actor.name))
    return Exists(ComplaintName.objects.filter(complaint=OuterRef("pk"), mark=mark))


def _has_part(actor: "Actor") -> Q:
    """Named in it, in a department that it is about or that answers it, or the one who reported it."""
    own = Post.objects.valid_on(localdate()).filter(user_id=actor.user_id, department__isnull=False)
    departments = own.values("department")
    about = Q(department__isnull=False, department__in=departments)
    answers = Q(handed_to__isnull=False, handed_to__in=departments)
    reported = Q(reporter_mark__isnull=False, reporter_mark=mark_of_user(actor.user_id))
    return Q(_names(actor)) | about | answers | reported
