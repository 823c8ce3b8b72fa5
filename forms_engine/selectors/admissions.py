"""The admission desk (表单准入): versions that departments of the actor's area have submitted."""

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from accounts.actors import Actor
from accounts.errors import NotFound
from forms_engine.models import AdmissionStep, FormColumn, FormVersion

DESK_STATES = (
    FormVersion.State.SUBMITTED,
    FormVersion.State.RETURNED,
    FormVersion.State.ADMITTED,
    FormVersion.State.REFUSED,
)
"""A draft is the department's own business."""


def list_admissions(*, actor: Actor, state: str) -> QuerySet[FormVersion]:
    """Versions in that state with department, who submitted when, and how many columns are asked and new."""
    columns = FormColumn.objects.filter(version=OuterRef("pk")).order_by().values("version")
    asked = columns.exclude(kind=FormColumn.Kind.NUMBER).annotate(n=Count("pk")).values("n")
    new = columns.filter(kind=FormColumn.Kind.NEW_ASK).annotate(n=Count("pk")).values("n")
    submitted = AdmissionStep.objects.filter(version=OuterRef("pk"), state=FormVersion.State.SUBMITTED).order_by("-pk")
    return (
        _at_desk(actor)
        .filter(state=state)
        .defer("workbook", "layout")
        .annotate(
            asked_count=Subquery(asked),
            new_count=Subquery(new),
            submitted_at=Subquery(submitted.values("at")[:1]),
            submitted_by=Subquery(submitted.values("post__user__full_name")[:1]),
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


def was_submitted_by(version: FormVersion, user_id: int) -> bool:
    """Whether that user, in whatever post, made the form or ever submitted this version."""
    steps = AdmissionStep.objects.filter(version=version.pk, state=FormVersion.State.SUBMITTED, post__user_id=user_id)
    made = FormVersion.objects.filter(pk=version.pk, template__created_by__user_id=user_id)
    return FormVersion.objects.filter(pk=version.pk).filter(Exists(steps) | Exists(made)).exists()


def _at_desk(actor: Actor) -> QuerySet[FormVersion]:
    if actor.scope is None:
        return FormVersion.objects.none()
    inside = FormVersion.objects.filter(state__in=DESK_STATES, template__department__area__code__range=actor.scope)
    return inside.select_related("template__department__area")
