"""Tags on the card of a person and in the filter of the list, as `registry.person_marks` asks for them."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.rights import VIEW_TAGS, holds
from registry.models import Person
from registry.person_marks import Mark, MarkSource
from tagging.models import Kind, PersonTags, Tag, TagEvent
from tagging.models.catalogue import TagQuerySet


def list_marks(actor: Actor, person: Person) -> list[Mark]:
    """Tags of the person that the post may know, by name, each with the day it came. One query where there are none."""
    row = PersonTags.objects.visible_to(actor).filter(district=person.district, person_id=person.pk).first()
    if row is None or not row.tags or not holds(actor, VIEW_TAGS):
        return []
    tags = list(_readable(actor).filter(pk__in=row.tags))
    since = _since(actor, person) if tags else {}
    return [Mark(tag.name, tag.colour, reverse("tagging:tag_detail", args=[tag.pk]), since.get(tag.pk)) for tag in tags]


def list_choices(actor: Actor) -> Mapping[str, str]:
    """Dynamic tags in use that the post may know. One query."""
    if not holds(actor, VIEW_TAGS):
        return {}
    return {tag.code: tag.name for tag in _readable(actor).filter(kind=Kind.DYNAMIC)}


def carrying(code: str) -> Q:
    """People who carry the tag of that code."""
    own = PersonTags.objects.filter(district=OuterRef("district"), person_id=OuterRef("pk"))
    return Q(Exists(own.filter(tags__contains=[int(code.removeprefix("T"))])))


SOURCE = MarkSource(list_marks, list_choices, carrying)


def _readable(actor: Actor) -> TagQuerySet:
    """Live tags that reach into the scope, up to the standing clearance."""
    return Tag.objects.visible_to(actor).live().filter(level__lte=actor.at_standing().clearance)


def _since(actor: Actor, person: Person) -> dict[int, date]:
    """Day on which each tag came last."""
    events = TagEvent.objects.visible_to(actor).filter(district=person.district, person_id=person.pk)
    return {tag: localdate(event.at) for event in events.order_by("pk") for tag in event.gained}
