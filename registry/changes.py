"""The one way in for a change of a registered value, for one subject or a million (登记变更).

Each incoming value is weighed against the one kept: the steward department's over a self-collected one over a derived
one; of equal rank the newer. What loses becomes a difference (差异) for someone to settle. What wins is written with
its provenance; the old row is kept by the history trigger. One SQL statement, whatever the number of subjects.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models
from django.db.models import TextChoices

from accounts.actors import Actor
from accounts.rights import CHANGE_RESIDENTS, require
from accounts.sealing import blind_index, seal
from registry.catalogue import Catalogue, column_of, get_catalogue, is_stored, model_of
from registry.models import DataItem, Entity
from registry.rules.pinyin import spell_name

RANKS = {"department": 3, "derived": 1}
ORDINARY_RANK = 2
MOST_PAIRS = 40  # jsonb_build_object takes at most 100 arguments
NUMERIC = (models.DecimalField, models.IntegerField)


class SourceKind(TextChoices):
    """Where a value comes from (来源)."""

    DEPARTMENT = "department", "部门数据"
    SELF = "self", "自采登记"
    REPORT = "report", "表单填报"
    IMPORT = "import", "Excel 导入"
    DERIVED = "derived", "推算"


@dataclass(frozen=True, slots=True)
class Source:
    """by: who, for people to read: a department's name, or community and worker. on: day the value was observed."""

    kind: SourceKind
    by: str
    on: date
    report_id: int | None = None

    def stamp(self) -> dict[str, Any]:
        """What provenance keeps for each item."""
        found: dict[str, Any] = {"s": self.kind.value, "by": self.by, "on": self.on.isoformat()}
        return found | ({"report": self.report_id} if self.report_id else {})


@dataclass(frozen=True, slots=True)
class Change:
    """values: item code -> canonical value in plain text, or None to clear it."""

    subject_id: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """changed: subjects with at least one value written; differences: values that lost and wait to be settled."""

    changed: int
    differences: int


def apply(*, actor: Actor, entity: str, changes: Sequence[Change], source: Source, decided: bool = False) -> Outcome:
    """Change values of some subjects, sealing what must be sealed. Subjects outside the scope stay as they are.

    decided: a person compared both values and chose these, so nothing is weighed.
    """
    items = {code for change in changes for code in change.values}
    incoming = json.dumps([_sealed(change) for change in changes], default=str)
    rows = "SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(subject_id bigint, vals jsonb, marks jsonb)"
    return apply_query(
        actor=actor,
        entity=entity,
        rows=rows,
        params=[incoming],
        items=sorted(items),
        source=source,
        decided=decided,
    )


def apply_query(
    *,
    actor: Actor,
    entity: str,
    rows: str,
    params: Sequence[Any],
    items: Sequence[str],
    source: Source,
    right: str = CHANGE_RESIDENTS,
    decided: bool = False,
) -> Outcome:
    """The same for whatever a query selects, without bringing it to Python.

    rows: SQL of (subject_id bigint, vals jsonb, marks jsonb): one row a subject; vals: item code -> canonical value,
    already sealed where the item is, null clears; marks: sealed item code -> blind index in hex. items: every item
    code that may be among them. right: what entitles the actor, such as accepting the report that holds the values.
    Raises NotAllowed without it, LookupError for an item that is not stored.
    """
    require(actor, right)
    if not items:
        return Outcome(0, 0)
    statement = _Statement(entity, [_stored(code, entity) for code in items], source, decided=decided)
    with connection.cursor() as cursor:
        own: dict[str, Any] = {"stamp": json.dumps(source.stamp(), ensure_ascii=False), "post": actor.post_id}
        cursor.execute(statement.sql(rows), own | _named(params))
        changed, differences, renamed = cursor.fetchone()
    _respell(json.loads(renamed) if renamed else [])
    return Outcome(changed, differences)


