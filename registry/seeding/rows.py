"""From made-up records to rows for COPY: typed columns, attributes, provenance, sealed numbers. No database.

What an item becomes is read once from the catalogue (`read_layout`); the rest runs in any process.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db import models

from accounts.codes import district_of
from accounts.sealing import blind_index, seal
from registry.catalogue import column_of, get_catalogue, is_stored, model_of
from registry.changes import SourceKind
from registry.models import Entity
from registry.rules.pinyin import spell_name
from registry.seeding import REFERENCE_DAY, fixed_random
from registry.seeding.communities import Community, CommunityPlan, Record, build_community

ENTITIES: tuple[str, ...] = (Entity.DWELLING, Entity.HOUSEHOLD, Entity.PERSON, Entity.ORGANIZATION)
NOT_COPIED = {"id", "created_at", "updated_at"}
LOCAL_IDS = 10**6
"""Room for records of one kind in one community: local number = position * LOCAL_IDS + key."""
OFFICES = {
    "公安": "崇明公安分局",
    "民政": "区民政局",
    "残联": "区残联",
    "卫健": "区卫生健康委",
    "医保": "区医保局",
    "人社": "区人力资源社会保障局",
    "教育": "区教育局",
    "退役军人": "区退役军人事务局",
    "组织部": "区委组织部",
    "民宗": "区民族宗教办",
    "住建": "区房管局",
    "市监": "区市场监管局",
    "消防": "区消防救援支队",
    "农业农村": "区农业农村委",
    "司法": "区司法局",
}
COLLECTED_BY_WORKERS = frozenset({"自采", "网格"})
name_spelling = lru_cache(maxsize=200_000)(spell_name)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where an item goes. column, index: names in the table, None in `attributes`. steward: as in the catalogue."""

    column: str | None
    index: str | None
    sealed: bool
    steward: str


@dataclass(frozen=True, slots=True)
class TableShape:
    """columns: what is copied, in order; blank: the row before anything is known."""

    columns: tuple[str, ...]
    blank: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Layout:
    slots: Mapping[str, Slot]
    shapes: Mapping[str, TableShape]


@dataclass(frozen=True, slots=True)
class MadeRows:
    """copies: entity -> lines in PostgreSQL's COPY text format, each led by its local number."""

    plan: CommunityPlan
    people: int
    copies: Mapping[str, str]


def read_layout() -> Layout:
    """Reads the catalogue and the models: two queries at most."""
    items = [item for item in get_catalogue().items.values() if is_stored(item)]
    slots = {}
    for item in items:
        column = column_of(item)
        index = f"{item.key}_index" if column and item.is_sealed else None
        slots[item.code] = Slot(column, index, item.is_sealed, item.steward)
    slots["household.address"] = Slot("address", None, sealed=False, steward="公安")
    return Layout(slots, {entity: _shape(model_of(entity)) for entity in ENTITIES})


def make_rows(plan: CommunityPlan, layout: Layout, *, thin: bool) -> MadeRows:
    """Build a community and turn it into rows. thin: provenance only of what workers collect themselves."""
    community = build_community(plan)
    writer = _Writer(plan, layout, thin)
    copies = {entity: writer.lines(entity, _records(community, entity)) for entity in ENTITIES}
    return MadeRows(plan, len(community.people), copies)


class _Writer:
    def __init__(self, plan: CommunityPlan, layout: Layout, thin: bool) -> None:
        self._plan, self._layout, self._thin = plan, layout, thin
        self._rng = fixed_random(f"provenance {plan.code}")
        self._stamps: dict[str, dict[str, str]] = {}

    def lines(self, entity: str, records: Iterable[Record]) -> str:
        shape = self._layout.shapes[entity]
        return "".join(self._line(entity, shape, record) for record in records)

    def _line(self, entity: str, shape: TableShape, record: Record) -> str:
        row = dict(shape.blank)
        row["district"], row["area_code"] = district_of(record.area_code), record.area_code
        self._place_values(row, record.values)
        if entity == Entity.PERSON:
            row["registered_area_code"] = record.registered_area_code
            row["household_id"], row["dwelling_id"] = self._local(record.household), self._local(record.dwelling)
            row["pinyin"], row["initials"] = name_spelling(str(record.values["person.name"]))
        elif entity == Entity.HOUSEHOLD:
            row["head_id"] = self._local(record.head)
        cells = [self._local(record.key), *(row[column] for column in shape.columns)]
        return "\t".join(map(_cell, cells)) + "\n"

    def _place_values(self, row: dict[str, object], values: Mapping[str, object]) -> None:
        attributes: dict[str, object] = {}
        provenance: dict[str, dict[str, str]] = {}
        self._stamps.clear()
        for code, value in values.items():
            slot = self._layout.slots[code]
            if slot.index:
                row[slot.index] = blind_index(code, str(value))
            stored = seal(code, str(value)) if slot.sealed else value
            if slot.column:
                row[slot.column] = stored
            else:
                attributes[code] = stored
            if not self._thin or slot.steward in COLLECTED_BY_WORKERS:
                provenance[code] = self._stamp(slot.steward)
        row["attributes"], row["provenance"] = _json(attributes), _json(provenance)

    def _stamp(self, steward: str) -> dict[str, str]:
        """One source saw all it knows of a subject on one day; about a third of it more than a year ago."""
        stamp = self._stamps.get(steward)
        if stamp is None:
            own = steward in COLLECTED_BY_WORKERS
            on = REFERENCE_DAY - timedelta(days=self._rng.randint(5, 560 if own else 500))
            kind = SourceKind.SELF if own else SourceKind.DEPARTMENT
            by = self._plan.name if own else OFFICES[steward]
            stamp = self._stamps[steward] = {"s": kind.value, "by": by, "on": on.isoformat()}
        return stamp

    def _local(self, key: int | None) -> int | None:
        return None if key is None else self._plan.position * LOCAL_IDS + key


def _records(community: Community, entity: str) -> list[Record]:
    return {
        Entity.PERSON: community.people,
        Entity.HOUSEHOLD: community.households,
        Entity.DWELLING: community.dwellings,
        Entity.ORGANIZATION: community.organizations,
    }[Entity(entity)]


def _shape(model: type[models.Model]) -> TableShape:
    fields = {str(field.column): field for field in model._meta.concrete_fields if field.column not in NOT_COPIED}
    return TableShape(tuple(fields), {column: _blank(field) for column, field in fields.items()})


def _blank(field: "models.Field[Any, Any]") -> object:
    return None if field.null else field.get_default()


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _cell(value: object) -> str:
    """One cell in PostgreSQL's COPY text format."""
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
