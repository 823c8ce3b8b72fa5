"""Reads of systems: the inventory (底数清单), one system with its filings, what waits at the desk and for opinions."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.actors import Actor
from accounts.approvals.selectors import get_approval, get_review, list_reviewed, list_to_review, list_waiting
from accounts.errors import NotFound
from accounts.models import Approval, ApprovalReviewer, ApprovalStep, Area
from accounts.rights import ADMIT_SYSTEMS, holds
from portal.models import Filing, System
from portal.models.systems import HANDED_IN
from registry.models import DataItem

SYSTEM = "system"
"""Code of the approval of a filing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A system as one post sees it. filing: the latest of its keeper and of the desk, else the one in force.

    kept: the post's department may change it.
    """

    system: System
    filing: Filing
    items: Sequence[DataItem]
    areas: Sequence[Area]
    kept: bool


def list_systems(*, actor: Actor, text: str = "", state: str = "", function: str = "") -> QuerySet[System]:
    """What the post may see, with department and the filing in force.

    latest_state: of the filing handed in last. item_count: data items that the filing in force collects.
    """
    latest = Filing.objects.filter(system=OuterRef("pk")).order_by("-number")
    found = System.objects.visible_to(actor).select_related("department", "live")
    if state:
        found = found.filter(state=state)
    if function:
        found = found.filter(live__functions__contains=[function])
    if text.strip():
        word = text.strip()
        found = found.filter(
            Q(name__icontains=word) | Q(department__name__icontains=word) | Q(filing_number__icontains=word)
        )
    return found.annotate(
        latest_state=Subquery(latest.values("state")[:1]),
        latest_purpose=Subquery(latest.values("purpose")[:1]),
        item_count=Count("live__items", distinct=True),
    )


def get_shown(*, actor: Actor, pk: int) -> Shown:
    """One system with the filing that the post sees. Raises NotFound."""
    found = System.objects.visible_to(actor).select_related("department__area", "live", "created_by__user")
    system = found.filter(pk=pk).first()
    if system is None:
        raise NotFound
    kept = System.objects.kept_by(actor).filter(pk=pk).exists()
    filing = _shown_filing(system, actor, kept)
    filing.system = system
    return Shown(system, filing, list(filing.items.all()), list(filing.areas.all()), kept)


def get_kept(*, actor: Actor, pk: int) -> Shown:
    """One of the post's own department, with its latest filing. Raises NotFound for anybody else's."""
    shown = get_shown(actor=actor, pk=pk)
    if not shown.kept:
        raise NotFound
    return shown


def get_at_desk(*, actor: Actor, pk: int) -> Shown:
    """One at the actor's desk, with what was handed in last. Raises NotFound for drafts and other areas."""
    if not System.objects.at_desk_of(actor).filter(pk=pk).exists():
        raise NotFound
    return get_shown(actor=actor, pk=pk)


def list_filings(shown: Shown, *, all_of_them: bool) -> list[Filing]:
    """The latest first; without `all_of_them` only those that were let in."""
    found = shown.system.filings.order_by("-number")
    return list(found if all_of_them else found.filter(state=Filing.State.ADMITTED))


def list_filings_to_decide(*, actor: Actor) -> QuerySet[Filing]:
    """What the post can decide now; not what its own user or department handed in."""
    waiting = list_waiting(actor=actor, kind=SYSTEM).order_by()
    return Filing.objects.filter(pk__in=waiting.values("subject_id"))


def list_filings_to_mend(*, actor: Actor) -> QuerySet[Filing]:
    """Filings of the post's department that the desk gave back."""
    kept = System.objects.kept_by(actor).order_by()
    return Filing.objects.filter(state=Filing.State.RETURNED, system__in=kept.values("pk"))


def list_opinions_to_give(*, actor: Actor) -> QuerySet[ApprovalReviewer]:
    """Systems of other departments that wait for the opinion of the post's department."""
    return list_to_review(actor=actor, kind=SYSTEM)


def list_opinions(*, actor: Actor) -> QuerySet[ApprovalReviewer]:
    """Every system on which the post's department was asked, the latest first, with request and department."""
    return list_reviewed(actor=actor, kind=SYSTEM)


def get_opinion(*, actor: Actor, pk: int) -> tuple[ApprovalReviewer, Shown]:
    """What the department was asked, and the filing it is about. Raises NotFound for what others were asked."""
    review = get_review(actor=actor, kind=SYSTEM, pk=pk)
    filings = Filing.objects.select_related("system__department__area", "system__live")
    filing = filings.get(pk=review.approval.subject_id)
    return review, Shown(filing.system, filing, list(filing.items.all()), list(filing.areas.all()), kept=False)


def get_approval_of(filing: Filing) -> Approval:
    """The approval of a filing that the caller may see."""
    return get_approval(kind=SYSTEM, subject_id=filing.pk)


def approval_of_filing() -> QuerySet[Approval]:
    """For a subquery over filings: the approval of each."""
    return Approval.objects.filter(kind=SYSTEM, subject_id=OuterRef("pk")).order_by()


def list_steps_of_filing() -> QuerySet[ApprovalStep]:
    """For a subquery over filings: the steps of each, the last first."""
    steps = ApprovalStep.objects.filter(approval__kind=SYSTEM, approval__subject_id=OuterRef("pk"))
    return steps.order_by("-number")


def _shown_filing(system: System, actor: Actor, kept: bool) -> Filing:
    if kept:
        return system.filings.order_by("-number")[0]
    if holds(actor, ADMIT_SYSTEMS):
        handed_in = system.filings.filter(state__in=HANDED_IN).order_by("-number").first()
        if handed_in is not None:
            return handed_in
    if system.live is None:
        raise NotFound
    return system.live
