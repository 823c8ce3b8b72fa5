"""Returned data in the prefilling statement: joins, and expressions by which a department's value wins.

The same order as `registry.changes`: a department's value over a self-collected one over a derived one, of two
departments' values the newer. Column names and codes come from the catalogue, numbers are ours: no user text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from accounts.codes import Range
from data_return.filling import Filling, Source
from data_return.models.datasets import NAMED_BY
from forms_engine.models import FormColumn
from registry.catalogue import column_of, get_catalogue, model_of
from registry.models import DataItem, Entity, ItemType

NOTHING = "'{}'::jsonb"
MOST_PAIRS = 40  # jsonb_build_object takes at most 100 arguments


@dataclass(frozen=True, slots=True)
class Offered:
    """A bound column that returned data may fill. value, on, dataset: SQL over the joins, NULL where there is none."""

    column: FormColumn
    item: DataItem
    value: str
    on: str
    dataset: str

    @property
    def wins(self) -> str:
        """SQL: there is a value, and no newer one of a department is registered. `s.stamps`: days of those."""
        letter = self.column.letter
        return f"({self.value} IS NOT NULL AND coalesce(s.stamps->>'{letter}' <= {self.on}::text, true))"


@dataclass(frozen=True, slots=True)
class Returned:
    """joins: LEFT JOINs after `s` (subjects) and `r` (their report). offered: the columns that they may fill."""

    joins: str
    offered: Sequence[Offered]

    @property
    def cells(self) -> str:
        """SQL of `s.cells` with what won."""
        return self._over("s.cells", (self._cell(one) for one in self.offered))

    @property
    def origins(self) -> str:
        """SQL of {letter: [dataset, day]} of what won."""
        pairs = (
            f"'{one.column.letter}', CASE WHEN {one.wins} THEN jsonb_build_array({one.dataset}, {one.on}) END"
            for one in self.offered
        )
        return f"jsonb_strip_nulls({self._over(NOTHING, pairs)})"

    def flags(self, on: date) -> str:
        """SQL of `s.flags` with those of what won: to confirm where it is older than the item's recheck period."""
        return self._over("s.flags", (self._flag(one, on) for one in self.offered))

    def _cell(self, one: Offered) -> str:
        value = one.value
        if one.item.type == ItemType.DECIMAL:
            value = f"to_jsonb(trim_scale(({value} #>> '{{}}')::numeric)::text)"
        letter = one.column.letter
        return f"'{letter}', CASE WHEN {one.wins} THEN {value} ELSE s.cells->'{letter}' END"

    def _flag(self, one: Offered, on: date) -> str:
        letter, old = one.column.letter, "false"
        if one.item.recheck_days:
            old = f"{one.on} < '{(on - timedelta(days=one.item.recheck_days)).isoformat()}'"
        mine = f"CASE WHEN {old} THEN '\"confirm\"'::jsonb END"
        return f"'{letter}', CASE WHEN {one.wins} THEN {mine} ELSE s.flags->'{letter}' END"

    def _over(self, base: str, pairs: Iterator[str]) -> str:
        listed = list(pairs)
        objects = [
            f"jsonb_build_object({', '.join(listed[start : start + MOST_PAIRS])})"
            for start in range(0, len(listed), MOST_PAIRS)
        ]
        return " || ".join([base, *objects])


def compile_returned(
    filling: Filling, columns: Sequence[FormColumn], low: int, high: int, span: int
) -> Returned | None:
    """What may fill these columns in communities of codes low to high, `span` codes each; None where nothing may.

    A record fills the report of the community that it lies in, nobody else's. A person is found by the match of the
    record, everything else by what names it.
    """
    alias: dict[int, str] = {}
    offered: list[Offered] = []
    choices: list[str] = []
    for column in columns:
        item = column.item
        sources = _within(filling.items.get(item.code, ()), low, high) if item is not None else []
        if item is None or not sources:
            continue
        for source in sources:
            alias.setdefault(source.dataset_id, f"d{len(alias)}")
        if len(sources) == 1:
            name = alias[sources[0].dataset_id]
            value = f"CASE WHEN {_allowed(name, sources[0])} THEN {name}.vals->'{item.code}' END"
            offered.append(Offered(column, item, f"({value})", f"{name}.observed_on", str(sources[0].dataset_id)))
        else:
            name = f"m{len(choices)}"
            choices.append(_newest(name, item.code, [(alias[one.dataset_id], one) for one in sources]))
            offered.append(Offered(column, item, f"{name}.value", f"{name}.observed_on", f"{name}.dataset"))
    join = _join if filling.subject == Entity.PERSON else partial(_join_by_name, NAMED_BY[filling.subject])
    joins = [join(name, dataset_id, low, high, span) for dataset_id, name in alias.items()]
    if filling.subject != Entity.PERSON:
        joins.insert(0, _names(NAMED_BY[filling.subject], low, high, span))
    return Returned("\n".join([*joins, *choices]), offered) if offered else None


