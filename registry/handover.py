"""What of the registry is open in a post's name: events in hand, and events returned to their reporter."""

from django.db.models import F, QuerySet

from accounts.actors import Actor
from accounts.codes import district_of
from accounts.handover import OpenWork, register
from registry.models import Event, EventStep

RESPONSIBLE = {Event.State.HANDLING: "handler_id", Event.State.RETURNED: "reporter_id"}
"""State of an open event -> whose turn it is."""
NOTE = "工作交接"


def _count(actor: Actor, state: Event.State) -> int:
    return int(_open(actor, state).count())


def _hand(giver: Actor, taker: Actor, state: Event.State) -> int:
    """The events go on in the taker's name; a step in each one's history says so."""
    events = list(_open(giver, state).select_for_update(of=("self",)).values_list("pk", "area_code"))
    EventStep.objects.bulk_create(
        EventStep(
            event_id=pk, area_code=area, district=district_of(area), state=state, post_id=taker.post_id, note=NOTE
        )
        for pk, area in events
    )
    found = Event.objects.filter(pk__in=[pk for pk, _ in events])
    found.update(**{RESPONSIBLE[state]: taker.post_id, "version": F("version") + 1})
    return len(events)


def _open(actor: Actor, state: Event.State) -> QuerySet[Event]:
    found: QuerySet[Event] = Event.objects.visible_to(actor).filter(state=state, **{RESPONSIBLE[state]: actor.post_id})
    return found


def _kind(code: str, label: str, state: Event.State) -> OpenWork:
    return OpenWork(code, label, lambda actor: _count(actor, state), lambda giver, taker: _hand(giver, taker, state))


register(_kind("registry.handled_events", "处理中的事件", Event.State.HANDLING))
register(_kind("registry.returned_events", "退回待重报的事件", Event.State.RETURNED))
