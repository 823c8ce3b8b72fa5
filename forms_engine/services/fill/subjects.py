"""Subjects of a report: add whom the roster missed, take out whom it should not hold."""

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.rights import FILL_REPORTS, require
from forms_engine.models import Report, ReportRow
from forms_engine.services.fill.gate import enter
from forms_engine.services.prefill import get_roster, insert_subject
from registry.catalogue import model_of


@transaction.atomic
def add_subject(*, actor: Actor, report: Report, subject_id: int, reason: str) -> ReportRow:
    """Add somebody of the registry whom the roster missed. Raises NotFound outside the scope, Conflict if listed."""
    require(actor, FILL_REPORTS)
    enter(report)
    roster = get_roster(report.dispatch, actor=actor)
    if not model_of(roster.version.subject)._default_manager.visible_to(actor).filter(pk=subject_id).exists():  # type: ignore[attr-defined]
        raise NotFound("登记库中没有找到这个对象,请先在“居民与房屋”中登记。")
    if not insert_subject(roster, report, subject_id, _reason(reason)):
        raise Conflict("名册中已有这个对象。如果之前移出过,请在“已移出”中恢复。")
    record(actor, "report.subject_added", report, subject=subject_id)
    return ReportRow.objects.get(report=report, subject_id=subject_id)


@transaction.atomic
def remove_subject(*, actor: Actor, report: Report, subject_id: int, reason: str) -> None:
    """Take a row out of the roster; it stays kept and can be restored."""
    _mark(actor, report, subject_id, ReportRow.State.REMOVED, _reason(reason))
    record(actor, "report.subject_removed", report, subject=subject_id)


@transaction.atomic
def restore_subject(*, actor: Actor, report: Report, subject_id: int) -> None:
    """Put a removed row back."""
    _mark(actor, report, subject_id, ReportRow.State.LISTED, "")
    record(actor, "report.subject_restored", report, subject=subject_id)


def _mark(actor: Actor, report: Report, subject_id: int, state: str, reason: str) -> None:
    require(actor, FILL_REPORTS)
    enter(report)
    rows = ReportRow.objects.visible_to(actor).filter(report=report, subject_id=subject_id)
    if not rows.select_for_update().exists():
        raise NotFound("这一行不在您的名册中,请刷新页面。")
    rows.update(state=state, reason=reason)


def _reason(text: str) -> str:
    if not text.strip():
        raise DomainError("请填写原因。", field="reason")
    return text.strip()[:200]
