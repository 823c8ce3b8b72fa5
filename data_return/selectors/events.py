"""Reads of events: the door of an address, and what was said at the door of a dataset."""

import uuid

from data_return.models import Dataset, DatasetEvent, EventDoor

SHOWN = 20


def find_open_door(ticket: uuid.UUID) -> EventDoor | None:
    """By the address that a system called; None where there is none or it is closed."""
    return EventDoor.objects.select_related("dataset").filter(ticket=ticket, is_on=True).first()


def find_door(dataset: Dataset) -> EventDoor | None:
    """Of a dataset that the caller may change."""
    return EventDoor.objects.filter(dataset=dataset).first()


def list_events(dataset: Dataset) -> list[DatasetEvent]:
    """The latest first."""
    return list(DatasetEvent.objects.filter(door__dataset=dataset).order_by("-pk")[:SHOWN])


def list_doors_with_events() -> list[int]:
    """Doors at which an event waits, the oldest first."""
    waiting = DatasetEvent.objects.filter(state=DatasetEvent.State.WAITING).order_by("pk")
    return list(dict.fromkeys(waiting.values_list("door_id", flat=True)[:1000]))
