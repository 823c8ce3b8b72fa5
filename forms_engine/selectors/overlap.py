"""Ask once (一次采集): what the registry knows already, and which live forms ask the same."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.lookups import IsNull

from accounts.codes import SPAN, Level, ancestor, subtree
from accounts.models import Area
from accounts.recall import recall
from forms_engine.models import Dispatch, FormColumn, FormVersion
from forms_engine.selectors.templates import is_live
from forms_engine.services.prefill import Roster, list_subjects
from registry.catalogue import Catalogue, get_catalogue
from registry.conditions import parts_above
from registry.expressions import NotReachable, item_expression
from registry.models import DataItem, Entity

FEWEST = 10
"""A smaller group is not counted exactly for anybody outside it: its members could be told apart."""
ENOUGH = 95
"""Percent known of every required item from which a form is offered the zero-disturbance answer (零打扰)."""
BELOW = {"area.grid": SPAN[Level.COMMUNITY], "area.microgrid": SPAN[Level.GRID]}
COUNTED_MEMBERS = frozenset({"household.registered_count", "household.resident_count"})


@dataclass(frozen=True, slots=True)
class Known:
    """subjects: how many the roster would list; counts: item code -> how many of these have the item.

    above: names of items in the condition that the reader sees masked; they withhold everything.
    """

    subjects: int
    counts: Mapping[str, int]
    above: list[str] = field(default_factory=list)

    @property
    def is_small(self) -> bool:
        """Whether numbers are withheld. Zero too: "nobody" would tell as much about one person as "somebody"."""
        return self.subjects < FEWEST or bool(self.above)

    @property
    def about(self) -> int:
        """The subjects in round tens, so that two counts do not tell whether one person is among them."""
        return self.subjects - self.subjects % FEWEST

    def percent(self, code: str) -> int | None:
        """Whole percent, rounded down: 100 means none is missing. None where it is withheld or there is nobody."""
        if self.is_small or code not in self.counts:
            return None
        return 100 * self.counts[code] // self.subjects


@dataclass(frozen=True, slots=True)
class FormOverlap:
    """shared: how many of our asked columns that live form asks too; percent: of our asked columns."""

    template_id: int
    name: str
    department: str
    shared: int
    percent: int


@dataclass(frozen=True)
class Overlap:
    """forms: the largest share first; asked_by: item code -> names of the live forms that ask it."""

    forms: Sequence[FormOverlap] = ()
    asked_by: Mapping[str, Sequence[str]] = field(default_factory=dict)


def measure_known(*, version: FormVersion, columns: Sequence[FormColumn], on: date) -> Known:
    """Fill rate of every bound item over the form's own roster in its department's area, in one query.

    version: `template.department.area` joined. Raises BadCondition.
    """
    items = {column.item.code: column.item for column in columns if column.item is not None}
    filters = {code: _is_known(item, version.subject, on) for code, item in items.items()}
    names = {code: f"known_{position}" for position, code in enumerate(filters)}
    counts = {names[code]: Count("pk", filter=known) for code, known in filters.items() if known is not None}
    found = list_asked(version, columns, get_catalogue(), on=on).aggregate(subjects=Count("pk"), **counts)
    return Known(found["subjects"], {code: found.get(name, 0) for code, name in names.items()})


def recall_known(*, version: FormVersion, columns: Sequence[FormColumn], on: date) -> Known:
    """`measure_known`, or what it found in the last minutes for the same question seen through the same scope.

    Over a district of a million it takes a second or two, and a department goes back and forth between its pages.
    """
    asked = [version.subject, version.population, version.condition, [column.item_id for column in columns]]
    place = version.template.department.area_id
    question = json.dumps(["known", version.pk, version.created_at, on, *asked, place], default=str, sort_keys=True)
    return recall(question, Known, lambda: measure_known(version=version, columns=columns, on=on))


def names_above(version: FormVersion, clearance: int) -> list[str]:
    """Items of the form's condition above a clearance: its reader must not count by them (no oracle)."""
    return [item.name for item in parts_above(version.condition, clearance, get_catalogue())]


def count_asked(*, version: FormVersion, on: date) -> int:
    """How many subjects the roster would list. Raises BadCondition."""
    return list_asked(version, [], get_catalogue(), on=on).count()


