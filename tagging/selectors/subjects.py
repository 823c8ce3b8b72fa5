"""Subjects as short lines behind the mask, for the pages on which they are tagged and looked at again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.actors import Actor
from accounts.errors import NotFound
from registry.catalogue import SUBJECTS, get_catalogue
from registry.layouts import LAYOUTS
from registry.models import Entity
from registry.selectors.subjects import subjects_of
from registry.showing import text_of

BESIDE = {
    Entity.PERSON: ("person.sex", "person.birth_date", "person.residence_address"),
    Entity.HOUSEHOLD: ("household.type", "household.address"),
    Entity.DWELLING: ("dwelling.use", "dwelling.building", "dwelling.room"),
    Entity.ORGANIZATION: ("organization.type", "organization.address"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """title, beside: masked texts."""

    pk: int
    url: str
    title: str
    beside: str


def check_entity(entity: str) -> Entity:
    """Raises NotFound for what has no tags."""
    if entity not in SUBJECTS:
        raise NotFound
    return Entity(entity)


def list_subjects(*, actor: Actor, entity: str, ids: Collection[int]) -> list[Any]:
    """Those subjects, by area. Raises NotFound where one is out of sight or closed."""
    found = list(subjects_of(entity, actor).filter(pk__in=ids, closed_on=None).order_by("area_code", "pk"))
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def list_known(*, actor: Actor, entity: str, ids: Iterable[int]) -> list[Any]:
    """Those of the subjects that the actor may see."""
    return list(subjects_of(entity, actor).filter(pk__in=list(ids)))


def lines_of(subjects: Iterable[Any], entity: str, actor: Actor) -> list[Line]:
    """No query."""
    catalogue = get_catalogue()
    title = catalogue.item(LAYOUTS[entity].title)
    beside = [catalogue.item(code) for code in BESIDE[Entity(entity)] if code in catalogue.items]
    return [
        Line(
            subject.pk,
            reverse(f"registry:{entity}_detail", args=[subject.pk]),
            text_of(subject, title, actor, catalogue) or "(未填)",
            " ".join(filter(None, (text_of(subject, item, actor, catalogue) for item in beside))),
        )
        for subject in subjects
    ]
