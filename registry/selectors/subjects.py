"""Reads that people, households, dwellings and organizations share."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from accounts.actors import Actor
from accounts.errors import NotFound
from registry.catalogue import Catalogue, get_catalogue, model_of
from registry.expressions import item_expression
from registry.layouts import AREA_DRIVEN, HIDDEN_RULE
from registry.models import DataItem, Difference
from registry.models.base import Subject
from registry.showing import annotation_of


def subjects_of(entity: str, actor: Actor) -> QuerySet[Any]:
    """Every subject of an entity that the actor may see."""
    manager: Any = model_of(entity)._default_manager
    found: QuerySet[Any] = manager.visible_to(actor)
    return found


def with_derived(rows: QuerySet[Any], entity: str, items: Iterable[DataItem], *, on: date) -> QuerySet[Any]:
    """Annotate what is not stored with the subject, such as the age or the head's address: part of the same query."""
    foreign = [item for item in items if item.derived or item.entity != entity]
    found: QuerySet[Any] = rows.annotate(**{annotation_of(one): item_expression(one, entity, on=on) for one in foreign})
    return found


def card_items(entity: str, catalogue: Catalogue | None = None) -> list[DataItem]:
    """Items that a card shows: not those hidden from everybody, and not what the area codes tell."""
    items = (catalogue or get_catalogue()).of_entity(entity)
    return [item for item in items if item.mask != HIDDEN_RULE and item.code not in AREA_DRIVEN]


def get_subject(*, actor: Actor, entity: str, pk: int, on: date) -> Any:
    """One subject with its derived items. Raises NotFound outside the scope and where there is none."""
    rows = with_derived(subjects_of(entity, actor), entity, card_items(entity), on=on)
    subject = rows.filter(pk=pk).first()
    if subject is None:
        raise NotFound
    return subject


def list_open_differences(*, actor: Actor, entity: str, pk: int) -> list[Difference]:
    """Differences (差异) of one subject that wait for a decision, oldest first, items joined."""
    found = Difference.objects.visible_to(actor).filter(entity=entity, subject_id=pk, state=Difference.State.OPEN)
    return list(found.exclude(item__mask=HIDDEN_RULE).select_related("item").order_by("pk"))


def get_difference(*, actor: Actor, pk: int) -> Difference:
    """Raises NotFound. One that is settled already is found too: the service says so."""
    found: Difference | None = Difference.objects.visible_to(actor).select_related("item").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def list_history(subject: Subject, *, most: int = 20) -> list[Model]:
    """Earlier states of a subject, newest first; row-level security lets the same people read them as the subject."""
    return list(subject.history.order_by("-pgh_id")[:most])  # type: ignore[attr-defined]
