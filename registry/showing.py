"""Stored values made ready for a page: text behind the mask, state, origin. Pure: no query."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices

from accounts.actors import Actor
from registry.catalogue import Catalogue, column_of
from registry.changes import SourceKind
from registry.masking import is_masked, show
from registry.models import DataItem
from registry.models.base import Subject


class State(TextChoices):
    """State of a value, the same words on every page."""

    KNOWN = "known", "已有"
    CONFIRM = "confirm", "待核实"
    MISSING = "missing", "待填"
    CONFLICT = "conflict", "有差异"
    MASKED = "masked", "已脱敏"


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of one subject. text: masked where it must be. origin: Chinese sentence on source, day, recorder."""

    item: DataItem
    text: str
    state: State
    origin: str = ""

    @property
    def masked(self) -> bool:
        return self.state == State.MASKED


def annotation_of(item: DataItem) -> str:
    """Name under which a selector annotates an item that is derived or belongs to another subject."""
    return f"derived_{item.code.replace('.', '_')}"


def value_of(subject: Subject, item: DataItem) -> Any:
    """Canonical value of one item; the selector must have annotated what is not stored with the subject itself."""
    annotation = annotation_of(item)
    if item.derived or annotation in subject.__dict__:
        return subject.__dict__.get(annotation)
    column = column_of(item)
    return getattr(subject, column) if column else subject.attributes.get(item.code)


def text_of(subject: Subject, item: DataItem, actor: Actor, catalogue: Catalogue) -> str:
    return show(item, value_of(subject, item), actor.clearance_for(item.code), catalogue)


def cell_of(
    subject: Subject, item: DataItem, actor: Actor, catalogue: Catalogue, *, on: date, differs: bool = False
) -> Cell:
    """on: today, against which a value grows old. differs: an open difference waits for this item."""
    text = text_of(subject, item, actor, catalogue)
    stamp = subject.provenance.get(item.code, {})
    return Cell(item, text, _state(item, text, stamp, actor, on, differs), describe_origin(item, stamp))


def describe_origin(item: DataItem, stamp: dict[str, Any]) -> str:
    if item.derived:
        return "由其他数据推算"
    if not stamp:
        return ""
    return f"{SourceKind(stamp['s']).label} · {stamp['by']} · {stamp['on']}"


def _state(item: DataItem, text: str, stamp: dict[str, Any], actor: Actor, on: date, differs: bool) -> State:
    if not text:
        return State.MISSING
    if differs:
        return State.CONFLICT
    if is_masked(item, actor.clearance_for(item.code)):
        return State.MASKED
    return State.CONFIRM if _is_old(item, stamp, on) else State.KNOWN


def _is_old(item: DataItem, stamp: dict[str, Any], on: date) -> bool:
    if item.recheck_days is None or not stamp:
        return False
    return (on - date.fromisoformat(stamp["on"])).days > item.recheck_days
