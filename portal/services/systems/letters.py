"""The desk writes to the owner of a system that is hardly used; the owner answers, or lets the system go."""

from django.db import transaction
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.approvals.clock import add_working_days
from accounts.approvals.refusals import NeedsNote
from accounts.audit import record
from accounts.errors import Conflict, NotFound
from accounts.rights import ADMIT_SYSTEMS, APPLY_SYSTEMS, require
from portal.models import System, SystemLetter
from portal.selectors.low_use import get_letter, get_low_use, window_before
from registry.filing_numbers import next_filing_number

Kind = SystemLetter.Kind
DAYS = {Kind.REMINDER: 10, Kind.SUPERVISION: 5}
"""Working days that the department has for its answer."""
MARKS = {Kind.REMINDER: "TX", Kind.SUPERVISION: "DB"}
"""In the numbers of letters: CM-TX-2026-0001."""


@transaction.atomic
def issue_letter(*, actor: Actor, pk: int, kind: str, note: str = "") -> SystemLetter:
    """pk: of a system that is hardly used. Raises NotFound, Conflict.

    A supervision letter follows a reminder that was not answered in time, or that changed nothing.
    """
    require(actor, ADMIT_SYSTEMS)
    today = localdate()
    System.objects.select_for_update(no_key=True).filter(pk=pk).first()
    system = get_low_use(actor=actor, pk=pk, today=today)
    last = SystemLetter.objects.filter(system=system).order_by("-pk").first()
    _check(last, Kind(kind))
    window = window_before(today)
    letter = SystemLetter.objects.create(
        system=system,
        kind=kind,
        filing_number=next_filing_number(
            system.department.area_id, today.year, of=SystemLetter, mark=MARKS[Kind(kind)]
        ),
        since=window.since,
        until=window.until,
        launches=system.entries,  # type: ignore[attr-defined]
        note=note.strip()[:300],
        issued_by_id=actor.post_id,
        issued_on=today,
        due_on=add_working_days(today, DAYS[Kind(kind)]),
    )
    record(actor, "system.letter_issued", letter, system=system.pk, kind=kind)
    return letter


@transaction.atomic
def answer_letter(*, actor: Actor, pk: int, answer: str) -> SystemLetter:
    """For the department of the system. Raises NotFound, NeedsNote, and Conflict once it was answered."""
    require(actor, APPLY_SYSTEMS)
    letter = get_letter(actor=actor, pk=pk)
    if not System.objects.kept_by(actor).filter(pk=letter.system_id).exists():
        raise NotFound
    if not answer.strip():
        raise NeedsNote("请写明使用少的原因和打算怎么办。", field="answer")
    changed = (
        SystemLetter.objects.waiting()
        .filter(pk=pk)
        .update(answer=answer.strip()[:500], answered_by_id=actor.post_id, answered_on=localdate())
    )
    if not changed:
        raise Conflict("这份函件已经答复过,或者已有后一份函件。请刷新后再看。")
    record(actor, "system.letter_answered", letter, system=letter.system_id)
    letter.refresh_from_db()
    return letter


def _check(last: SystemLetter | None, kind: SystemLetter.Kind) -> None:
    if kind == Kind.SUPERVISION and last is None:
        raise Conflict("先发提醒函:没有提醒过的系统不能直接督办。")
    if last is not None and last.answered_on is None and (kind == Kind.REMINDER or last.due_on >= localdate()):
        raise Conflict(f"{last.get_kind_display()}正在等部门答复({last.due_on:%m-%d} 截止)。")
