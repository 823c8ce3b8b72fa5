"""Cells: save what was typed, confirm what was old, put back what was there."""

from collections.abc import Sequence

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError
from accounts.rights import FILL_REPORTS, require
from forms_engine.models import Report
from forms_engine.services.fill.desk import Desk
from forms_engine.services.fill.edits import Edit, SavedCell, SaveResult

MOST_EDITS = 5000


@transaction.atomic
def save_cells(*, actor: Actor, report: Report, edits: Sequence[Edit]) -> SaveResult:
    """Save what a worker typed or pasted. Good cells are written, the others come back with their reason.

    Raises ReportClosed, NotFound (no such row in the scope), DomainError (more than 5,000 cells at once).
    """
    require(actor, FILL_REPORTS)
    if len(edits) > MOST_EDITS:
        raise DomainError(f"一次最多粘贴 {MOST_EDITS} 格,请分几次粘贴。")
    desk = Desk(actor, report, {edit.subject_id for edit in edits})
    for edit in edits:
        desk.take(edit)
    desk.write()
    if desk.result.saved:
        record(actor, "report.cells_saved", report, cells=len(desk.result.saved))
    return desk.result


@transaction.atomic
def confirm_cells(*, actor: Actor, report: Report, cells: Sequence[tuple[int, str]]) -> list[SavedCell]:
    """Say that old (待核实) or doubtful (有差异) values are right as they are."""
    require(actor, FILL_REPORTS)
    desk = Desk(actor, report, {subject_id for subject_id, _ in cells})
    for subject_id, letter in cells:
        desk.confirm(subject_id, letter)
    desk.write()
    if desk.result.saved:
        record(actor, "report.cells_confirmed", report, cells=len(desk.result.saved))
    return desk.result.saved


@transaction.atomic
def undo_cell(*, actor: Actor, report: Report, subject_id: int, letter: str, seen: int) -> SavedCell:
    """Put the value back that the cell had at dispatch. Raises Conflict where it changed since `seen`."""
    require(actor, FILL_REPORTS)
    desk = Desk(actor, report, {subject_id})
    saved = desk.undo(subject_id, letter, seen)
    desk.write()
    record(actor, "report.cell_undone", report)
    return saved
