"""Approvals (审批): a request, who must give an opinion on it, and the trace of its steps. No personal data."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from accounts.approvals.kinds import Kind, get_kind, list_decided_by, list_partnered_by
from accounts.approvals.rules import BY_REQUESTER, OWN_BUSINESS, Action, Opinion, Side, State
from accounts.models.areas import Area, Department
from accounts.models.users import Post
from accounts.roles import Role

if TYPE_CHECKING:
    from accounts.actors import Actor


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def visible_to(self, actor: "Actor") -> "ApprovalQuerySet":
        """What the post asked for, may decide, or was invited to review."""
        invited = ApprovalReviewer.objects.filter(asked_of(actor), approval=OuterRef("pk"))
        return self.filter(requested_at(actor) | decided_at(actor) | (Exists(invited) & ~Q(state__in=OWN_BUSINESS)))

    def at_desk_of(self, actor: "Actor") -> "ApprovalQuerySet":
        """What the post decides for its area or its department, once submitted."""
        return self.filter(decided_at(actor))

    def awaiting(self, actor: "Actor") -> "ApprovalQuerySet":
        """What the post's side has still to decide: submitted, and in this round it has not consented yet."""
        desk = decided_at_desk(actor) & ~Q(Exists(_consents(side=Side.DESK)))
        partner = decided_by_partner(actor) & ~Q(Exists(_consents(side=Side.PARTNER)))
        found = self.filter(desk | partner, state=State.SUBMITTED).not_asked_by(actor)
        return found.exclude(Exists(_consents(post__user=actor.user_id)))

    def not_asked_by(self, actor: "Actor") -> "ApprovalQuerySet":
        """Without those whose requesting side the user belongs to, in whatever post: see `asked_by_user`."""
        return self.exclude(asked_by_user(actor))


class Approval(models.Model):
    """A request (申请) that somebody else decides. One per subject; each submission is a round.

    version: counts the steps; a step names the version it saw. due_on: last day of the desk, in working days.
    department, area: of the requester, at the time of the request. partner: the department whose consent is needed
    beside the desk's, None where the desk decides alone.
    """

    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    title = models.CharField("事项", max_length=200)
    requester = models.ForeignKey(Post, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    partner = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFTED)
    round = models.PositiveSmallIntegerField("轮次", default=0)
    version = models.PositiveIntegerField(default=0)
    due_on = models.DateField("办理期限", null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    decided_at = models.DateTimeField("办结时间", null=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = "审批"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="one_approval_per_subject")]
        indexes = [models.Index(fields=["state", "kind", "area"]), models.Index(fields=["department", "state"])]

    def __str__(self) -> str:
        return self.title

    @property
    def rules(self) -> Kind:
        return get_kind(self.kind)

    @property
    def is_overdue(self) -> bool:
        """The desk has let its last day pass."""
        return self.state == State.SUBMITTED and self.due_on is not None and self.due_on < localdate()


class ApprovalReviewer(models.Model):
    """Who must give an opinion in a round of a joint review (联审): a department, or a role in an area.

    due_on: last day for it. Until an opinion is given `opinion` is ""; silence is never consent.
    """

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="reviewers")
    round = models.PositiveSmallIntegerField()
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30, choices=Role, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField("期限")
    opinion = models.CharField("意见", max_length=10, choices=Opinion, blank=True)
    text = models.CharField("说明", max_length=500, blank=True)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("回复时间", null=True)

    class Meta:
        verbose_name = "联审"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["approval", "round", "department", "role", "area"],
                name="reviewer_once_per_round",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(department__isnull=False, role="", area=None)
                | Q(department=None, area__isnull=False) & ~Q(role=""),
                name="a_department_or_a_role_in_an_area",
            ),
            models.CheckConstraint(
                condition=Q(opinion="", post=None, at=None) | ~Q(opinion="") & Q(post__isnull=False, at__isnull=False),
                name="an_opinion_has_an_author",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Whose opinion it is: 区司法局, or 城桥镇 · 镇街管理员. Needs department or area joined."""
        return str(self.department or f"{self.area} · {self.get_role_display()}")

    @property
    def is_overdue(self) -> bool:
        """逾期未回: the clock ended without an opinion."""
        return not self.opinion and self.due_on < localdate()

    @property
    def is_awaited(self) -> bool:
        return not self.opinion and not self.is_overdue

    @property
    def is_open(self) -> bool:
        """An opinion can be given now: the request is at the desk, in this round. Needs the approval joined."""
        here = self.approval.state == State.SUBMITTED and self.approval.round == self.round
        return here and self.is_awaited


class ApprovalStep(models.Model):
    """One step of an approval; append-only. number: the version that the step made; state: after it.

    side: whose decision it was, "" for steps that are none.
    """

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    round = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=20, choices=Action)
    state = models.CharField(max_length=10, choices=State)
    side = models.CharField(max_length=10, choices=Side, blank=True, db_default="")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    note = models.CharField("意见", max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "审批经过"
        ordering = ["approval_id", "number"]
        constraints = [models.UniqueConstraint(fields=["approval", "number"], name="step_number_once")]

    def __str__(self) -> str:
        return self.get_action_display()


def requested_at(actor: "Actor") -> Q:
    """Requests of the post's department; without a department those of the user in that area."""
    if actor.department_id is not None:
        return Q(department=actor.department_id)
    return Q(department=None, area=actor.area_code, requester__user=actor.user_id)


def decided_at(actor: "Actor") -> Q:
    """What the post decides, alone or as one of two sides."""
    return decided_at_desk(actor) | decided_by_partner(actor)


def decided_at_desk(actor: "Actor") -> Q:
    kinds = list_decided_by(actor)
    if actor.scope is None or not kinds:
        return Q(pk__in=[])
    return Q(kind__in=kinds, area__code__range=actor.scope) & ~Q(state__in=OWN_BUSINESS)


def decided_by_partner(actor: "Actor") -> Q:
    kinds = list_partnered_by(actor)
    if actor.department_id is None or not kinds:
        return Q(pk__in=[])
    return Q(kind__in=kinds, partner=actor.department_id) & ~Q(state__in=OWN_BUSINESS)


def asked_of(actor: "Actor") -> Q:
    """Reviewers whose opinion the post gives."""
    office = Q(role=actor.role.value, area=actor.area_code)
    return office if actor.department_id is None else office | Q(department=actor.department_id)


def asked_by_user(actor: "Actor") -> Q:
    """The requesting side: whoever requested, drafted, submitted or withdrew, and everybody of the department.

    It is the user that counts, in all posts: changing the post changes nothing.
    """
    steps = ApprovalStep.objects.filter(approval=OuterRef("pk"), action__in=BY_REQUESTER, post__user=actor.user_id)
    posts = Post.objects.valid_on(localdate()).filter(user=actor.user_id, department=OuterRef("department"))
    return Q(requester__user=actor.user_id) | Q(Exists(steps)) | Q(Exists(posts))


def _consents(**which: Any) -> "models.QuerySet[ApprovalStep]":
    """Consents of the running round of the outer approval."""
    steps = ApprovalStep.objects.filter(approval=OuterRef("pk"), round=OuterRef("round"), action=Action.CONSENT)
    return steps.filter(**which)
