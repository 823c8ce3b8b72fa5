"""Sendings of a form: where they can go, and how far the villages are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from django.db.models import Exists, OuterRef, QuerySet, TextChoices

from accounts.actors import Actor
from accounts.codes import Level, ancestor
from accounts.errors import NotFound
from accounts.models import Area
from forms_engine.models import CellEdit, Dispatch, FormTemplate, Report
from forms_engine.selectors.reports import Summary, summarize
from forms_engine.selectors.templates import list_collectable


class Progress(TextChoices):
    """How far a community is (进度), the least far first."""

    PREPARING = "preparing", "预填中"
    NOT_STARTED = "not_started", "未开始"
    FILLING = "filling", "填报中"
    RETURNED = "returned", "已退回"
    SUBMITTED = "submitted", "已提交"
    ACCEPTED = "accepted", "已通过"
    CLOSED = "closed", "未交,已收表"


OPEN = frozenset({Progress.PREPARING, Progress.NOT_STARTED, Progress.FILLING, Progress.RETURNED})


@dataclass(frozen=True, slots=True)
class TownChoice:
    """A town with its communities, to choose from."""

    town: Area
    communities: Sequence[Area]


@dataclass(slots=True)
class CommunityProgress:
    """late: open after the deadline, or handed in after it. summary: None until it is asked for."""

    report_id: int
    code: int
    name: str
    progress: Progress
    late: bool
    submitted_at: datetime | None
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class BarPart:
    """A piece of a bar. start, width: in communities."""

    progress: Progress
    start: int
    width: int


@dataclass(slots=True)
class TownProgress:
    code: int
    name: str
    communities: list[CommunityProgress] = field(default_factory=list)

    @property
    def counts(self) -> list[tuple[Progress, int]]:
        """States that occur, in their order, with how many communities are there."""
        counted = Counter(community.progress for community in self.communities)
        return [(progress, counted[progress]) for progress in Progress if counted[progress]]

    @property
    def parts(self) -> list[BarPart]:
        """The counts laid end to end."""
        ends = list(accumulate((count for _, count in self.counts), initial=0))
        return [BarPart(progress, start, count) for (progress, count), start in zip(self.counts, ends, strict=False)]

    @property
    def late(self) -> int:
        return sum(community.late for community in self.communities)

    @property
    def done(self) -> int:
        """Communities that have handed in, accepted or not yet."""
        handed_in = (Progress.SUBMITTED, Progress.ACCEPTED)
        return sum(community.progress in handed_in for community in self.communities)


def list_towns(*, actor: Actor) -> list[TownChoice]:
    """Towns of the actor's area with their communities, in one query. Areas without communities are left out."""
    areas = Area.objects.visible_to(actor).filter(level__in=(Level.TOWN, Level.COMMUNITY)).order_by("code")
    towns: dict[int, Area] = {}
    communities: dict[int, list[Area]] = {}
    for area in areas:
        if area.level == Level.TOWN:
            towns[area.code] = area
        else:
            communities.setdefault(ancestor(area.code, Level.TOWN), []).append(area)
    return [TownChoice(town, communities[code]) for code, town in towns.items() if code in communities]


def expand_areas(towns: Sequence[TownChoice], chosen: Iterable[str]) -> list[int]:
    """Codes of the communities that were ticked, alone or by their town; what is not on offer is left out."""
    ticked = {int(code) for code in chosen if code.isascii() and code.isdigit()}
    return [
        community.code
        for choice in towns
        for community in choice.communities
        if community.code in ticked or choice.town.code in ticked
    ]


def list_dispatches(template: FormTemplate) -> QuerySet[Dispatch]:
    """Sendings of a form, the last first, with version and job."""
    return Dispatch.objects.filter(version__template=template).select_related("job").order_by("-pk")


def get_dispatch(*, actor: Actor, pk: int) -> Dispatch:
    """One sending with version, form and job. Raises NotFound where the department may not collect the form."""
    granted = list_collectable(actor=actor).values("pk")
    found = Dispatch.objects.filter(version__template__in=granted)
    dispatch = (
        found.select_related("version__template__department", "job")
        .defer("version__workbook", "version__layout")
        .filter(pk=pk)
        .first()
    )
    if dispatch is None:
        raise NotFound
    return dispatch


def list_progress(*, dispatch: Dispatch, now: datetime) -> list[TownProgress]:
    """Every community of the sending inside the scope, by town. Two queries, whatever the number of villages.

    now: aware; a community is late when its deadline has passed without it.
    """
    edited = CellEdit.objects.filter(report_id=OuterRef("pk"))
    reports = list(Report.objects.filter(dispatch=dispatch).annotate(begun=Exists(edited)).order_by("area_code"))
    names = _names_of(reports)
    towns: dict[int, TownProgress] = {}
    for report in reports:
        code = ancestor(report.area_code, Level.TOWN)
        town = towns.setdefault(code, TownProgress(code, names.get(code, "")))
        town.communities.append(community_progress(report, names, dispatch.due_at, now))
    return list(towns.values())


def add_summaries(town: TownProgress) -> None:
    """Gaps of the town's communities that are still open, in two queries."""
    still_open = [community for community in town.communities if community.progress in OPEN]
    reports = Report.objects.filter(pk__in=[community.report_id for community in still_open])
    summaries = summarize(reports.with_required())
    for community in still_open:
        community.summary = summaries.get(community.report_id, Summary())


def _names_of(reports: Sequence[Report]) -> dict[int, str]:
    codes = {report.area_code for report in reports}
    wanted = codes | {ancestor(code, Level.TOWN) for code in codes}
    return dict(Area.objects.filter(code__in=wanted).values_list("code", "name"))


def community_progress(report: Report, names: dict[int, str], due_at: datetime, now: datetime) -> CommunityProgress:
    """How far one community is. report: annotated with `begun`. names: code -> name of the area."""
    progress = Progress(report.state)
    if progress == Progress.FILLING and not report.begun:  # type: ignore[attr-defined]  # annotated
        progress = Progress.NOT_STARTED
    late = now > due_at if progress in OPEN else report.submitted_at is not None and report.submitted_at > due_at
    name = names.get(report.area_code, "")
    return CommunityProgress(report.pk, report.area_code, name, progress, late, report.submitted_at)
