"""Writes of people."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import TextChoices
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError
from accounts.rights import CHANGE_RESIDENTS, require
from registry.changes import Change, Outcome, apply
from registry.errors import AlreadyRegistered, Stale, TooManyTries
from registry.models import Dwelling, Entity, Household, Person, RefusedRegistration
from registry.rules.identity import birth_date_of, sex_of
from registry.rules.pinyin import spell_name
from registry.services.subjects import (
    change_subject,
    close_subject,
    lock_subject,
    new_subject,
    own_source,
    reopen_subject,
)

TRIES_PER_HOUR = 10
ONE_PER_NUMBER = "one_person_per_id_number"
ID_NUMBER = "person.id_number"


class Leaving(TextChoices):
    """Why a person leaves the registry (注销原因)."""

    DEATH = "death", "死亡"
    MOVED = "moved", "迁出"
    DOUBLE = "double", "重复登记"
    MISTAKE = "mistake", "误登"


LEAVING_ITEMS = {Leaving.DEATH: "person.death_date", Leaving.MOVED: "person.move_out_date"}


def with_id_number_facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fill birth date and sex from the ID number where they were left out. Raises DomainError where they contradict."""
    number = values.get(ID_NUMBER)
    if not number:
        return dict(values)
    facts = {"person.birth_date": birth_date_of(number).isoformat(), "person.sex": sex_of(number)}
    for code, name in (("person.birth_date", "出生日期"), ("person.sex", "性别")):
        given = values.get(code)
        if given and given != facts[code]:
            raise DomainError(f"{name}与身份证号码不符,请核对后重新填写。", field=code)
    return {**values, **facts}


def add_person(
    *, actor: Actor, area_code: int, registered_area_code: int, values: Mapping[str, Any], on: date
) -> Person:
    """Register a person who lives in `area_code`. registered_area_code: 户籍; 0 where it is outside the areas known.

    Raises AlreadyRegistered for an ID number in use anywhere in the district, TooManyTries after ten such within the
    hour: both are kept though the person is not, so the caller must not roll back its transaction.
    """
    require(actor, CHANGE_RESIDENTS, area_code)
    _refuse_prober(actor)
    values = with_id_number_facts(values)
    person: Person = new_subject(
        Entity.PERSON,
        area_code=area_code,
        values=values,
        source=own_source(actor, on),
        registered_area_code=registered_area_code,
    )
    person.pinyin, person.initials = spell_name(person.name)
    with _one_per_number(actor):
        person.save()
    record(actor, "person.added", person, items=sorted(person.provenance))
    return person


def change_person(
    *,
    actor: Actor,
    pk: int,
    version: int,
    values: Mapping[str, Any],
    on: date,
    area_code: int | None = None,
    registered_area_code: int | None = None,
) -> Outcome:
    """`change_subject` for a person: a new ID number must be free, and birth date and sex follow it.

    Raises as `add_person` does, under the same condition, and Stale.
    """
    if values.get(ID_NUMBER):
        _refuse_prober(actor)
        values = with_id_number_facts(values)
    with _one_per_number(actor):
        if registered_area_code is not None:
            _register_in(actor, pk, version, registered_area_code)
        return change_subject(
            actor=actor, entity=Entity.PERSON, pk=pk, version=version, values=values, on=on, area_code=area_code
        )


@transaction.atomic
def close_person(*, actor: Actor, pk: int, reason: Leaving, on: date, today: date) -> Person:
    """A death, a move away, or a wrong registration. on: the day it happened, not after today."""
    if on > today:
        raise DomainError("日期不能晚于今天,请核对。", field="on")
    item = LEAVING_ITEMS.get(reason)
    person: Person = lock_subject(actor=actor, entity=Entity.PERSON, pk=pk)
    if item:
        change = Change(person.pk, {item: on.isoformat()})
        apply(actor=actor, entity=Entity.PERSON, changes=[change], source=own_source(actor, today))
    closed: Person = close_subject(actor=actor, entity=Entity.PERSON, pk=pk, reason=reason.label, on=on)
    return closed


