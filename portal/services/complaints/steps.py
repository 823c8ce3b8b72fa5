"""How a step of a complaint is taken: locked, by the one table, with its clock and its sealed words."""

from datetime import date
from typing import Any

from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.approvals.clock import add_working_days
from accounts.errors import Conflict, DomainError, NotFound
from accounts.models import Department
from portal.complaints.rules import CLOCKS, Action, State, next_state
from portal.complaints.secrecy import seal_words
from portal.models import Complaint, ComplaintStep
from portal.models.complaints import ComplaintQuerySet

LONGEST = 1000


class NeedsWords(DomainError):
    """The step has to be explained; its field is `note`."""

    code = "needs_note"


def lock(among: ComplaintQuerySet, pk: int) -> Complaint:
    """One of those that the actor may act on. Raises NotFound."""
    if not among.filter(pk=pk).exists():
        raise NotFound
    return Complaint.objects.select_for_update(of=("self",)).get(pk=pk)


def take(
    complaint: Complaint,
    action: Action,
    *,
    seen: int,
    actor: Actor | None,
    note: str = "",
    department: Department | None = None,
    days: int | None = None,
) -> None:
    """Move the locked complaint, start its clock, write the step. Raises Conflict for a stale or illegal one.

    actor: None for the reporter, who is not to be known. department: whom the step is about or who took it.
    days: working days of the clock that begins, where the table has none.
    """
    after = next_state(complaint.state, action)
    if after is None or complaint.version != seen:
        raise Conflict(f"这一件现在是“{complaint.get_state_display()}”,刚才的一步没有生效。请刷新页面后再看。")
    ran_until = complaint.due_on
    if after != complaint.state or days is not None:
        complaint.due_on = _due_on(after, days)
    complaint.state, complaint.version = after, complaint.version + 1
    complaint.save(update_fields=["state", "version", "due_on", "handed_to", "finding", "public_text", "published_on"])
    write_step(complaint, action, actor=actor, note=note, department=department, due_on=ran_until)


def write_step(complaint: Complaint, action: Action, *, actor: Actor | None, note: str = "", **more: Any) -> None:
    """The trace. A reporter's step has a day and no time, and its line in the audit log waits for the night."""
    ComplaintStep.objects.create(
        complaint_id=complaint.pk,
        number=complaint.version,
        action=action,
        post_id=actor.post_id if actor else None,
        sealed_note=seal_words(complaint.pk, note.strip()[:LONGEST]),
        on=localdate(),
        at=now() if actor else None,
        audit_due=actor is None,
        **more,
    )


def require_words(note: str, sentence: str) -> str:
    """The words, stripped. Raises NeedsWords."""
    if not note.strip():
        raise NeedsWords(sentence, field="note")
    return note.strip()


def _due_on(state: State, days: int | None) -> date | None:
    days = CLOCKS.get(state) if days is None else days
    return None if days is None else add_working_days(localdate(), days)
