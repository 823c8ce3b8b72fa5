"""Reads of what a request would do: the kept counts in words, and tags that may be the same thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from accounts.actors import Actor
from accounts.approvals.rules import State
from accounts.approvals.selectors import is_requester
from accounts.models import Area
from accounts.rights import DECIDE_TAGS, holds
from tagging.impacts import ALIKE
from tagging.likeness import MOST_ALIKE, same_condition, why_alike
from tagging.models import Definition, Tag, TagChange, TagImpact
from tagging.selectors.catalogue import may_see_carriers, readable_tags
from tagging.selectors.changes import get_approval_of

MOST_BESIDE = 10
Numbers = Mapping[str, int]


class How(StrEnum):
    """How a post is told the numbers of a request: exactly, in round tens, or not at all."""

    EXACT = "exact"
    TENS = "tens"
    NOT = ""


@dataclass(frozen=True, slots=True)
class Line:
    """numbers: as `tagging.impacts` keeps them; None where they are withheld."""

    name: str
    numbers: Numbers | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A tag that the same subjects carry. shared: None where it is withheld; percent of those the request is about."""

    tag: Tag
    shared: int | None
    percent: int = 0
    word: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """tens: numbers are rounded down, and 0 means fewer than ten."""

    tens: bool
    lines: list[Line]
    total: Numbers | None
    beside: list[Beside]


@dataclass(frozen=True, slots=True)
class Near:
    tag: Tag
    why: str


def how_told(actor: Actor, change: TagChange) -> How:
    """A desk that judges what somebody else wrote is told round tens of what it sees masked, as of forms (0015)."""
    if may_see_carriers(actor, change):
        return How.EXACT
    judges = change.state == State.SUBMITTED and holds(actor, DECIDE_TAGS)
    if judges and not is_requester(actor=actor, approval=get_approval_of(actor=actor, change=change)):
        return How.TENS
    return How.NOT


def get_impact(*, actor: Actor, change: TagChange) -> TagImpact | None:
    """What the post had counted, with its job; None before that, and where it may not be told."""
    if not how_told(actor, change):
        return None
    return TagImpact.objects.select_related("job").filter(change=change, post_id=actor.post_id).first()


def read_impact(*, actor: Actor, impact: TagImpact) -> Impact:
    """In words. Pairs with tags that the post may not know are left out. Two queries."""
    kept = impact.result
    codes = [int(code) for code in kept["lines"]]
    names = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    lines = [Line(names.get(code, "未划分"), kept["lines"][str(code)]) for code in sorted(codes)]
    tags = {tag.pk: tag for tag in readable_tags(actor).filter(pk__in=[int(key) for key in kept["beside"]])}
    pairs = [_beside(tags[int(key)], told) for key, told in kept["beside"].items() if int(key) in tags]
    return Impact(kept["tens"], lines, kept["total"], pairs[:MOST_BESIDE])


def list_near(*, actor: Actor, change: TagChange) -> list[Near]:
    """Live tags that may be the same thing by name, synonym, sound or condition. One query."""
    own = (change.tag_id, change.into_id)
    tags = Tag.objects.visible_to(actor).live().filter(subject=change.subject).select_related("area", "department")
    found = [Near(tag, why) for tag in tags if tag.pk not in own and (why := _why_near(change, tag))]
    return found[:MOST_ALIKE]


def _why_near(change: Definition, tag: Tag) -> str:
    if same_condition(change.condition, tag.condition):
        return "条件相同"
    return why_alike([change.name, *change.synonyms], [tag.name, *tag.synonyms])


def _beside(tag: Tag, told: Numbers | None) -> Beside:
    if told is None:
        return Beside(tag, None)
    of_ours, of_theirs = (told["shared"] / max(1, told[whole]) for whole in ("about", "carriers"))
    inside = "几乎都有这个标签" if of_ours >= ALIKE else "几乎都在其中" if of_theirs >= ALIKE else ""
    word = "几乎是同一批" if min(of_ours, of_theirs) >= ALIKE else inside
    return Beside(tag, told["shared"], round(of_ours * 100), word)
