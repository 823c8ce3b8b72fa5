"""Reads of requests about tags."""

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.actors import Actor
from accounts.errors import NotFound
from accounts.models import Approval
from tagging.models import TagChange

TAG = "tag"
"""Code of the approval of a change of the catalogue."""
JOINED = ("tag__area", "tag__department", "into__area", "into__department")


def list_changes(*, actor: Actor, state: str = "") -> QuerySet[TagChange]:
    """What the post asked for or may decide, the latest first, each with the desk's last day."""
    seen = Approval.objects.visible_to(actor).filter(kind=TAG)
    due = seen.filter(subject_id=OuterRef("pk")).values("due_on")
    found = TagChange.objects.filter(pk__in=seen.values("subject_id")).select_related("area", "department")
    found = found.annotate(due_on=Subquery(due))
    return found.filter(state=state) if state else found


def get_change(*, actor: Actor, pk: int) -> TagChange:
    """One of them, with its tag. Raises NotFound."""
    change = list_changes(actor=actor).select_related(*JOINED).filter(pk=pk).first()
    if change is None:
        raise NotFound
    return change


def get_approval_of(*, actor: Actor, change: TagChange) -> Approval:
    """Raises NotFound for a request that the post has nothing to do with."""
    approval = Approval.objects.visible_to(actor).filter(kind=TAG, subject_id=change.pk).first()
    if approval is None:
        raise NotFound
    return approval
