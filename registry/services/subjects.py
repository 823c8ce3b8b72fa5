"""Writes that people, households, dwellings and organizations share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import district_of
from accounts.errors import NotFound
from accounts.rights import CHANGE_RESIDENTS, require
from registry.catalogue import column_of, get_catalogue, model_of
from registry.changes import Change, Outcome, Source, SourceKind, apply, seal_values
from registry.errors import AlreadyClosed, Stale, UndoTooLate
from registry.models.base import Subject
from registry.selectors.subjects import subjects_of

Values = Mapping[str, Any]


def own_source(actor: Actor, on: date) -> Source:
    """What a worker writes by hand: collected by the community itself, observed on that day."""
    return Source(SourceKind.SELF, f"{actor.area_name} {actor.name}", on)


def new_subject(entity: str, *, area_code: int, values: Values, source: Source, **columns: Any) -> Any:
    """An unsaved subject with its values, their provenance and seals. columns: links and codes that are no items."""
    subject: Any = model_of(entity)(district=district_of(area_code), area_code=area_code, **columns)
    known = {code: value for code, value in values.items() if value not in (None, "")}
    stored, marks = seal_values(known)
    for code, value in stored.items():
        item = get_catalogue().item(code)
        column = column_of(item)
        if column is None:
            subject.attributes[code] = value
        else:
            setattr(subject, column, value)
        if code in marks:
            setattr(subject, f"{item.key}_index", bytes.fromhex(marks[code]))
        subject.provenance[code] = source.stamp() | ({"ix": marks[code]} if code in marks else {})
    return subject


@transaction.atomic
def add_subject(*, actor: Actor, entity: str, area_code: int, values: Values, on: date) -> Any:
    """Register a household, dwelling or organization. on: today. Raises NotFound for an area outside the scope."""
    require(actor, CHANGE_RESIDENTS, area_code)
    subject = new_subject(entity, area_code=area_code, values=values, source=own_source(actor, on))
    subject.save()
    record(actor, f"{entity}.added", subject, items=sorted(subject.provenance))
    return subject


@transaction.atomic
def change_subject(
    *, actor: Actor, entity: str, pk: int, version: int, values: Values, on: date, area_code: int | None = None
) -> Outcome:
    """Write changed values as self-collected today, and the place where it is.

    version: as the worker saw it. Raises Stale when someone saved in between, AlreadyClosed, NotFound.
    """
    subject = lock_subject(actor=actor, entity=entity, pk=pk)
    if subject.version != version:
        raise Stale
    if subject.closed_on is not None:
        raise AlreadyClosed
    require(actor, CHANGE_RESIDENTS)
    if area_code is not None and area_code != subject.area_code:
        _move_within_scope(actor, subject, area_code)
    outcome = Outcome(0, 0)
    if values:
        outcome = apply(actor=actor, entity=entity, changes=[Change(pk, values)], source=own_source(actor, on))
        record(actor, f"{entity}.changed", subject, items=sorted(values), differences=outcome.differences)
    return outcome


@transaction.atomic
def close_subject(*, actor: Actor, entity: str, pk: int, reason: str, on: date) -> Any:
    """Take a subject out of all lists and counts from that day on; it can be taken back on the day of writing."""
    subject = lock_subject(actor=actor, entity=entity, pk=pk)
    require(actor, CHANGE_RESIDENTS)
    if subject.closed_on is not None:
        raise AlreadyClosed
    subject.closed_on, subject.closed_reason = on, reason
    _save(subject, "closed_on", "closed_reason")
    record(actor, f"{entity}.closed", subject, reason=reason, on=on.isoformat())
    return subject


@transaction.atomic
def reopen_subject(*, actor: Actor, entity: str, pk: int, today: date) -> Any:
    """Take a closing back. today: Asia/Shanghai date. Raises UndoTooLate after the day it was written."""
    subject = lock_subject(actor=actor, entity=entity, pk=pk)
    require(actor, CHANGE_RESIDENTS)
    if subject.closed_on is None or timezone.localdate(subject.updated_at) != today:
        raise UndoTooLate
    subject.closed_on, subject.closed_reason = None, ""
    _save(subject, "closed_on", "closed_reason")
    record(actor, f"{entity}.reopened", subject)
    return subject


def lock_subject(*, actor: Actor, entity: str, pk: int) -> Any:
    """The row, locked until the transaction ends. Raises NotFound outside the scope."""
    subject = subjects_of(entity, actor).select_for_update().filter(pk=pk).first()
    if subject is None:
        raise NotFound
    return subject


def _move_within_scope(actor: Actor, subject: Subject, area_code: int) -> None:
    require(actor, CHANGE_RESIDENTS, subject.area_code, area_code)
    subject.area_code = area_code
    _save(subject, "area_code")
    record(actor, "subject.moved", subject, to=area_code)


def _save(subject: Subject, *columns: str) -> None:
    subject.version += 1
    subject.save(update_fields=[*columns, "version", "updated_at"])
