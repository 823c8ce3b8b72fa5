"""The admission desk (表单准入): versions that departments of the actor's area have submitted, and their approvals."""

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from accounts.actors import Actor
from accounts.approvals.rules import Action
from accounts.approvals.selectors import get_approval, get_review, list_reviewed, list_to_review, list_waiting
from accounts.errors import NotFound
from accounts.models import Approval, ApprovalReviewer, ApprovalStep
from forms_engine.models import FormColumn, FormVersion

ADMISSION = "form"
"""Code of the approval of a form version."""

DESK_STATES = (
    FormVersion.State.SUBMITTED,
    FormVersion.State.RETURNED,
    FormVersion.State.ADMITTED,
    FormVersion.State.REFUSED,
)
"""A draft is the department's own business."""


def list_admissions(*, actor: Actor, state: str) -> QuerySet[FormVersion]:
    """Versions in that state with department, who submitted when, the desk's last day, and how many columns are asked.

    opinions_asked, opinions_given: of the running round of a joint review, None without one.
    """
    columns = FormColumn.objects.filter(version=OuterRef("pk")).order_by().values("version")
    asked = columns.exclude(kind=FormColumn.Kind.NUMBER).annotate(n=Count("pk")).values("n")
    new = columns.filter(kind=FormColumn.Kind.NEW_ASK).annotate(n=Count("pk")).values("n")
    approval = approval_of_version()
    submitted = list_steps_of_version().filter(action=Action.SUBMIT)
    review = ApprovalReviewer.objects.filter(
        approval__kind=ADMISSION, approval__subject_id=OuterRef("pk"), round=F("approval__round")
    )
    counted = review.order_by().values("approval").annotate(n=Count("pk")).values("n")
    return (
        _at_desk(actor)
        .filter(state=state)
        .defer("workbook", "layout")
        .annotate(
            asked_count=Subquery(asked),
            new_count=Subquery(new),
            submitted_at=Subquery(approval.values("submitted_at")),
            due_on=Subquery(approval.values("due_on")),
            submitted_by=Subquery(submitted.values("post__user__full_name")[:1]),
            opinions_asked=Subquery(counted),
            opinions_given=Subquery(counted.exclude(opinion="")),
        )
    )


def count_admissions(*, actor: Actor) -> dict[str, int]:
    """State -> how many, in one query; states without any are 0."""
    counted = _at_desk(actor).order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys((state.value for state in DESK_STATES), 0) | dict(counted)


def get_admission(*, actor: Actor, pk: int) -> FormVersion:
    """One version with form, department and area. Raises NotFound outside the actor's area and for drafts."""
    version = _at_desk(actor).defer("workbook").filter(pk=pk).first()
    if version is None:
        raise NotFound
    return version


def list_versions_to_admit(*, actor: Actor) -> QuerySet[FormVersion]:
    """Versions that the post can decide now; not what its own user or department handed in."""
    waiting = list_waiting(actor=actor, kind=ADMISSION).order_by()
    return FormVersion.objects.filter(pk__in=waiting.values("subject_id"))


def list_opinions_to_give(*, actor: Actor) -> QuerySet[ApprovalReviewer]:
    """Forms that other departments want and that wait for the opinion of the post's department."""
    return list_to_review(actor=actor, kind=ADMISSION)


def list_opinions(*, actor: Actor) -> QuerySet[ApprovalReviewer]:
    """Every form on which the post's department was asked, the latest first, with request and department."""
    return list_reviewed(actor=actor, kind=ADMISSION)


def get_opinion(*, actor: Actor, pk: int) -> tuple[ApprovalReviewer, FormVersion]:
    """What the department was asked, and the form. Raises NotFound for what others were asked."""
    review = get_review(actor=actor, kind=ADMISSION, pk=pk)
    versions = FormVersion.objects.select_related("template__department__area").defer("workbook")
    return review, versions.get(pk=review.approval.subject_id)


def get_approval_of(version: FormVersion) -> Approval:
    """The approval of a version that the caller may see."""
    return get_approval(kind=ADMISSION, subject_id=version.pk)


def approval_of_version() -> QuerySet[Approval]:
    """For a subquery over versions: the approval of each."""
    return Approval.objects.filter(kind=ADMISSION, subject_id=OuterRef("pk")).order_by()


def list_steps_of_version() -> QuerySet[ApprovalStep]:
    """For a subquery over versions: the steps of each, the last first."""
    steps = ApprovalStep.objects.filter(approval__kind=ADMISSION, approval__subject_id=OuterRef("pk"))
    return steps.order_by("-number")


def _at_desk(actor: Actor) -> QuerySet[FormVersion]:
    at_desk = Approval.objects.at_desk_of(actor).filter(kind=ADMISSION).order_by()
    found = FormVersion.objects.filter(state__in=DESK_STATES, pk__in=at_desk.values("subject_id"))
    return found.select_related("template__department__area")
