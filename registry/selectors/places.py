"""Reads of households, dwellings, organizations."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.codes import Range
from registry.marks import NOTHING, Wanted, subjects_with
from registry.models import Dwelling, Entity, Household, Organization, Person
from registry.rules.text import clean_text
from registry.selectors.subjects import subjects_of

NAME_LEVEL = 3


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """text: number, head, address, door or name. kind: code of household type, dwelling use or organization type."""

    text: str = ""
    kind: str = ""
    area: Range | None = None
    rented: bool = False
    closed: bool = False
    tags: Wanted = NOTHING


def list_households(*, actor: Actor, wanted: PlaceFilter) -> QuerySet[Household]:
    found = _found(Entity.HOUSEHOLD, actor, wanted).select_related("head")
    text = clean_text(wanted.text)
    if text:
        found = found.filter(_readable(actor, Q(number=text) | Q(head__name__starts=text) | Q(address__contains=text)))
    return found.filter(type=wanted.kind) if wanted.kind else found


def list_dwellings(*, actor: Actor, wanted: PlaceFilter) -> QuerySet[Dwelling]:
    found = _found(Entity.DWELLING, actor, wanted)
    text = clean_text(wanted.text)
    if text:
        personal = Q(address__contains=text) | Q(owner_name__starts=text)
        found = found.filter(Q(code=text) | Q(building__starts=text) | _readable(actor, personal))
    if wanted.rented:
        found = found.filter(is_rented=True)
    return found.filter(use=wanted.kind) if wanted.kind else found


def list_organizations(*, actor: Actor, wanted: PlaceFilter) -> QuerySet[Organization]:
    found = _found(Entity.ORGANIZATION, actor, wanted)
    text = clean_text(wanted.text)
    if text:
        open_to_all = Q(name__contains=text) | Q(uscc=text.upper()) | Q(address__contains=text)
        found = found.filter(open_to_all | _readable(actor, Q(legal_person__starts=text)))
    return found.filter(type=wanted.kind) if wanted.kind else found


def list_members(*, actor: Actor, household_id: int | None) -> list[Person]:
    """Living members of a household, the head (02) first, then by relation (GB/T 4761-2008); none without one."""
    if household_id is None:
        return []
    found = Person.objects.visible_to(actor).filter(household_id=household_id, closed_on=None)
    return list(found.order_by("relation_to_head", "birth_date", "pk"))


def list_residents(*, actor: Actor, dwelling: Dwelling) -> list[Person]:
    found = Person.objects.visible_to(actor).filter(dwelling_id=dwelling.pk, closed_on=None)
    return list(found.order_by("household_id", "relation_to_head", "pk"))


def _found(entity: str, actor: Actor, wanted: PlaceFilter) -> QuerySet[Any]:
    found = subjects_of(entity, actor).filter(closed_on__isnull=not wanted.closed)
    found = found.filter(subjects_with(actor, entity, wanted.tags))
    return found.within(wanted.area) if wanted.area else found  # type: ignore[attr-defined]


def _readable(actor: Actor, condition: Q) -> Q:
    """A masked item cannot be searched by."""
    return condition if actor.clearance >= NAME_LEVEL else Q(pk__in=[])