def list_asked(version: FormVersion, columns: Sequence[FormColumn], catalogue: Catalogue, *, on: date) -> QuerySet[Any]:
    """Subjects that a dispatch to the whole area of the department would list on that day."""
    roster = Roster(Dispatch(version=version, reporting_date=on), columns, catalogue)
    inside = Q()
    for home in roster.homes:
        inside |= Q(**{f"{home}__range": version.template.department.area.range})
    return list_subjects(roster).filter(inside).order_by()


def find_overlap(*, version: FormVersion, columns: Sequence[FormColumn]) -> Overlap:
    """What other live forms of the district ask among our items. Two forms of one department count too."""
    asked = [column for column in columns if column.kind != FormColumn.Kind.NUMBER]
    codes = {column.item_id for column in asked if column.item_id}
    area_code = version.template.department.area_id
    return find_forms_asking(codes, area_code=area_code, among=len(asked), but=version.template_id)


def find_forms_asking(codes: Collection[str], *, area_code: int, among: int, but: int = 0) -> Overlap:
    """Live forms of the district around `area_code` that ask one of the items. among: what shares are counted of.

    but: a form that is left out.
    """
    if not codes:
        return Overlap()
    forms: dict[int, tuple[str, str, set[str]]] = {}
    asked_by: dict[str, list[str]] = {}
    for template_id, name, department, code in _live_items(codes, area_code, but):
        forms.setdefault(template_id, (name, department, set()))[2].add(code)
        asked_by.setdefault(code, []).append(name)
    shares = [
        FormOverlap(pk, name, department, len(shared), 100 * len(shared) // among)
        for pk, (name, department, shared) in forms.items()
    ]
    return Overlap(sorted(shares, key=lambda form: (-form.percent, form.name)), asked_by)


def _live_items(codes: Collection[str], area_code: int, but: int) -> list[tuple[int, str, str, str]]:
    """(form, its name, its department, item code) of live forms of the district that ask one of the items."""
    district = subtree(ancestor(area_code, Level.DISTRICT), Level.DISTRICT)
    live = FormVersion.objects.filter(is_live(), template__department__area__code__range=district)
    latest = live.exclude(template_id=but).order_by("template_id", "-number").distinct("template_id")
    asking = FormColumn.objects.filter(version__in=latest.values("pk"), item_id__in=codes)
    form = ("version__template_id", "version__template__name", "version__template__department__name")
    return list(asking.order_by("version__template_id", "position").values_list(*form, "item_id"))


def can_answer_by_data(columns: Sequence[FormColumn], known: Known) -> bool:
    """Whether the registry answers the form alone: nothing new is asked, required items are known to 95 %."""
    asked = [column for column in columns if column.kind != FormColumn.Kind.NUMBER]
    if not asked or any(column.kind == FormColumn.Kind.NEW_ASK for column in asked):
        return False
    needed = [column.item_id for column in asked if column.required and column.item_id]
    return not known.is_small and all((known.percent(code) or 0) >= ENOUGH for code in needed)


def count_communities(area: Area) -> int:
    """Communities that a dispatch to the whole area disturbs."""
    return Area.objects.within(area.range).filter(level=Level.COMMUNITY).count()


def _is_known(item: DataItem, subject: str, on: date) -> Q | None:
    """Whether a subject has the item; None where the item cannot be seen from the subject.

    Items that a subquery per subject would answer are told by the column they hang on.
    """
    if item.code in BELOW:
        # A grid's code ends in zeros from its own level on: beyond the community there must be something.
        return ~Q(area_code__exact=F("area_code") - F("area_code") % BELOW[item.code])
    if item.entity == Entity.AREA:
        return Q(area_code__gt=0)
    if item.code == "person.registered_area" and subject == Entity.PERSON:
        return Q(registered_area_code__gt=0)
    if item.code in COUNTED_MEMBERS and subject in (Entity.PERSON, Entity.HOUSEHOLD):
        return Q(household__isnull=False) if subject == Entity.PERSON else Q(pk__isnull=False)
    try:
        return Q(IsNull(item_expression(item, subject, on=on), rhs=False))
    except NotReachable:
        return None
