"""Totals of what villages handed in: one GROUP BY at the level of communities, summed upwards here.

What leaves this file has passed the suppression of small counts already: page, chart, file and API show the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg2.sql import SQL, Composable, Literal

from accounts.actors import Actor
from accounts.codes import Level, Range, ancestor, contains
from accounts.errors import NotFound
from accounts.models import Area
from accounts.recall import recall
from forms_engine.export.rendering import clearance_for
from forms_engine.layers import Layers
from forms_engine.models import Dispatch, FormColumn, Report, ReportRow
from forms_engine.selectors.exports import HANDED_IN, handed_in
from forms_engine.selectors.reports import get_columns
from forms_engine.totals import AreaTotals, TotalsRow
from registry.catalogue import Catalogue, get_catalogue
from registry.masking import YES_NO, is_masked
from registry.models import ItemType

BELOW = {
    Level.PROVINCE: Level.CITY,
    Level.CITY: Level.DISTRICT,
    Level.DISTRICT: Level.TOWN,
    Level.TOWN: Level.COMMUNITY,
}
SUMMED = frozenset({ItemType.INTEGER, ItemType.DECIMAL})
NEVER_SUMMED = frozenset({"person.age"})
"""Numbers whose sum says nothing."""
NOT_FILLED = "未填"


@dataclass(frozen=True, slots=True)
class Measures:
    """What of a form can be added up: summed columns, and columns whose values can be counted."""

    summed: Sequence[FormColumn]
    counted: Sequence[FormColumn]

    def column(self, letter: str) -> FormColumn | None:
        """The counted column of that letter, else the first; None where the form has none."""
        return next((column for column in self.counted if column.letter == letter), next(iter(self.counted), None))


@dataclass(frozen=True, slots=True)
class Aggregate:
    """areas: children of `area`, by code; total: all of them. values: in the order of the code list."""

    area: Area
    path: Sequence[Area]
    level: Level
    measures: Measures
    column: FormColumn | None
    areas: Sequence[TotalsRow]
    total: TotalsRow
    values: Sequence[str]

    @property
    def is_lowest(self) -> bool:
        """Whether the areas are communities, which open no further."""
        return self.level == Level.COMMUNITY


def get_measures(dispatch: Dispatch, actor: Actor) -> Measures:
    """Columns of the form that the reader may see added up."""
    clearance = clearance_for(dispatch.version, actor)
    columns = get_columns(dispatch.version)
    open_columns = [column for column in columns if column.item is None or not is_masked(column.item, clearance)]
    return Measures(
        [column for column in open_columns if column.type in SUMMED and column.item_id not in NEVER_SUMMED],
        [column for column in open_columns if _is_counted(column)],
    )


def get_aggregate(
    *, actor: Actor, dispatch: Dispatch, area_code: int | None = None, letter: str = "", unreviewed: bool = False
) -> Aggregate:
    """Totals of the areas directly below one area. Six queries, however many villages and people.

    area_code: inside the scope, the post's own area by default. letter: the column whose values are counted.
    unreviewed: also what was handed in and not reviewed. Raises NotFound.
    """
    area, path = _area(actor, area_code)
    level = BELOW.get(Level(area.level), Level.COMMUNITY)
    measures = get_measures(dispatch, actor)
    column = measures.column(letter)
    areas = _count_reports(dispatch, area.range, level, len(measures.summed))
    layers = _count_people(actor, dispatch, measures, column)
    folded = layers.settle(small=settings.SMALL_COUNT)
    values = folded if column else []
    total = _total_of(area.code, areas.values(), len(measures.summed))
    rows = [layers.as_row(line, values, unreviewed=unreviewed) for line in (*areas.values(), total)]
    return Aggregate(area, path, level, measures, column, rows[:-1], rows[-1], values)


def _count_people(actor: Actor, dispatch: Dispatch, measures: Measures, column: FormColumn | None) -> Layers:
    """Everybody in the reader's own area, whichever part of it is looked at: what is withheld hangs on all of it."""
    labels = _labels(column, get_catalogue())
    layers = Layers(actor.area_code, list(labels.values()) if column else [])
    own = Level(actor.area_level)
    for code, accepted, value, subjects, *sums in _group(dispatch, actor, measures, column):
        layer = layers.reviewed if accepted else layers.waiting
        layer.add(list(_way(own, actor.area_code, code)), labels.get(value, str(value)), subjects, sums)
    return layers


def _way(level: Level, own: int, community: int) -> Iterator[int]:
    """Codes from the reader's own area down to a community."""
    yield own
    while (level := BELOW.get(level, Level.COMMUNITY)) != Level.COMMUNITY:
        yield ancestor(community, level)
    if community != own:
        yield community


