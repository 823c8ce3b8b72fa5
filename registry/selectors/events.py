"""Reads of events (事)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from accounts.actors import Actor
from accounts.codes import Range
from accounts.errors import NotFound
from registry.models import Event, EventPerson, EventPhoto, EventStep, Person


@dataclass(frozen=True, slots=True)
class EventFilter:
    """since, until: days of occurrence in Asia/Shanghai, both included."""

    state: str = ""
    category: str = ""
    area: Range | None = None
    since: date | None = None
    until: date | None = None


def list_events(*, actor: Actor, wanted: EventFilter) -> QuerySet[Event]:
    """Events the actor may see, reporter joined: no query per row. Unordered: paging orders."""
    found: QuerySet[Event] = Event.objects.visible_to(actor).select_related("reporter__user")
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.category:
        found = found.filter(category=wanted.category)
    if wanted.area:
        found = found.filter(area_code__range=wanted.area)
    if wanted.since:
        found = found.filter(occurred_at__date__gte=wanted.since)
    return found.filter(occurred_at__date__lte=wanted.until) if wanted.until else found


def count_by_state(*, actor: Actor) -> dict[str, int]:
    """How many events stand in each state; states without any are 0. One query."""
    counted = Event.objects.visible_to(actor).values_list("state").annotate(n=Count("pk")).order_by()
    return dict.fromkeys(Event.State.values, 0) | dict(counted)


def get_event(*, actor: Actor, pk: int) -> Event:
    """Raises NotFound outside the scope and where there is none."""
    found: Event | None = (
        Event.objects.visible_to(actor).select_related("reporter__user", "handler__user").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound
    return found


def list_steps(event: Event) -> list[EventStep]:
    return list(EventStep.objects.filter(event_id=event.pk).select_related("post__user", "post__area").order_by("pk"))


def list_photo_ids(event: Event) -> list[int]:
    return list(EventPhoto.objects.filter(event_id=event.pk).order_by("pk").values_list("pk", flat=True))


def get_photo(*, actor: Actor, event_pk: int, pk: int) -> EventPhoto:
    """Raises NotFound outside the scope, and for a photo of another event."""
    found: EventPhoto | None = EventPhoto.objects.visible_to(actor).filter(event_id=event_pk, pk=pk).first()
    if found is None:
        raise NotFound
    return found


def list_people_of_event(*, actor: Actor, event: Event) -> list[Person]:
    """People concerned whom the actor may see themselves: an event in sight opens no person out of sight."""
    links = EventPerson.objects.filter(event_id=event.pk).values("person_id")
    return list(Person.objects.visible_to(actor).filter(pk__in=links).order_by("pk"))


def list_events_of_person(*, actor: Actor, person: Person, most: int = 20) -> list[Event]:
    links = EventPerson.objects.filter(person_id=person.pk).values("event_id")
    return list(Event.objects.visible_to(actor).filter(pk__in=links).order_by("-occurred_at", "-pk")[:most])


def list_ledger(*, events: QuerySet[Event], most: int) -> list[Event]:
    """Events of a ledger (台账) in order of occurrence, with `steps` and people prefetched: four queries in all."""
    found = events.select_related("handler__user").prefetch_related("steps", "people")
    return list(found.order_by("occurred_at", "pk")[:most])
