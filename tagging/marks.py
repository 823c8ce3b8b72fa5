"""Tags on the card of a subject and in the filter of its list, as `registry.marks` asks for them."""

from collections.abc import Mapping

from django.db.models import Q
from django.urls import reverse

from accounts.actors import Actor
from accounts.rights import ATTACH_TAGS, VIEW_TAGS, holds
from registry.marks import Mark, MarkSource
from registry.models.base import Subject
from tagging.carrying import carries
from tagging.codes import key_of
from tagging.models import SubjectTags, Tag
from tagging.selectors.catalogue import readable_tags
from tagging.selectors.events import Held, list_held
from tagging.selectors.rechecks import is_unverified


def list_marks(actor: Actor, entity: str, subject: Subject) -> list[Mark]:
    """Tags of the subject that the post may know, by name, with the day each came. One query where there are none."""
    row = SubjectTags.objects.visible_to(actor).of(entity, subject).first()
    if row is None or not row.tags or not holds(actor, VIEW_TAGS):
        return []
    tags = list(readable_tags(actor).filter(pk__in=row.tags))
    held = list_held(actor, entity, subject) if tags else {}
    story = reverse("tagging:story", args=[entity, subject.pk])
    return [_mark(tag, held.get(tag.pk), story) for tag in tags]


def list_choices(actor: Actor, entity: str) -> Mapping[str, str]:
    """Tags of that subject in use that the post may know. One query."""
    if not holds(actor, VIEW_TAGS):
        return {}
    return {tag.code: tag.name for tag in readable_tags(actor).filter(subject=entity)}


def carrying(entity: str, code: str) -> Q:
    """Subjects that carry the tag of that code."""
    return carries(entity, key_of(code))


def hand_url(actor: Actor, entity: str) -> str:
    """Page on which tags are attached by hand; "" for a post that may not."""
    return reverse("tagging:hand", args=[entity]) if holds(actor, ATTACH_TAGS) else ""


def _mark(tag: Tag, held: Held | None, story: str) -> Mark:
    waits = is_unverified(tag, held.looked_on if held else None)
    return Mark(tag.name, tag.colour, f"{story}#{tag.code}", held.since if held else None, unverified=waits)


SOURCE = MarkSource(list_marks, list_choices, carrying, hand_url)
