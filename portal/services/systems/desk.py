"""The admission desk for systems (村居信息系统联审准入). The steps are those of `accounts.approvals`.

seen: version of the approval that the actor's page showed. Raised by all: Conflict for a step that was taken already,
NotAllowed for the requesting side, NotFound.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.approvals.refusals import NeedsNote
from accounts.approvals.reviews import give_opinion, invite_reviewers
from accounts.approvals.rules import Opinion
from accounts.audit import record
from accounts.errors import Conflict
from accounts.farewells import tell_sessions_ended
from accounts.models import ApprovalReviewer, Department
from accounts.rights import ADMIT_SYSTEMS, require
from portal.models import Filing, System
from portal.selectors.systems import get_approval_of
from portal.services.systems.filings import title_of

State = System.State


def submit_filing(*, actor: Actor, filing: Filing, seen: int) -> None:
    """Hand it to the desk. Raises NotReady with everything that is lacking or forbidden."""
    approvals.submit(actor=actor, approval=get_approval_of(filing), seen=seen, title=title_of(filing))


def withdraw_filing(*, actor: Actor, filing: Filing, seen: int) -> None:
    """Take it back before it is decided."""
    approvals.withdraw(actor=actor, approval=get_approval_of(filing), seen=seen)


def return_filing(*, actor: Actor, filing: Filing, seen: int, note: str) -> None:
    """Back to the department with what is missing. Raises NeedsNote."""
    approvals.return_(actor=actor, approval=get_approval_of(filing), seen=seen, note=note)


def refuse_filing(*, actor: Actor, filing: Filing, seen: int, note: str) -> None:
    """The end: no. A system that is in use goes on as it was. Raises NeedsNote."""
    approvals.refuse(actor=actor, approval=get_approval_of(filing), seen=seen, note=note)


def admit_filing(*, actor: Actor, filing: Filing, seen: int, note: str = "", valid_until: date | None = None) -> None:
    """Let the system in, let it change, or let it go. valid_until: of a system that goes on.

    Raises NeedsNote for a day before today (its field is valid_until), ReviewRunning while opinions are awaited.
    """
    if not filing.is_closure and (valid_until is None or valid_until < localdate()):
        raise NeedsNote("请写明有效期,不能早于今天。", field="valid_until")
    approvals.approve(actor=actor, approval=get_approval_of(filing), seen=seen, note=note, valid_until=valid_until)


def invite_to_filing(
    *, actor: Actor, filing: Filing, departments: Sequence[Department], days: int, seen: int
) -> list[ApprovalReviewer]:
    """Ask departments for their opinion (联审) within `days` working days. Raises NotAReviewer."""
    approval = get_approval_of(filing)
    return invite_reviewers(actor=actor, approval=approval, seen=seen, days=days, departments=departments)


def give_opinion_on_filing(*, actor: Actor, filing: Filing, opinion: Opinion, text: str, seen_round: int) -> None:
    """The opinion of the actor's department. Raises NeedsNote (its field is `text`), ReviewOver."""
    give_opinion(actor=actor, approval=get_approval_of(filing), seen_round=seen_round, opinion=opinion, text=text)


@transaction.atomic
def suspend_system(*, actor: Actor, system: System, reason: str) -> None:
    """Nobody enters it from now on, and who is in is sent out. Raises NeedsNote, Conflict, NotFound, NotAllowed."""
    locked = _lock(actor, system)
    if locked.state != State.ADMITTED:
        raise Conflict(f"系统现在是“{locked.get_state_display()}”,不能暂停。请刷新后再看。")
    if not reason.strip():
        raise NeedsNote("请写明暂停的原因,部门和村居会看到。", field="reason")
    locked.state, locked.suspended_for = State.SUSPENDED, reason.strip()[:200]
    locked.save(update_fields=["state", "suspended_for"])
    record(actor, "system.suspended", locked, purpose=locked.suspended_for)
    tell_sessions_ended()


@transaction.atomic
def resume_system(*, actor: Actor, system: System) -> None:
    """Let a suspended system go on. Raises Conflict, NotFound, NotAllowed."""
    locked = _lock(actor, system)
    if locked.state != State.SUSPENDED:
        raise Conflict(f"系统现在是“{locked.get_state_display()}”,不用恢复。请刷新后再看。")
    locked.state, locked.suspended_for = State.ADMITTED, ""
    locked.save(update_fields=["state", "suspended_for"])
    record(actor, "system.resumed", locked)


def _lock(actor: Actor, system: System) -> System:
    locked = System.objects.select_for_update(of=("self",)).select_related("department").get(pk=system.pk)
    require(actor, ADMIT_SYSTEMS, locked.department.area_id)
    return locked
