"""Marks of subjects (标签) that a higher floor knows: chips on the card, and a filter of the list.

    register(MarkSource(list_marks, list_choices, carrying, hand_url))

Each function gets who reads, and tells nothing above that post's clearance. entity: of the four subjects.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.actors import Actor

if TYPE_CHECKING:
    from registry.models.base import Subject


@dataclass(frozen=True, slots=True)
class Mark:
    """A chip. tone: style of `tag-…`; url: why this one has it; since: the day it came, None where nobody noted it.

    unverified: its time to be looked at again has passed (待复核).
    """

    name: str
    tone: str
    url: str
    since: date | None = None
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class MarkSource:
    """marks: of one subject; choices: code -> name of what a list may be narrowed to; carrying: who has that code.

    hand_url: page that takes subjects chosen on a list, to mark them by hand; "" for a post that may not.
    used: leaves the lines of a list that is narrowed to that code.
    """

    marks: Callable[[Actor, str, "Subject"], list[Mark]]
    choices: Callable[[Actor, str], Mapping[str, str]]
    carrying: Callable[[str, str], Q]
    hand_url: Callable[[Actor, str], str]
    used: Callable[[Actor, str], None] = lambda actor, code: None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Codes of marks: a subject carries all of the first, any of the second (unless empty), none of the third."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()

    @property
    def codes(self) -> set[str]:
        return {*self.all_of, *self.any_of, *self.none_of}


NOTHING = Wanted()
_sources: list[MarkSource] = []


def register(source: MarkSource) -> None:
    """Called once by each app while it starts."""
    _sources.append(source)


def list_marks(*, actor: Actor, entity: str, subject: "Subject") -> list[Mark]:
    """Chips of one subject, which the actor sees."""
    return [mark for source in _sources for mark in source.marks(actor, entity, subject)]


def list_choices(actor: Actor, entity: str) -> dict[str, str]:
    """Code -> name of every mark that the post may filter by."""
    return {code: name for source in _sources for code, name in source.choices(actor, entity).items()}


def find_hand_url(actor: Actor, entity: str) -> str:
    """Where chosen subjects are marked by hand; "" where the post marks nothing."""
    return next((url for source in _sources if (url := source.hand_url(actor, entity))), "")


def subjects_with(actor: Actor, entity: str, wanted: Wanted) -> Q:
    """Subjects that carry what is wanted; codes that the post may not filter by do nothing."""
    if not wanted.codes:
        return Q()
    holding = {code: source for source in _sources for code in source.choices(actor, entity)}
    carrying = {code: holding[code].carrying(entity, code) for code in wanted.codes if code in holding}
    for code in sorted(carrying):
        holding[code].used(actor, code)
    found, any_of = Q(), Q()
    for code, carries in carrying.items():
        found &= carries if code in wanted.all_of else Q()
        found &= ~carries if code in wanted.none_of else Q()
        any_of |= carries if code in wanted.any_of else Q()
    return found & any_of
