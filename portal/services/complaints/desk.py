"""The desk of the discipline office: accept, ask, hand over, verify, publish; and the department that answers.

seen: version of the complaint that the actor's page showed. Raised by all: Conflict for a step that was taken already,
NotFound outside the district, for whoever has a part in it, and for another department's.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError
from accounts.models import Department, Post
from accounts.rights import ANSWER_COMPLAINTS, HANDLE_COMPLAINTS, require
from portal.complaints.rules import ANSWER_DAYS, MOST_ANSWER_DAYS, Action, Finding, plain_name
from portal.models import Complaint
from portal.selectors.complaints import get_reporter
from portal.services.complaints.steps import LONGEST, lock, require_words, take, write_step


class TellsWho(DomainError):
    """Words for others that name the reporter, or whom it is about."""

    code = "tells_who"


@transaction.atomic
def accept_complaint(*, actor: Actor, pk: int, seen: int, note: str = "") -> Complaint:
    complaint = _at_desk(actor, pk)
    take(complaint, Action.ACCEPT, seen=seen, actor=actor, note=note)
    return _said(actor, complaint, Action.ACCEPT)


@transaction.atomic
def reject_complaint(*, actor: Actor, pk: int, seen: int, note: str) -> Complaint:
    """The end: not taken up, with a reason that the reporter reads (NeedsWords)."""
    complaint = _at_desk(actor, pk)
    note = require_words(note, "不予受理要写明理由,举报人会看到。")
    take(complaint, Action.REJECT, seen=seen, actor=actor, note=note)
    return _said(actor, complaint, Action.REJECT)


@transaction.atomic
def ask_reporter(*, actor: Actor, pk: int, seen: int, note: str) -> Complaint:
    """A question that the reporter finds by the receipt code, or among the own complaints (NeedsWords)."""
    complaint = _at_desk(actor, pk)
    take(complaint, Action.ASK, seen=seen, actor=actor, note=require_words(note, "请写明要举报人补充什么。"))
    return _said(actor, complaint, Action.ASK)


@transaction.atomic
def hand_over(
    *, actor: Actor, pk: int, seen: int, department: Department, note: str, days: int = ANSWER_DAYS,
    evidence: Collection[int] = (),
) -> Complaint:  # fmt: skip
    """Ask a department, in the office's own words, for an answer within `days` working days.

    The department does not read what was reported, only these words and the photos in `evidence`. Raises NeedsWords,
    TellsWho where the words name the reporter.
    """
    complaint = _at_desk(actor, pk)
    note = require_words(note, "请写明要部门核实和答复什么。部门看不到举报原文。")
    _keep_reporter_out(complaint, note, field="note")
    complaint.handed_to = department
    complaint.evidence.exclude(pk__in=evidence).update(for_department=False)
    complaint.evidence.filter(pk__in=evidence).update(for_department=True)
    days = max(1, min(days, MOST_ANSWER_DAYS))
    take(complaint, Action.HAND, seen=seen, actor=actor, note=note, department=department, days=days)
    return _said(actor, complaint, Action.HAND, department=department.pk)


@transaction.atomic
def send_back(*, actor: Actor, pk: int, seen: int, note: str, days: int = ANSWER_DAYS) -> Complaint:
    """The answer does not do: once more, with a new clock (NeedsWords, TellsWho)."""
    complaint = _at_desk(actor, pk)
    note = require_words(note, "请写明答复哪里不够,部门会看到。")
    _keep_reporter_out(complaint, note, field="note")
    days = max(1, min(days, MOST_ANSWER_DAYS))
    take(complaint, Action.SEND_BACK, seen=seen, actor=actor, note=note, department=complaint.handed_to, days=days)
    return _said(actor, complaint, Action.SEND_BACK)


@transaction.atomic
def close_complaint(*, actor: Actor, pk: int, seen: int, finding: Finding, note: str) -> Complaint:
    """What was found out (核实); the reporter reads the words (NeedsWords)."""
    complaint = _at_desk(actor, pk)
    complaint.finding = finding
    take(complaint, Action.CLOSE, seen=seen, actor=actor, note=require_words(note, "请写明怎么核实的、结果怎样。"))
    return _said(actor, complaint, Action.CLOSE, code=finding.value)


@transaction.atomic
def publish_answer(*, actor: Actor, pk: int, seen: int, note: str) -> Complaint:
    """Words that everybody of the district reads. Raises NeedsWords, TellsWho."""
    complaint = _at_desk(actor, pk)
    note = require_words(note, "请写明公开的答复。")
    _keep_reporter_out(complaint, note, field="note")
    complaint.public_text, complaint.published_on = note[:LONGEST], localdate()
    take(complaint, Action.PUBLISH, seen=seen, actor=actor, note=note)
    return _said(actor, complaint, Action.PUBLISH)


@transaction.atomic
def retract_answer(*, actor: Actor, pk: int, seen: int) -> Complaint:
    """Take the published answer off again."""
    complaint = _at_desk(actor, pk)
    take(complaint, Action.RETRACT, seen=seen, actor=actor)
    return _said(actor, complaint, Action.RETRACT)


@transaction.atomic
def answer_inquiry(*, actor: Actor, pk: int, seen: int, note: str) -> Complaint:
    """For the department that was asked (NeedsWords). The answer goes to the office, not to the reporter."""
    require(actor, ANSWER_COMPLAINTS)
    complaint = lock(Complaint.objects.handed_to(actor), pk)
    note = require_words(note, "请写明核实的情况和整改措施。")
    take(complaint, Action.ANSWER, seen=seen, actor=actor, note=note, department=complaint.handed_to)
    return _said(actor, complaint, Action.ANSWER)


@transaction.atomic
def open_reporter_of(*, actor: Actor, pk: int, reason: str) -> Post:
    """Who reported, of one under a name, for a reason that stays in the trace and that the reporter reads.

    Raises NotFound for one without a name, NeedsWords.
    """
    complaint = _at_desk(actor, pk)
    reporter = get_reporter(complaint)
    if not reason.strip():
        raise DomainError("请写明为什么要查看举报人。", field="reason")
    complaint.version += 1
    complaint.save(update_fields=["version"])
    write_step(complaint, Action.OPEN, actor=actor, note=reason)
    record(actor, "complaint.reporter_opened", complaint, purpose=reason)
    return reporter


def _at_desk(actor: Actor, pk: int) -> Complaint:
    require(actor, HANDLE_COMPLAINTS)
    return lock(Complaint.objects.at_desk_of(actor), pk)


def _said(actor: Actor, complaint: Complaint, action: Action, **details: Any) -> Complaint:
    record(actor, f"complaint.{action.value}", complaint, **details)
    return complaint


def _keep_reporter_out(complaint: Complaint, text: str, *, field: str) -> None:
    """What others read names neither the reporter nor the reporter's village. Raises TellsWho."""
    if not complaint.is_named:
        return
    reporter = get_reporter(complaint)
    plain = plain_name(text)
    if plain_name(reporter.user.full_name) in plain:
        raise TellsWho("这段话里有举报人的姓名,会让别人知道是谁举报的。请改写后再提交。", field=field)
    if complaint.area_id != reporter.area_id and plain_name(reporter.area.name) in plain:
        raise TellsWho("这段话里有举报人所在的村居,会让别人猜到是谁举报的。请改写后再提交。", field=field)
