"""Fill (填报): every edit is saved at once; two workers never silently overwrite each other."""

from forms_engine.services.fill.cells import confirm_cells, save_cells, undo_cell
from forms_engine.services.fill.edits import ConflictCell, Edit, RefusedCell, SavedCell, SaveResult
from forms_engine.services.fill.gate import ReportClosed, enter
from forms_engine.services.fill.subjects import add_subject, remove_subject, restore_subject
from forms_engine.services.fill.submit import Gap, GapsLeft, find_gaps, submit_report

__all__ = [
    "ConflictCell",
    "Edit",
    "Gap",
    "GapsLeft",
    "RefusedCell",
    "ReportClosed",
    "SaveResult",
    "SavedCell",
    "add_subject",
    "confirm_cells",
    "enter",
    "find_gaps",
    "remove_subject",
    "restore_subject",
    "save_cells",
    "submit_report",
    "undo_cell",
]
