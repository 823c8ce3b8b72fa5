"""Seeing one masked cell of a report in full (查看完整信息), as a worker must who confirms a number."""

from django.db import transaction

from accounts.actors import Actor
from accounts.errors import DomainError
from forms_engine.models import Report
from forms_engine.selectors.cells import get_cell, get_column
from forms_engine.selectors.grid import get_lens
from registry.catalogue import model_of
from registry.services.unmasking import unmask


@transaction.atomic
def unmask_cell(*, actor: Actor, report: Report, subject_id: int, letter: str, token: str, reason: str) -> None:
    """Let one session read the item of one cell in full. What the card would show of the subject is opened with it.

    Raises NotFound for a row outside the scope, DomainError for a cell that is not masked, and what `unmask` raises.
    """
    lens = get_lens(actor=actor, report=report)
    column = get_column(lens, letter)
    get_cell(lens=lens, report=report, subject_id=subject_id, letter=letter)
    if column.item is None or not lens.masks(column):
        raise DomainError("这一格没有脱敏,不用查看完整信息。")
    entity = report.dispatch.version.subject
    subject = model_of(entity)(pk=subject_id)
    unmask(actor=actor, token=token, entity=entity, subject=subject, items=[column.item.code], reason=reason)