@transaction.atomic
def reopen_person(*, actor: Actor, pk: int, today: date) -> Person:
    """Take a closing back on its day, with the date that it wrote."""
    person: Person = reopen_subject(actor=actor, entity=Entity.PERSON, pk=pk, today=today)
    cleared = dict.fromkeys(LEAVING_ITEMS.values())
    change = Change(person.pk, cleared)
    apply(actor=actor, entity=Entity.PERSON, changes=[change], source=own_source(actor, today), decided=True)
    return person


@transaction.atomic
def place_person(
    *, actor: Actor, pk: int, household: Household | None = None, relation: str = "", dwelling: Dwelling | None = None
) -> None:
    """Put a person into a household (with the relation to its head, GB/T 4761-2008) or into a dwelling."""
    person: Person = lock_subject(actor=actor, entity=Entity.PERSON, pk=pk)
    require(actor, CHANGE_RESIDENTS)
    if household is not None:
        person.household = household
        person.relation_to_head = relation
    if dwelling is not None:
        person.dwelling = dwelling
    _save_links(actor, person)


@transaction.atomic
def leave_household(*, actor: Actor, pk: int, household: Household) -> None:
    """Take a person out of a household; a household left by its head has none until one is chosen."""
    person: Person = lock_subject(actor=actor, entity=Entity.PERSON, pk=pk)
    require(actor, CHANGE_RESIDENTS)
    person.household, person.relation_to_head = None, ""
    _save_links(actor, person)
    if household.head_id == pk:
        choose_head(actor=actor, household=household, pk=None)


@transaction.atomic
def leave_dwelling(*, actor: Actor, pk: int) -> None:
    person: Person = lock_subject(actor=actor, entity=Entity.PERSON, pk=pk)
    require(actor, CHANGE_RESIDENTS)
    person.dwelling = None
    _save_links(actor, person)


@transaction.atomic
def choose_head(*, actor: Actor, household: Household, pk: int | None) -> None:
    """Make a member the head (户主); None: nobody."""
    locked: Household = lock_subject(actor=actor, entity=Entity.HOUSEHOLD, pk=household.pk)
    require(actor, CHANGE_RESIDENTS)
    locked.head_id = pk
    locked.version += 1
    locked.save(update_fields=["head", "version", "updated_at"])
    record(actor, "household.head_chosen", locked, head=pk)


def _save_links(actor: Actor, person: Person) -> None:
    person.version += 1
    person.save(update_fields=["household", "relation_to_head", "dwelling", "version", "updated_at"])
    record(actor, "person.placed", person, household=person.household_id, dwelling=person.dwelling_id)


def _register_in(actor: Actor, pk: int, version: int, registered_area_code: int) -> None:
    """Change the community of registration (户籍), if it changed. Raises Stale."""
    person: Person = lock_subject(actor=actor, entity=Entity.PERSON, pk=pk)
    if person.version != version:
        raise Stale
    if person.registered_community_code != registered_area_code:
        person.registered_area_code = registered_area_code
        person.save(update_fields=["registered_area_code", "updated_at"])
        record(actor, "person.registered_in", person, area=registered_area_code)


@contextmanager
def _one_per_number(actor: Actor) -> Iterator[None]:
    """Raises AlreadyRegistered where the ID number is taken, in sight or not, and counts the try."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if ONE_PER_NUMBER not in str(error):
            raise
        RefusedRegistration.objects.create(post_id=actor.post_id)
        record(actor, "person.number_refused", result="refused")
        raise AlreadyRegistered(field=ID_NUMBER) from None


def _refuse_prober(actor: Actor) -> None:
    """Ten refused numbers within an hour are no typing mistakes any more."""
    since = timezone.now() - timedelta(hours=1)
    if RefusedRegistration.objects.filter(post_id=actor.post_id, at__gte=since).count() >= TRIES_PER_HOUR:
        raise TooManyTries
