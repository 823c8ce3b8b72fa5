"""What a department's system reads page by page: forms, sendings, progress, accepted rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet

from accounts.actors import Actor
from accounts.local_days import midnight
from accounts.models import Area
from forms_engine.export.columns import ExportColumn
from forms_engine.export.rendering import clearance_for, export_columns
from forms_engine.models import CellEdit, Dispatch, FormTemplate, FormVersion, Report, ReportRow
from forms_engine.selectors.dispatches import CommunityProgress, community_progress, list_dispatches
from forms_engine.selectors.exports import REVIEWED
from forms_engine.selectors.grid import BadPlace
from forms_engine.selectors.reports import get_columns
from forms_engine.selectors.templates import HEAVY, list_collectable
from registry.catalogue import get_catalogue

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """next: key to ask behind for the next page, None on the last."""

    items: Sequence[Row]
    next: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One accepted row. cells: as text, in the order of the columns."""

    area_code: int
    subject_id: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Answers:
    columns: Sequence[ExportColumn]
    rows: Sequence[Answer]
    next: str


def list_forms(
    *, actor: Actor, state: str = "", department: str = "", changed_since: date | None = None
) -> QuerySet[FormTemplate]:
    """Forms that the department may collect, with their versions, the latest first.

    state: that one of the versions is in. department: full name. changed_since: local day from whose beginning on a
    version was made or decided; the first version is made with its form.
    """
    versions = FormVersion.objects.defer(*HEAVY).order_by("-number")
    found = list_collectable(actor=actor).prefetch_related(Prefetch("versions", versions))
    of_form = FormVersion.objects.filter(template_id=OuterRef("pk"))
    if state:
        found = found.filter(Exists(of_form.filter(state=state)))
    if department:
        found = found.filter(department__name=department)
    if changed_since:
        begin = midnight(changed_since)
        found = found.filter(Exists(of_form.filter(Q(created_at__gte=begin) | Q(decided_at__gte=begin))))
    return found


def list_sendings(
    form: FormTemplate,
    *,
    closed: bool | None = None,
    period: str = "",
    reporting_from: date | None = None,
    reporting_until: date | None = None,
    changed_since: date | None = None,
) -> QuerySet[Dispatch]:
    """Sendings of a form with their version. changed_since: local day from whose beginning on it was sent or closed."""
    found = list_dispatches(form).select_related(None).select_related("version")
    found = found.defer("version__workbook", "version__layout")
    if closed is not None:
        found = found.filter(closed_at__isnull=not closed)
    if period:
        found = found.filter(period=period)
    if reporting_from:
        found = found.filter(reporting_date__gte=reporting_from)
    if reporting_until:
        found = found.filter(reporting_date__lte=reporting_until)
    if changed_since:
        begin = midnight(changed_since)
        found = found.filter(Q(created_at__gte=begin) | Q(closed_at__gte=begin))
    return found


def take_slice(rows: QuerySet[Row], *, after: int | None, limit: int, newest_first: bool = True) -> Slice[Row]:
    """Rows by descending (or ascending) key, behind `after`."""
    if after is not None:
        rows = rows.filter(pk__lt=after) if newest_first else rows.filter(pk__gt=after)
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    return Slice(found[:limit], found[limit - 1].pk if len(found) > limit else None)


def list_community_progress(
    *, dispatch: Dispatch, now: datetime, after: int = 0, limit: int
) -> tuple[list[CommunityProgress], int | None]:
    """Communities of the sending inside the scope, by code behind `after`, and the code to go on behind."""
    edited = CellEdit.objects.filter(report_id=OuterRef("pk"))
    reports = Report.objects.filter(dispatch=dispatch, area_code__gt=after).annotate(begun=Exists(edited))
    found = list(reports.order_by("area_code")[: limit + 1])
    taken = found[:limit]
    names = dict(Area.objects.filter(code__in=[report.area_code for report in taken]).values_list("code", "name"))
    communities = [community_progress(report, names, dispatch.due_at, now) for report in taken]
    return communities, taken[-1].area_code if len(found) > limit else None


def list_answers(*, actor: Actor, dispatch: Dispatch, after: str = "", limit: int) -> Answers:
    """Rows of accepted reports inside the scope, report by report: what an export would hold, a page of it.

    after: "report-position-subject". Masked above the clearance that was approved with the form. Raises BadPlace.
    """
    report_id, position, subject_id = _place(after)
    version = dispatch.version
    columns = export_columns(get_columns(version), get_catalogue(), clearance_for(version, actor))
    shown = [column for column in columns if column.is_read]
    accepted = Report.objects.visible_to(actor).filter(dispatch=dispatch, state__in=REVIEWED, pk__gte=report_id)
    areas = dict(accepted.values_list("pk", "area_code"))
    rows = ReportRow.objects.visible_to(actor).filter(report_id__in=areas).exclude(state=ReportRow.State.REMOVED)
    rows = rows.exclude(report_id=report_id, position__lt=position)
    rows = rows.exclude(report_id=report_id, position=position, subject_id__lte=subject_id)
    keys = ("report_id", "position", "subject_id")
    found = list(rows.order_by(*keys).values(*keys, "values")[: limit + 1])
    taken = found[:limit]
    following = "-".join(str(taken[-1][key]) for key in keys) if len(found) > limit else ""
    return Answers(
        shown, [Answer(areas[row["report_id"]], row["subject_id"], _cells(shown, row)) for row in taken], following
    )


def _cells(columns: Sequence[ExportColumn], row: dict[str, Any]) -> list[str]:
    return [_text(column, row["values"].get(column.letter)) for column in columns]


def _text(column: ExportColumn, value: Any) -> str:
    """The stored value as its text in the database, then as people read it: the way of a file."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return column.render(text) if column.render else text


def _place(text: str) -> tuple[int, int, int]:
    if not text:
        return 0, 0, 0
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadPlace
    report_id, position, subject_id = map(int, parts)
    return report_id, position, subject_id