def _total_of(code: int, areas: Iterable[AreaTotals], summed: int) -> AreaTotals:
    """How far the areas are together; people are added as those of the area around them."""
    total = AreaTotals(code, "合计", sums=[Decimal(0)] * summed)
    for part in areas:
        total.reports, total.handed = total.reports + part.reports, total.handed + part.handed
        total.accepted += part.accepted
    return total


def _area(actor: Actor, code: int | None) -> tuple[Area, list[Area]]:
    """The area and those around it up to the post's own, the widest first."""
    code = actor.area_code if code is None else code
    if actor.scope is None or not contains(actor.scope, code):
        raise NotFound
    around = {actor.area_code, code, *(ancestor(code, level) for level in (Level.DISTRICT, Level.TOWN))}
    found = list(Area.objects.visible_to(actor).filter(code__in=around).order_by("code"))
    area = next((area for area in found if area.code == code and area.level != Level.MICROGRID), None)
    if area is None:
        raise NotFound
    return area, [other for other in found if contains(other.range, code) and other.code != code]


def _count_reports(dispatch: Dispatch, within: Range, level: Level, summed: int) -> dict[int, AreaTotals]:
    """How far the areas are, by code and with their names."""
    reports = Report.objects.filter(dispatch=dispatch, area_code__range=within).order_by("area_code")
    areas: dict[int, AreaTotals] = {}
    for community, state in reports.values_list("area_code", "state"):
        code = ancestor(community, level)
        area = areas.setdefault(code, AreaTotals(code, "", sums=[Decimal(0)] * summed))
        area.reports += 1
        area.handed += state in HANDED_IN
        area.accepted += state == Report.State.ACCEPTED
    for code, name in Area.objects.filter(code__in=areas).values_list("code", "name"):
        areas[code].name = name
    return areas


_GROUPS = SQL(
    """
SELECT q.area_code, q.accepted, {value}, count(*){sums} FROM (
    SELECT r.area_code, r.state = {accepted} AS accepted, w."values" FROM forms_engine_report r
    JOIN forms_engine_reportrow w ON w.district = r.district AND w.report_id = r.id AND w.state <> {removed}
    WHERE r.dispatch_id = {dispatch} AND r.state = ANY({states}) AND r.area_code BETWEEN {low} AND {high}
) q GROUP BY 1, 2, 3
"""
)
_SUM = SQL(
    """, coalesce(sum(CASE WHEN q."values"->>{0} ~ '^-?[0-9]+([.][0-9]+)?$' THEN (q."values"->>{0})::numeric END), 0)"""
)


def _group(dispatch: Dispatch, actor: Actor, measures: Measures, column: FormColumn | None) -> list[tuple[Any, ...]]:
    """(community, whether accepted, stored value of the counted column, subjects, a sum for each summed column)."""
    low, high = actor.scope or (0, -1)
    value: Composable = SQL('q."values"->>{}').format(Literal(column.letter)) if column else SQL("NULL::text")
    query = _GROUPS.format(
        value=value,
        sums=SQL("").join(_SUM.format(Literal(summed.letter)) for summed in measures.summed),
        removed=Literal(str(ReportRow.State.REMOVED)),
        dispatch=Literal(dispatch.pk),
        accepted=Literal(str(Report.State.ACCEPTED)),
        states=Literal([str(state) for state in handed_in(unreviewed=True)]),
        low=Literal(low),
        high=Literal(high),
    )
    with connection.cursor() as cursor:
        statement = query.as_string(cursor.cursor)

    def find() -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            groups: list[tuple[Any, ...]] = cursor.fetchall()
            return groups

    return recall(f"totals {statement} {_standing(dispatch)}", find)


def _standing(dispatch: Dispatch) -> list[tuple[int, int, str]]:
    """Which reports stand how: what was handed in does not change without a step, and each step counts `version`."""
    reports = Report.objects.filter(dispatch=dispatch, state__in=handed_in(unreviewed=True))
    return list(reports.order_by("pk").values_list("pk", "version", "state"))


def _is_counted(column: FormColumn) -> bool:
    has_list = column.item is not None and column.item.code_list_id is not None
    return has_list or column.type == ItemType.BOOLEAN


def _labels(column: FormColumn | None, catalogue: Catalogue) -> Mapping[str | None, str]:
    """Stored value -> how people read it; None is an empty cell."""
    labels: dict[str | None, str] = {"true": YES_NO[True], "false": YES_NO[False]}
    if column is not None and column.item is not None and column.item.code_list_id:
        labels = dict(catalogue.labels(column.item.code).items())
    return labels | {None: NOT_FILLED}
