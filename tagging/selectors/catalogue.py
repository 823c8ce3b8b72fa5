"""Reads of the catalogue of tags."""

from dataclasses import dataclass

from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.lookups import Contains
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import contains
from accounts.errors import NotFound
from accounts.rights import DECIDE_TAGS, PROPOSE_TAGS, holds
from tagging.codes import key_of
from tagging.models import Definition, Kind, SubjectTags, Tag
from tagging.models.catalogue import TagQuerySet
from tagging.selectors.counts import Counts, count_by_area, range_of


@dataclass(frozen=True, slots=True)
class TagFilter:
    text: str = ""
    kind: str = ""
    group: str = ""
    retired: bool = False


def list_tags(*, actor: Actor, wanted: TagFilter) -> QuerySet[Tag]:
    """Tags that hold in the post's area, around it or inside it, by group and name. Area and department are joined."""
    found = Tag.objects.visible_to(actor).filter(is_live=not wanted.retired).select_related("area", "department")
    if wanted.text:
        found = found.filter(_says(wanted.text))
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    return found.filter(group=wanted.group) if wanted.group else found


def _says(text: str) -> Q:
    """Name, meaning or a synonym holds the text, or the code is it; synonyms are joined by what no search holds."""
    words = Func(F("synonyms"), Value("\n"), function="array_to_string", output_field=CharField())
    own = Q(name__contains=text) | Q(meaning__contains=text) | Q(standard_code=text) | Q(pk=key_of(text.upper()))
    return own | Q(Contains(words, Value(text)))


def list_groups(*, actor: Actor) -> list[str]:
    """Names of the groups in use."""
    groups = Tag.objects.visible_to(actor).live().exclude(group="").order_by("group")
    return list(groups.values_list("group", flat=True).distinct())


def get_tag(*, actor: Actor, pk: int) -> Tag:
    """Raises NotFound."""
    tag = Tag.objects.visible_to(actor).select_related("area", "department", "merged_into").filter(pk=pk).first()
    if tag is None:
        raise NotFound
    return tag


def list_basic_tags(*, actor: Actor, entity: str) -> list[Tag]:
    """Tags that the post may attach by hand to that subject, by group and name."""
    return list(readable_tags(actor).filter(kind=Kind.BASIC, subject=entity).exclude(valid_until__lt=localdate()))


def list_hidden_tags(*, actor: Actor) -> list[Tag]:
    """Live tags in sight whose carriers the post may not know."""
    return list(Tag.objects.visible_to(actor).live().filter(level__gt=actor.at_standing().clearance))


def may_change(actor: Actor, tag: Tag) -> bool:
    """Whether the post may ask for a change: the owner, and the desk of the area around it."""
    if not holds(actor, PROPOSE_TAGS) or actor.scope is None or not contains(actor.scope, tag.area_id):
        return False
    is_owner = (tag.area_id, tag.department_id) == (actor.area_code, actor.department_id)
    return is_owner or holds(actor, DECIDE_TAGS)


def count_carriers(*, actor: Actor, tag: Tag) -> Counts | None:
    """Subjects inside the scope that carry the tag; None where the post may not know. Two queries."""
    if not may_see_carriers(actor, tag):
        return None
    carriers = SubjectTags.objects.visible_to(actor).filter(entity=tag.subject, tags__contains=[tag.pk])
    return count_by_area(carriers, actor)


def may_see_carriers(actor: Actor, tag: Definition) -> bool:
    """Whether the post may learn who, and how many, carry the tag: its clearance reaches the level."""
    return tag.level <= actor.at_standing().clearance


def readable_tags(actor: Actor) -> TagQuerySet:
    """Live tags that reach into the scope, up to the standing clearance: of these the post learns who carries them."""
    return Tag.objects.visible_to(actor).live().filter(level__lte=actor.at_standing().clearance)


def list_mergeable(*, actor: Actor, tag: Tag) -> list[Tag]:
    """Tags that this one could be merged into, as far as the catalogue alone tells: by group and name."""
    found = readable_tags(actor).filter(subject=tag.subject).exclude(pk=tag.pk).exclude(valid_until__lt=localdate())
    found = found.filter(kind=Kind.DYNAMIC) if tag.is_dynamic else found
    around = found.select_related("area", "department")
    return [one for one in around if contains(range_of(one.area_id), tag.area_id)]
