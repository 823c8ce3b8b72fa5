"""Taking one step of an approval: lock, table, trace, hook, audit line, all in the caller's transaction."""

from typing import Any

from django.utils.timezone import now

from accounts.actors import Actor
from accounts.approvals.refusals import StepTaken
from accounts.approvals.rules import DECISIONS, Action, Side, next_state
from accounts.audit import record
from accounts.errors import NotFound
from accounts.models import Approval, ApprovalStep

MOVING = ("title", "state", "round", "version", "due_on", "submitted_at", "decided_at")


def lock(approval: Approval) -> Approval:
    """The row as it is now, held until the transaction ends: of two steps at once the second waits and sees the first.

    Whoever also locks the subject locks it after this row, so that no two wait for each other.
    """
    found = Approval.objects.select_for_update(of=("self",)).select_related("requester").filter(pk=approval.pk).first()
    if found is None:
        raise NotFound
    return found


def check_move(approval: Approval, action: Action, seen: int) -> None:
    """Raise StepTaken where the table has no such step, or the actor decided on something older than there is."""
    if next_state(approval.state, action) is None:
        raise StepTaken(
            f"“{approval.title}”现在是“{approval.get_state_display()}”,刚才的一步没有生效。请刷新页面后再看。"
        )
    if seen != approval.version:
        raise StepTaken(f"“{approval.title}”在您打开页面以后有了新的进展,刚才的一步没有生效。请刷新页面后再办。")


def move(
    actor: Actor, approval: Approval, action: Action, note: str = "", /, side: Side | None = None, **terms: Any
) -> None:
    """Take a step that was checked. side: whose decision it is. terms go to the hook of the kind."""
    approval.state = next_state(approval.state, action) or approval.state
    approval.decided_at = now() if action in DECISIONS else None
    leave_trace(actor, approval, action, note, side)
    told = approval.rules.run_hook(action, actor, approval, **terms)
    audit(actor, approval, action, **told)


def leave_trace(actor: Actor, approval: Approval, action: Action, note: str = "", side: Side | None = None) -> None:
    """Save the row as the next version, and the step that made it."""
    approval.version += 1
    approval.save(update_fields=MOVING)
    ApprovalStep.objects.create(
        approval=approval,
        number=approval.version,
        round=approval.round,
        action=action,
        state=approval.state,
        side=side or "",
        post_id=actor.post_id,
        note=note.strip()[:500],
        at=now(),
    )


def audit(actor: Actor, approval: Approval, action: Action, **details: Any) -> None:
    """The line names the subject, so that an auditor finds it under what was decided."""
    kind = approval.rules
    subject = kind.subject(pk=approval.subject_id)
    record(actor, kind.audit_name(action), subject, approval=approval.pk, round=approval.round, **details)