def _within(sources: Sequence[Source], low: int, high: int) -> list[Source]:
    """Sources that reach into the chunk; those that cover all of it without their ranges."""
    found = []
    for source in sources:
        near = [one for one in source.ranges or ((low, high),) if one[0] <= high and one[1] >= low]
        if source.ranges is None or any(one[0] <= low and high <= one[1] for one in near):
            found.append(Source(source.dataset_id, None))
        elif near:
            found.append(Source(source.dataset_id, tuple(near)))
    return found


def _allowed(name: str, source: Source) -> str:
    if source.ranges is None:
        return "true"
    return "(" + " OR ".join(_between(f"{name}.area_code", one) for one in source.ranges) + ")"


def _between(column: str, area: Range) -> str:
    return f"{column} BETWEEN {int(area[0])} AND {int(area[1])}"


def _join(name: str, dataset_id: int, low: int, high: int, span: int) -> str:
    """The newest record of each person in a dataset, from the chunk's own communities."""
    return f"""LEFT JOIN (
        SELECT DISTINCT ON (person_id) person_id, area_code, "values" AS vals, observed_on
        FROM data_return_returnedrecord
        WHERE dataset_id = {int(dataset_id)} AND {_between("area_code", (low, high))} AND person_id IS NOT NULL
        ORDER BY person_id, observed_on DESC, id
    ) {name} ON {name}.person_id = s.id AND {name}.area_code BETWEEN r.area_code AND r.area_code + {span - 1}"""  # noqa: S608


def _names(named_by: str, low: int, high: int, span: int) -> str:
    """What names each household, dwelling or organization, where it names one of its community and no other."""
    item = get_catalogue().item(named_by)
    column, community = str(column_of(item)), f"area_code - area_code % {span}"
    return f"""LEFT JOIN (
        SELECT min(id) AS id, {community} AS community, "{column}" AS named
        FROM "{model_of(item.entity)._meta.db_table}"
        WHERE {_between("area_code", (low, high))} AND closed_on IS NULL AND "{column}" <> ''
        GROUP BY 2, 3 HAVING count(*) = 1
    ) k ON k.id = s.id""".replace("%", "%%")  # noqa: S608


def _join_by_name(named_by: str, name: str, dataset_id: int, low: int, high: int, span: int) -> str:
    """The newest record of each subject that the item names, from the chunk's own communities."""
    named = f"\"values\"->>'{named_by}'"
    return f"""LEFT JOIN (
        SELECT DISTINCT ON (named) {named} AS named, area_code, "values" AS vals, observed_on
        FROM data_return_returnedrecord
        WHERE dataset_id = {int(dataset_id)} AND {_between("area_code", (low, high))} AND {named} IS NOT NULL
        ORDER BY named, observed_on DESC, id
    ) {name} ON {name}.named = k.named AND {name}.area_code BETWEEN r.area_code AND r.area_code + {span - 1}"""  # noqa: S608


def _newest(name: str, code: str, sources: Sequence[tuple[str, Source]]) -> str:
    """Of several datasets that hold the item: the newest value, of equal ones the first dataset's."""
    rows = ", ".join(
        f"(CASE WHEN {_allowed(one, source)} THEN {one}.vals->'{code}' END, {one}.observed_on, {source.dataset_id})"
        for one, source in sources
    )
    return f"""LEFT JOIN LATERAL (
        SELECT * FROM (VALUES {rows}) x(value, observed_on, dataset)
        WHERE value IS NOT NULL ORDER BY observed_on DESC, dataset LIMIT 1
    ) {name} ON true"""  # noqa: S608