def seal_values(values: Mapping[str, Any], catalogue: Catalogue | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """Values as they are stored and the blind index (hex) of each sealed one."""
    catalogue = catalogue or get_catalogue()
    stored, marks = dict(values), {}
    for code, value in values.items():
        if value is not None and catalogue.item(code).is_sealed:
            stored[code] = seal(code, str(value))
            marks[code] = blind_index(code, str(value)).hex()
    return stored, marks


def _sealed(change: Change) -> dict[str, Any]:
    stored, marks = seal_values(change.values)
    return {"subject_id": change.subject_id, "vals": stored, "marks": marks}


def _stored(code: str, entity: str) -> DataItem:
    item = get_catalogue().item(code)
    if item.entity != entity or not is_stored(item):
        raise LookupError(code)
    return item


def _named(params: Sequence[Any]) -> dict[str, Any]:
    return {f"p{position}": value for position, value in enumerate(params)}


def _respell(renamed: Sequence[Sequence[Any]]) -> None:
    """Refresh pinyin of people whose name changed. renamed: [id, name] pairs."""
    if not renamed:
        return
    spelled = [
        {"id": pk, "pinyin": full, "initials": first} for pk, name in renamed for full, first in [spell_name(name)]
    ]
    sql = """
        UPDATE registry_person p SET pinyin = s.pinyin, initials = s.initials
        FROM jsonb_to_recordset(%s::jsonb) AS s(id bigint, pinyin text, initials text) WHERE p.id = s.id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(spelled)])


class _Statement:
    """Builds the SQL. Column names and item codes come from the catalogue and the models, never from a user."""

    def __init__(self, entity: str, items: Sequence[DataItem], source: Source, *, decided: bool) -> None:
        self.model = model_of(entity)
        self.decided = decided
        self.entity, self.items, self.source = entity, items, source
        self.columns = {item.code: column for item in items if (column := column_of(item))}

    def sql(self, rows: str) -> str:
        table = self.model._meta.db_table
        for position in range(rows.count("%s")):
            rows = rows.replace("%s", f"%(p{position})s", 1)
        return f"""
        WITH incoming AS MATERIALIZED ({rows}),
        weighed AS MATERIALIZED (
            SELECT t.id, t.district, t.area_code, {self._old_name()} AS old_name, i.vals, i.marks,
                   {self._outweighed()} AS outweighed, {self._lost()} AS lost
            FROM incoming i JOIN {table} t ON t.id = i.subject_id
            FOR UPDATE OF t
        ),
        decided AS MATERIALIZED (
            SELECT *, vals - ARRAY(SELECT jsonb_object_keys(outweighed)) AS won FROM weighed
        ),
        updated AS (
            UPDATE {table} t SET {self._assignments()}
            FROM decided d WHERE t.district = d.district AND t.id = d.id AND d.won <> '{{}}'::jsonb
            RETURNING t.id, {self._renamed()} AS new_name
        ),
        differing AS (
            INSERT INTO registry_difference
                (district, area_code, entity, subject_id, item_id, offered, source, state, created_at)
            SELECT d.district, d.area_code, '{self.entity}', d.id, l.key, l.value, %(stamp)s::jsonb, 'open', now()
            FROM decided d CROSS JOIN LATERAL jsonb_each_text(d.lost) l
            WHERE NOT EXISTS (
                SELECT 1 FROM registry_difference o
                WHERE o.entity = '{self.entity}' AND o.subject_id = d.id AND o.item_id = l.key
                  AND o.state = 'open' AND o.offered = l.value)
            RETURNING 1
        ),
        settled AS (
            UPDATE registry_difference f SET state = 'taken', settled_by_id = %(post)s, settled_at = now()
            FROM decided d
            WHERE f.entity = '{self.entity}' AND f.subject_id = d.id AND f.state = 'open'
              AND d.won->>f.item_id = f.offered
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM updated), (SELECT count(*) FROM differing),
               (SELECT jsonb_agg(jsonb_build_array(id, new_name)) FROM updated WHERE new_name IS NOT NULL)
        """  # noqa: S608

    def _old_name(self) -> str:
        return "t.name" if self.entity == Entity.PERSON else "NULL"

    def _renamed(self) -> str:
        if "person.name" not in self.columns:
            return "NULL"
        return "CASE WHEN t.name IS DISTINCT FROM d.old_name THEN t.name END"

    def _outweighed(self) -> str:
        """Object of the incoming values that come second to the kept ones, whether they differ or agree."""
        return self._object({item.code: self._stays(item) for item in self.items})

    def _lost(self) -> str:
        """Object of those among them that differ: for someone to settle."""
        return self._object({item.code: f"{self._stays(item)} AND {self._differs(item)}" for item in self.items})

    def _object(self, where: Mapping[str, str]) -> str:
        """JSON object of the incoming values of the items whose predicate holds."""
        pairs = [f"'{code}', CASE WHEN {holds} THEN i.vals->'{code}' END" for code, holds in where.items()]
        objects = [
            f"jsonb_build_object({', '.join(pairs[start : start + MOST_PAIRS])})"
            for start in range(0, len(pairs), MOST_PAIRS)
        ]
        return f"jsonb_strip_nulls({' || '.join(objects)})"

    def _stays(self, item: DataItem) -> str:
        """Whether the kept value outweighs the incoming one; an agreeing weaker source must not take its place."""
        if self.decided:
            return "false"
        kept = f"t.provenance->'{item.code}'"
        whens = " ".join(f"WHEN '{kind}' THEN {rank}" for kind, rank in RANKS.items())
        rank = f"(CASE {kept}->>'s' {whens} ELSE {ORDINARY_RANK} END)"
        mine = RANKS.get(self.source.kind, ORDINARY_RANK)
        newer = f"coalesce({kept}->>'on', '') > '{self.source.on.isoformat()}'"
        return f"i.vals ? '{item.code}' AND {self._known(item)} AND ({rank} > {mine} OR ({rank} = {mine} AND {newer}))"

    def _known(self, item: DataItem) -> str:
        column = self.columns.get(item.code)
        if column is None:
            return f"t.attributes ? '{item.code}'"
        return f"t.{column} <> ''" if self._is_text(column) else f"t.{column} IS NOT NULL"

    def _differs(self, item: DataItem) -> str:
        if item.is_sealed:
            return f"t.provenance->'{item.code}'->>'ix' IS DISTINCT FROM i.marks->>'{item.code}'"
        column = self.columns.get(item.code)
        if column is None:
            return f"t.attributes->>'{item.code}' IS DISTINCT FROM i.vals->>'{item.code}'"
        if isinstance(self.model._meta.get_field(column), NUMERIC):
            return f"t.{column} IS DISTINCT FROM (i.vals->>'{item.code}')::numeric"
        return f"t.{column}::text IS DISTINCT FROM i.vals->>'{item.code}'"

    def _assignments(self) -> str:
        typed = [self._assignment(code, column) for code, column in self.columns.items()]
        typed += [self._index(item) for item in self.items if item.is_sealed and item.code in self.columns]
        names = ", ".join(f"'{code}'" for code in self.columns)
        others = f"d.won - ARRAY[{names}]::text[]"
        stamps = (
            "(SELECT jsonb_object_agg(k, %(stamp)s::jsonb || CASE WHEN d.marks ? k"
            " THEN jsonb_build_object('ix', d.marks->>k) ELSE '{}'::jsonb END) FROM jsonb_object_keys(d.won) k)"
        )
        return ", ".join(
            [
                *typed,
                f"attributes = jsonb_strip_nulls(t.attributes || ({others}))",
                f"provenance = t.provenance || {stamps}",
                "version = t.version + 1",
                "updated_at = now()",
            ]
        )

    def _assignment(self, code: str, column: str) -> str:
        value = f"d.won->>'{code}'"
        if self._is_text(column):
            given = f"coalesce({value}, '')"
        else:
            given = f"({value})::{self.model._meta.get_field(column).db_type(connection)}"
        return f"{column} = CASE WHEN d.won ? '{code}' THEN {given} ELSE t.{column} END"

    def _index(self, item: DataItem) -> str:
        column = f"{item.key}_index"
        given = f"decode(d.marks->>'{item.code}', 'hex')"
        return f"{column} = CASE WHEN d.won ? '{item.code}' THEN {given} ELSE t.{column} END"

    def _is_text(self, column: str) -> bool:
        return isinstance(self.model._meta.get_field(column), models.CharField | models.TextField)
