"""Seeing masked cells of a report in full (查看完整信息), as a worker must who confirms a number."""

from collections.abc import Sequence

from django.db import transaction

from accounts.actors import Actor
from accounts.errors import DomainError
from forms_engine.models import Report
from forms_engine.selectors.cells import get_column
from forms_engine.selectors.grid import get_lens
from forms_engine.selectors.roster import get_row
from registry.catalogue import model_of
from registry.services.unmasking import unmask


@transaction.atomic
def unmask_cell(*, actor: Actor, report: Report, subject_id: int, letter: str, token: str, reason: str) -> None:
    """Let one session read the item of one cell in full. What the card would show of the subject is opened with it.

    Raises NotFound for a row outside the scope, DomainError for a cell that is not masked, and what `unmask` raises.
    """
    unmask_cells(actor=actor, report=report, subject_id=subject_id, letters=[letter], token=token, reason=reason)


@transaction.atomic
def unmask_cells(
    *, actor: Actor, report: Report, subject_id: int, letters: Sequence[str], token: str, reason: str
) -> None:
    """The same for several cells of one row; it counts once."""
    lens = get_lens(actor=actor, report=report)
    columns = [get_column(lens, letter) for letter in letters]
    get_row(actor=actor, report=report, subject_id=subject_id)
    codes = [column.item.code for column in columns if column.item is not None and lens.masks(column)]
    if not codes or len(codes) < len(letters):
        raise DomainError("这一格没有脱敏,不用查看完整信息。")
    entity = report.dispatch.version.subject
    subject = model_of(entity)(pk=subject_id)
    unmask(actor=actor, token=token, entity=entity, subject=subject, items=codes, reason=reason)
