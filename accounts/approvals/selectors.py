"""Reads of approvals: what waits for a desk and for a reviewer, who was asked, what happened."""

from django.db.models import F, QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.approvals.rules import Action, State
from accounts.errors import NotFound
from accounts.models import Approval, ApprovalReviewer, ApprovalStep, Area, Department, Post
from accounts.models.approvals import asked_by_user, asked_of
from accounts.rights import ROLE_RIGHTS

MADE_BY = ("post__user", "post__area", "post__department")


def list_waiting(*, actor: Actor, kind: str = "") -> QuerySet[Approval]:
    """What the post can decide now: submitted, at its desk, and not asked for by its own user or department.

    Of two sides that must consent, the one that has done so waits no longer.
    """
    found = Approval.objects.awaiting(actor)
    return found.filter(kind=kind) if kind else found


def list_overdue(*, actor: Actor, kind: str = "") -> QuerySet[Approval]:
    """Those of them whose last day has passed."""
    return list_waiting(actor=actor, kind=kind).filter(due_on__lt=localdate())


def list_to_review(*, actor: Actor, kind: str = "") -> QuerySet[ApprovalReviewer]:
    """Opinions that the post still has to give and can: this round, clock running, not on the own user's request."""
    mine = ApprovalReviewer.objects.filter(asked_of(actor), opinion="", due_on__gte=localdate())
    asking = Approval.objects.filter(state=State.SUBMITTED).not_asked_by(actor)
    asking = asking.filter(kind=kind) if kind else asking
    return mine.filter(approval__in=asking.values("pk"), round=F("approval__round"))


def list_reviewed(*, actor: Actor, kind: str) -> QuerySet[ApprovalReviewer]:
    """Everything the post was ever asked, with the request and its department, the latest first."""
    mine = ApprovalReviewer.objects.filter(asked_of(actor), approval__kind=kind)
    return mine.select_related("approval__department", "approval__area", "department", "area").order_by("-pk")


def get_approval(*, kind: str, subject_id: int) -> Approval:
    """The request about that object, whoever may see it: the caller has looked at the object. Raises NotFound."""
    approval = Approval.objects.filter(kind=kind, subject_id=subject_id).first()
    if approval is None:
        raise NotFound
    return approval


def get_review(*, actor: Actor, kind: str, pk: int) -> ApprovalReviewer:
    """One question to the post, with its request. Raises NotFound for what others were asked and for drafts."""
    visible = Approval.objects.visible_to(actor).values("pk")
    review = list_reviewed(actor=actor, kind=kind).filter(pk=pk, approval__in=visible).first()
    if review is None:
        raise NotFound
    return review


def list_reviewers(approval: Approval) -> list[ApprovalReviewer]:
    """Who was asked in the running round, in the order of asking, with names and who answered."""
    asked = approval.reviewers.filter(round=approval.round).select_related("department", "area", "post__user")
    return list(asked.order_by("pk"))


def list_askable(*, actor: Actor, approval: Approval) -> QuerySet[Department]:
    """Departments of the actor's area to invite: with somebody to answer, not asking themselves, not answered yet."""
    answering = [role for role, rights in ROLE_RIGHTS.items() if approval.rules.review_right in rights]
    staffed = Post.objects.valid_on(localdate()).filter(role__in=answering).values("department")
    answered = approval.reviewers.filter(round=approval.round, department__isnull=False).exclude(opinion="")
    found = Department.objects.filter(pk__in=staffed, area__in=Area.objects.visible_to(actor))
    return found.exclude(pk=approval.department_id or 0).exclude(pk__in=answered.values("department"))


def list_steps(approval: Approval) -> list[ApprovalStep]:
    """What happened since the first submission, in order, with who did it."""
    return list(approval.steps.exclude(action=Action.DRAFT).select_related(*MADE_BY))


def list_consents(approval: Approval) -> list[ApprovalStep]:
    """Consents of the running round, with who gave them: what one side has agreed to and the other has not yet."""
    found = approval.steps.filter(round=approval.round, action=Action.CONSENT)
    return list(found.select_related(*MADE_BY))


def can_decide(*, actor: Actor, approval: Approval) -> bool:
    """Whether it waits for this post now."""
    return Approval.objects.awaiting(actor).filter(pk=approval.pk).exists()


def is_requester(*, actor: Actor, approval: Approval) -> bool:
    """Whether the actor's user, in whatever post, belongs to the requesting side and so may not decide."""
    return Approval.objects.filter(asked_by_user(actor), pk=approval.pk).exists()
