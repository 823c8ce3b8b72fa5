"""Reads of what happened to the tags of a subject."""

from datetime import date

from django.utils.timezone import localdate

from accounts.actors import Actor
from registry.models.base import Subject
from tagging.models import TagEvent


def since_of(actor: Actor, entity: str, subject: Subject) -> dict[int, date]:
    """Day on which each tag came last."""
    events = TagEvent.objects.visible_to(actor).of(entity, subject)
    return {tag: localdate(event.at) for event in events.order_by("pk") for tag in event.gained}
