"""Totals of what villages handed in: those of each report, summed upwards here.

What leaves this file has passed the suppression of small counts already: page, chart, file and API show the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import F, JSONField, Value

from accounts.actors import Actor
from accounts.codes import Level, Range, ancestor, contains
from accounts.errors import NotFound
from accounts.models import Area
from forms_engine.export.rendering import clearance_for
from forms_engine.layers import Layers
from forms_engine.measures import Measures
from forms_engine.models import Dispatch, FormColumn, Report, ReportTotals
from forms_engine.selectors.exports import HANDED_IN
from forms_engine.selectors.reports import get_columns
from forms_engine.totals import AreaTotals, TotalsRow
from registry.catalogue import Catalogue, get_catalogue
from registry.masking import YES_NO, is_masked

BELOW = {
    Level.PROVINCE: Level.CITY,
    Level.CITY: Level.DISTRICT,
    Level.DISTRICT: Level.TOWN,
    Level.TOWN: Level.COMMUNITY,
}
NOT_FILLED = "未填"


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
    return Measures.of(column for column in columns if column.item is None or not is_masked(column.item, clearance))


def get_aggregate(
    *, actor: Actor, dispatch: Dispatch, area_code: int | None = None, letter: str = "", unreviewed: bool = False
) -> Aggregate:
    """Totals of the areas directly below one area. Five queries, however many villages and people.

    area_code: inside the scope, the post's own area by default. letter: the column whose values are counted.
    unreviewed: also what was handed in and not reviewed. Raises NotFound. What was handed in must have been counted:
    ask for it by `services.totals.take_totals`.
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
    for code, state, counts, sums in _list_totals(dispatch, actor, column):
        layer = layers.reviewed if state == Report.State.ACCEPTED else layers.waiting
        numbers = [Decimal(sums.get(summed.letter, 0)) for summed in measures.summed]
        named: Counter[str] = Counter()
        for value, subjects in counts.items():
            named[labels.get(value, value)] += subjects
        if named:
            layer.add(list(_way(own, actor.area_code, code)), named, numbers)
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


def _list_totals(
    dispatch: Dispatch, actor: Actor, column: FormColumn | None
) -> Iterator[tuple[int, str, Mapping[str, int], Mapping[str, str]]]:
    """(community, state, stored value of the counted column -> subjects, letter -> sum) of each report handed in."""
    reports = Report.objects.filter(dispatch=dispatch, state__in=HANDED_IN, area_code__range=actor.scope or (0, -1))
    counts = F(f"totals__counts__{column.letter}") if column else Value(None, JSONField())
    rows = reports.values_list("area_code", "state", "totals__subjects", counts, "totals__sums")
    for code, state, subjects, found, sums in rows.order_by("area_code"):
        if subjects is None:
            raise RuntimeError("a report that was handed in has not been counted")
        counted = (found or {}) if column else {ReportTotals.EMPTY: subjects} if subjects else {}
        yield code, state, counted, sums


def _labels(column: FormColumn | None, catalogue: Catalogue) -> Mapping[str, str]:
    """Stored value -> how people read it."""
    labels: dict[str, str] = {"true": YES_NO[True], "false": YES_NO[False]}
    if column is not None and column.item is not None and column.item.code_list_id:
        labels = dict(catalogue.labels(column.item.code).items())
    return labels | {ReportTotals.EMPTY: NOT_FILLED}
