"""The rows of one report one by one: for phones, for pages without script, for adding and removing subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Func, Q, QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.errors import NotFound
from forms_engine.models import FormColumn, Report, ReportRow
from forms_engine.selectors.grid import OPEN_STATES, ROW_FIELDS, Lens, Place, behind, report_rows
from forms_engine.services.fill import Gap
from registry.catalogue import get_catalogue
from registry.models import Entity
from registry.models.base import Subject
from registry.selectors.people import PeopleFilter, list_people
from registry.selectors.places import PlaceFilter, list_dwellings, list_households, list_organizations
from registry.selectors.subjects import with_derived
from registry.showing import text_of

PAGE = 50
MOST_CANDIDATES = 20
OPEN_COMMENT = "$.* ? (!exists (@.done))"
SEARCHES = {
    Entity.HOUSEHOLD: list_households,
    Entity.DWELLING: list_dwellings,
    Entity.ORGANIZATION: list_organizations,
}
DESCRIBED = {
    Entity.PERSON: ("person.name", "person.residence_address"),
    Entity.HOUSEHOLD: ("household.number", "household.head_name"),
    Entity.DWELLING: ("dwelling.address", "dwelling.code"),
    Entity.ORGANIZATION: ("organization.name", "organization.address"),
}
"""Items that tell which subject is meant: its name, and one more for namesakes."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One row in a list. open: cells that wait for the worker. note: reason of an added or removed row."""

    id: int
    name: str
    open: int = 0
    state: str = ReportRow.State.LISTED
    note: str = ""


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """next: place of the following page, "" on the last."""

    rows: list[Listed]
    next: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a worker goes from one row. number: 1-based place among `total`; ids are None at the ends."""

    number: int
    total: int
    previous: int | None
    next: int | None
    next_open: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the registry who may be added. listed: is in the report already, perhaps removed."""

    id: int
    name: str
    detail: str
    listed: bool


class HasOpenComment(Func):
    """Whether a reviewer's comment is not settled yet."""

    function = "jsonb_path_exists"
    template = f"%(function)s(%(expressions)s, '{OPEN_COMMENT}')"
    output_field = BooleanField()


def open_rows(rows: QuerySet[Any], columns: Sequence[FormColumn]) -> QuerySet[Any]:
    """Rows with a cell that waits: missing, doubtful, or returned."""
    required = [column.letter for column in columns if column.required]
    waits = Q(HasOpenComment("comments")) | ~Q(flags={})
    return rows.filter(waits | ~Q(values__has_keys=required) if required else waits)


def list_subjects(*, lens: Lens, report: Report, after: str = "", only_open: bool = False) -> SubjectPage:
    """A page of fifty rows with their names, in the order of the sheet."""
    rows = report_rows(actor=lens.actor, report=report)
    rows = behind(open_rows(rows, lens.columns) if only_open else rows, Place.read(after))
    found = list(rows.values(*ROW_FIELDS)[: PAGE + 1])
    taken = found[:PAGE]
    following = str(Place(taken[-1]["position"], taken[-1]["subject_id"])) if len(found) > PAGE else ""
    return SubjectPage([_subject(lens, row) for row in taken], following)


def list_removed(*, lens: Lens, report: Report) -> list[Listed]:
    """Rows taken out of the roster (已移出), with their reasons."""
    rows = ReportRow.objects.visible_to(lens.actor).filter(district=report.district, report=report)
    removed = rows.filter(state=ReportRow.State.REMOVED).order_by("position", "subject_id")
    return [_subject(lens, row) for row in removed.values(*ROW_FIELDS)]


def get_row(*, actor: Actor, report: Report, subject_id: int) -> dict[str, Any]:
    """One row as a dictionary, removed ones too. Raises NotFound outside the scope."""
    rows = ReportRow.objects.visible_to(actor).filter(district=report.district, report=report)
    row: dict[str, Any] | None = rows.filter(subject_id=subject_id).values(*ROW_FIELDS).first()
    if row is None:
        raise NotFound("这一行不在您的名册中,请返回列表重新选择。")
    return row


def name_gaps(*, lens: Lens, report: Report, gaps: Sequence[Gap]) -> list[tuple[Gap, str]]:
    """Each gap with the name of its row, masked for the reader."""
    rows = report_rows(actor=lens.actor, report=report).filter(subject_id__in={gap.subject_id for gap in gaps})
    names = {row["subject_id"]: lens.name(row) for row in rows.values("subject_id", "position", "values")}
    return [(gap, names.get(gap.subject_id, "")) for gap in gaps]


def get_neighbours(*, lens: Lens, report: Report, row: dict[str, Any]) -> Neighbours:
    """Four short queries over one report."""
    rows = report_rows(actor=lens.actor, report=report)
    after = behind(rows, Place(row["position"], row["subject_id"]))
    before = rows.filter(position__lte=row["position"]).exclude(
        position=row["position"], subject_id__gte=row["subject_id"]
    )
    ahead, total = before.count(), rows.count()
    waiting = open_rows(rows.exclude(subject_id=row["subject_id"]), lens.columns)
    return Neighbours(
        number=ahead + 1,
        total=total,
        previous=_first(before.reverse()),
        next=_first(after),
        next_open=_first(behind(waiting, Place(row["position"], row["subject_id"]))) or _first(waiting),
    )


def find_first_open(*, lens: Lens, report: Report) -> int | None:
    """Subject of the first row that waits; of the first row where none does; None without rows."""
    rows = report_rows(actor=lens.actor, report=report)
    return _first(open_rows(rows, lens.columns)) or _first(rows)


def find_candidates(*, actor: Actor, report: Report, text: str) -> list[Candidate]:
    """Subjects of the registry inside the scope that match what was typed; none for an empty search."""
    if not text.strip():
        return []
    subject = report.dispatch.version.subject
    items = [get_catalogue().item(code) for code in DESCRIBED[Entity(subject)]]
    found = list(with_derived(_search(actor, subject, text.strip()), subject, items, on=localdate())[:MOST_CANDIDATES])
    listed = ReportRow.objects.visible_to(actor).filter(report=report, subject_id__in=[one.pk for one in found])
    present = set(listed.values_list("subject_id", flat=True))
    return [Candidate(one.pk, *_describe(one, subject, actor), listed=one.pk in present) for one in found]


def _search(actor: Actor, subject: str, text: str) -> QuerySet[Any]:
    if subject == Entity.PERSON:
        return list_people(actor=actor, wanted=PeopleFilter(text=text), on=localdate()).order_by("area_code", "pk")
    search: Any = SEARCHES[Entity(subject)]
    found: QuerySet[Any] = search(actor=actor, wanted=PlaceFilter(text=text)).order_by("area_code", "pk")
    return found


def _describe(found: Subject, subject: str, actor: Actor) -> tuple[str, str]:
    """Name and one more fact that tells namesakes apart, masked for the reader."""
    catalogue = get_catalogue()
    name, detail = (text_of(found, catalogue.item(code), actor, catalogue) for code in DESCRIBED[Entity(subject)])
    return name or f"编号 {found.pk}", detail


def _subject(lens: Lens, row: dict[str, Any]) -> Listed:
    waiting = sum(lens.state(column, row) in OPEN_STATES for column in lens.columns)
    return Listed(row["subject_id"], lens.name(row), waiting, row["state"], row["reason"])


def _first(rows: QuerySet[Any]) -> int | None:
    found: int | None = rows.values_list("subject_id", flat=True).first()
    return found
