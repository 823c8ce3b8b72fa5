"""The history of a subject as people read it: who changed what, from what, to what. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from registry.catalogue import Catalogue
from registry.changes import SourceKind
from registry.models import DataItem
from registry.models.base import Subject
from registry.showing import text_of


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """before, after: masked texts; "" where nothing was known. Both may look alike where the mask hides the change."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """by: source and recorder as provenance keeps them; "" for steps that touch no item, such as a closing."""

    at: datetime
    by: str
    items: list[ChangedItem]
    note: str = ""


def describe_history(
    subject: Subject, earlier: Sequence[Any], items: Sequence[DataItem], actor: Actor, catalogue: Catalogue
) -> list[HistoryStep]:
    """Steps, newest first. earlier: old rows, newest first, each as it was until its `pgh_created_at`."""
    steps = []
    newer: Any = subject
    for older in earlier:
        changed = [item for item in items if not item.derived and _stamp(newer, item) != _stamp(older, item)]
        shown = [
            ChangedItem(item.name, text_of(older, item, actor, catalogue), text_of(newer, item, actor, catalogue))
            for item in changed
        ]
        note = _note(older, newer)
        if shown or note:
            steps.append(HistoryStep(older.pgh_created_at, _who(newer, changed), shown, note))
        newer = older
    return steps


def _stamp(row: Any, item: DataItem) -> Any:
    return row.provenance.get(item.code)


def _who(row: Any, changed: Sequence[DataItem]) -> str:
    stamp = row.provenance.get(changed[0].code) if changed else None
    return f"{SourceKind(stamp['s']).label} · {stamp['by']}" if stamp else ""


def _note(older: Any, newer: Any) -> str:
    if older.closed_on != newer.closed_on:
        return f"注销:{newer.closed_reason}({newer.closed_on})" if newer.closed_on else "撤销注销"
    if older.area_code != newer.area_code:
        return "调整所在网格"
    linked = [getattr(row, name, None) for row in (older, newer) for name in ("household_id", "dwelling_id", "head_id")]
    return "调整家庭或房屋关系" if linked[:3] != linked[3:] else ""
