"""Reports that wait for a post, and how far the running dispatches are."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, OuterRef, Q, Subquery

from accounts import rights
from accounts.actors import Actor
from accounts.models import Area
from accounts.rights import holds
from forms_engine.models import FormVersion, Report
from forms_engine.selectors.reports import HEAVY, JOINED, Summary, summarize
from portal.rules import Deadline, Segment, deadline_of, segments
from portal.selectors.todo import OPEN_REPORTS

SHOWN = 8
BY_DATA = Q(dispatch__version__answer_mode=FormVersion.AnswerMode.DATA)


@dataclass(frozen=True, slots=True)
class ReportTask:
    """A report that waits, with what is left to fill in it."""

    report: Report
    deadline: Deadline
    summary: Summary = field(default_factory=Summary)

    @property
    def known_text(self) -> str:
        return f"{self.summary.known_percent}%"

    @property
    def bar(self) -> list[Segment]:
        counts, total = self.summary, max(self.summary.needed, 1)
        confirm = min(counts.confirm + counts.conflict, total - counts.missing)
        known = total - counts.missing - confirm
        return segments({"known": known, "confirm": confirm, "missing": counts.missing}, total)


@dataclass(frozen=True, slots=True)
class ReportTasks:
    """open: to fill or to mend, nearest deadline first. answered: forms that data answered this month."""

    open: list[ReportTask] = field(default_factory=list)
    answered: list[Report] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """One dispatch in the actor's area. late: names of communities that have not handed in, for who chases them.

    can_open: whether the page of the dispatch is the actor's.
    """

    dispatch_id: int
    form: str
    department: str
    period: str
    deadline: Deadline
    total: int
    accepted: int
    submitted: int
    late: list[str]
    can_open: bool

    @property
    def says(self) -> str:
        waiting = f",{self.submitted} 份待审" if self.submitted else ""
        return f"已通过 {self.accepted} / {self.total} 份{waiting}"

    @property
    def bar(self) -> list[Segment]:
        return segments({"done": self.accepted, "known": self.submitted}, self.total)


def list_report_tasks(*, actor: Actor, now: datetime) -> ReportTasks:
    """Two queries: the reports, and the counts of those that are shown."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    wanted = Q(state__in=OPEN_REPORTS) | (BY_DATA & Q(dispatch__created_at__gte=month))
    found = Report.objects.visible_to(actor).filter(wanted).with_required().select_related(*JOINED).defer(*HEAVY)
    reports = list(found.order_by("dispatch__due_at", "pk"))
    answered = [one for one in reports if one.dispatch.version.answer_mode == FormVersion.AnswerMode.DATA]
    waiting = [one for one in reports if one.state in OPEN_REPORTS and one not in answered]
    counts = summarize(waiting[:SHOWN])
    tasks = [
        ReportTask(one, deadline_of(one.dispatch.due_at, now), counts.get(one.pk, Summary())) for one in waiting[:SHOWN]
    ]
    return ReportTasks(tasks, answered)


def list_reviews(*, actor: Actor, now: datetime) -> list[ReportTask]:
    """Reports that communities handed in, longest waiting first, each with `area_name`."""
    found = Report.objects.visible_to(actor).filter(state=Report.State.SUBMITTED)
    found = found.select_related(*JOINED).defer(*HEAVY).annotate(area_name=_name_of_area())
    return [
        ReportTask(one, deadline_of(one.dispatch.due_at, now)) for one in found.order_by("submitted_at", "pk")[:SHOWN]
    ]


def list_progress(*, actor: Actor, now: datetime, name_late: bool = False) -> list[Progress]:
    """Dispatches still running in the actor's area, nearest deadline first; a department sees its own.

    name_late: name the communities that have not handed in.
    """
    running = Report.objects.visible_to(actor).filter(dispatch__closed_at=None).exclude(BY_DATA)
    if actor.department_id is not None:
        running = running.filter(dispatch__version__template__department_id=actor.department_id)
    not_in = Q(state__in=[*OPEN_REPORTS, Report.State.PREPARING])
    columns: dict[str, Any] = {
        "total": Count("pk"),
        "accepted": Count("pk", filter=Q(state=Report.State.ACCEPTED)),
        "submitted": Count("pk", filter=Q(state=Report.State.SUBMITTED)),
    }
    if name_late:
        running = running.annotate(area_name=_name_of_area())
        columns["late"] = ArrayAgg("area_name", filter=not_in, default=[])
    grouped = running.order_by().values("dispatch_id", **_DISPATCH).annotate(**columns)
    unfinished = grouped.filter(accepted__lt=F("total")).order_by("due_at", "dispatch_id")
    return [_progress(row, now, holds(actor, rights.COLLECT_REPORTS)) for row in unfinished[:SHOWN]]


_DISPATCH = {
    "form": F("dispatch__version__template__name"),
    "department": F("dispatch__version__template__department__name"),
    "period": F("dispatch__period"),
    "due_at": F("dispatch__due_at"),
}


def _progress(row: dict[str, Any], now: datetime, can_open: bool) -> Progress:
    deadline = deadline_of(row.pop("due_at"), now)
    return Progress(deadline=deadline, late=row.pop("late", []), can_open=can_open, **row)


def _name_of_area() -> Subquery:
    return Subquery(Area.objects.filter(pk=OuterRef("area_code")).values("name")[:1])
