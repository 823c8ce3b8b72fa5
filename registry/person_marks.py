"""Marks of people (标签) that a higher floor knows: chips on the card, and a filter of the list.

    register(MarkSource(list_marks, list_choices, carrying))

Each function gets who reads, and tells nothing above that post's clearance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.actors import Actor

if TYPE_CHECKING:
    from registry.models import Person


@dataclass(frozen=True, slots=True)
class Mark:
    """A chip. tone: style of `tag-…`; since: the day it came, None where nobody noted it."""

    name: str
    tone: str
    url: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class MarkSource:
    """marks: of one person; choices: code -> name of what a list may be narrowed to; carrying: who has that code."""

    marks: Callable[[Actor, "Person"], list[Mark]]
    choices: Callable[[Actor], Mapping[str, str]]
    carrying: Callable[[str], Q]


_sources: list[MarkSource] = []


def register(source: MarkSource) -> None:
    """Called once by each app while it starts."""
    _sources.append(source)


def list_marks(*, actor: Actor, person: "Person") -> list[Mark]:
    """Chips of one person, whom the actor sees."""
    return [mark for source in _sources for mark in source.marks(actor, person)]


def list_choices(actor: Actor) -> dict[str, str]:
    """Code -> name of every mark that the post may filter by."""
    return {code: name for source in _sources for code, name in source.choices(actor).items()}


def people_with(actor: Actor, codes: tuple[str, ...], *, without: tuple[str, ...] = ()) -> Q:
    """People who carry all of the codes and none of the others; codes that the post may not filter by do nothing."""
    found = Q()
    for source in _sources:
        own = source.choices(actor) if codes or without else {}
        for code in own:
            found &= source.carrying(code) if code in codes else Q()
            found &= ~source.carrying(code) if code in without else Q()
    return found
