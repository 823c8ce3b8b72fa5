"""Reads of requests about tags."""

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.actors import Actor
from accounts.approvals.rules import DECISIONS
from accounts.errors import NotFound
from accounts.models import Approval
from tagging.codes import code_of
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


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of a request. tag: code, None while there is none. note: what the desk wrote last."""

    change: TagChange
    approval: Approval
    tag: str | None
    note: str


def read_progress(*, actor: Actor, change: TagChange) -> Progress:
    """Raises NotFound for a request that the post has nothing to do with."""
    approval = get_approval_of(actor=actor, change=change)
    decided = approval.steps.filter(action__in=DECISIONS).order_by("-number").first()
    code = code_of(change.tag_id) if change.tag_id else None
    return Progress(change, approval, code, decided.note if decided else "")
