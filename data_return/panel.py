"""What departments returned about a subject, as a panel of its card, and the way to why: see `registry.card_panels`."""

from django.urls import reverse

from accounts.actors import Actor
from accounts.rights import MARK_RECORDS, holds
from data_return.models import GrantUse
from data_return.selectors.returned import list_returned, records_about
from data_return.services.uses import note_reading
from registry.card_panels import Panel
from registry.models.base import Subject
from registry.next_steps import NextStep


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


def find_why_panel(actor: Actor, entity: str, subject: Subject) -> Panel:
    """The way to the reasons: on every card, whether or not there is a record."""
    url = reverse(f"data_return:why_{entity}", args=[subject.pk])
    return Panel("data_return/_card_why.html", {"url": url}, lambda: None)


def find_why_step(actor: Actor) -> NextStep | None:
    """What to do about a list of subjects that came out empty."""
    return NextStep(reverse("data_return:why_find"), "为什么看不到?按号码或地址查")
