"""Reads of what happened to the tags of a subject."""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from accounts.actors import Actor
from registry.models.base import Subject
from tagging.models import TagEvent


@dataclass(slots=True)
class Held:
    """since: the day the tag came last; looked_on: the day somebody, or the rule, vouched for it last."""

    since: date
    looked_on: date


def list_held(actor: Actor, entity: str, subject: Subject) -> dict[int, Held]:
    """Key of each tag that the subject ever had -> its last time. One query."""
    held: dict[int, Held] = {}
    for event in TagEvent.objects.visible_to(actor).of(entity, subject).order_by("pk"):
        day = localdate(event.at)
        held |= {key: Held(day, day) for key in event.gained}
        for key in event.checked:
            held.setdefault(key, Held(day, day)).looked_on = day
    return held
