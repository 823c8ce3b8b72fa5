"""What departments returned about a subject, as a panel of its card: see `registry.card_panels`."""

from accounts.actors import Actor
from accounts.rights import MARK_RECORDS, holds
from data_return.models import GrantUse
from data_return.selectors.returned import list_returned, records_about
from data_return.services.uses import note_reading
from registry.card_panels import Panel
from registry.models.base import Subject


def find_panel(actor: Actor, entity: str, subject: Subject) -> Panel | None:
    """None where the post reads no record about the subject: it is not told whether there is one."""
    returned = list_returned(actor=actor, records=records_about(actor, entity, subject))
    if not returned:
        return None
    return Panel(
        "data_return/_card_panel.html",
        {"returned": returned, "marks": holds(actor, MARK_RECORDS)},
        lambda: note_reading(actor=actor, how=GrantUse.How.CARD, returned=returned),
    )
