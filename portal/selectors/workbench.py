"""The workbench (工作台): what a post has to do, by when, what is already done. A fixed, small number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate

from accounts import rights
from accounts.actors import Actor
from accounts.models import ApprovalReviewer, Emergency
from accounts.rights import holds
from accounts.sight_reading import list_unnoted
from data_return.selectors.corrections import list_waiting
from forms_engine.models import FormVersion
from forms_engine.selectors.admissions import (
    approval_of_version,
    list_opinions_to_give,
    list_steps_of_version,
    list_versions_to_admit,
)
from portal.models import Filing, SystemLetter, SystemTodo
from portal.navigation import url_of
from portal.selectors.complaints import list_asked_back, list_to_answer, list_waiting_at_desk
from portal.selectors.figures import Figures, get_figures
from portal.selectors.grants import GrantTasks, get_grant_tasks
from portal.selectors.low_use import list_letters_to_answer
from portal.selectors.reports import (
    SHOWN,
    Progress,
    ReportTask,
    ReportTasks,
    list_progress,
    list_report_tasks,
    list_reviews,
)
from portal.selectors.system_todos import list_waiting_todos
from portal.selectors.systems import (
    approval_of_filing,
    list_filings_to_decide,
    list_filings_to_mend,
    list_steps_of_filing,
)
from portal.selectors.systems import list_opinions_to_give as list_system_opinions_to_give
from portal.selectors.todo import (
    list_events_to_handle,
    list_open_differences,
    list_tags_to_decide,
    list_versions_to_mend,
)
from registry.catalogue import get_catalogue
from registry.masking import show
from registry.models import Difference, Entity, Event, Person, SavedList
from registry.selectors.saved_lists import list_saved
from tagging.models import TagChange
from tagging.selectors.changes import list_changes


@dataclass(frozen=True, slots=True)
class DifferenceTask:
    """offered: masked for the reader. subject: name of the person, else the kind of the subject."""

    difference: Difference
    subject: str
    offered: str

    @property
    def url(self) -> str:
        return url_of(f"registry:{self.difference.entity}_detail", self.difference.subject_id)


@dataclass(frozen=True, slots=True)
class CountedTask:
    """Things that wait for the post, as one line. what: to do. due_on: of the first, None: no clock runs."""

    what: str
    count: int
    due_on: date | None
    url: str
    kind: str

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < localdate()


@dataclass(frozen=True, slots=True)
class Workbench:
    """Sections of the page; one that is not the post's business stays empty. figures: None where none are counted.

    rechecks: how many subjects carry a tag that nobody looked at for its whole cycle (待复核).
    """

    reports: ReportTasks = field(default_factory=ReportTasks)
    reviews: list[ReportTask] = field(default_factory=list)
    admissions: list[FormVersion] = field(default_factory=list)
    opinions: list[ApprovalReviewer] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    system_opinions: list[ApprovalReviewer] = field(default_factory=list)
    forms: list[FormVersion] = field(default_factory=list)
    tag_changes: list[TagChange] = field(default_factory=list)
    rechecks: int = 0
    events: list[Event] = field(default_factory=list)
    letters: list[SystemLetter] = field(default_factory=list)
    system_todos: list[SystemTodo] = field(default_factory=list)
    differences: list[DifferenceTask] = field(default_factory=list)
    emergencies: list[Emergency] = field(default_factory=list)
    corrections: CountedTask | None = None
    grants: GrantTasks = field(default_factory=GrantTasks)
    complaints: list[CountedTask] = field(default_factory=list)
    notices: list[CountedTask] = field(default_factory=list)
    saved_lists: list[SavedList] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    figures: Figures | None = None

    @property
    def has_tasks(self) -> bool:
        filling = self.reports.open or self.reviews or self.events or self.differences
        desks = self.admissions or self.opinions or self.filings or self.system_opinions or self.letters
        tagging = self.tag_changes or self.rechecks
        data = self.corrections or self.complaints or self.notices or self.grants.any
        return bool(filling or desks or tagging or data or self.forms or self.system_todos)

    @property
    def due_today(self) -> int:
        return sum(task.deadline.is_today for task in self.reports.open)


def get_workbench(*, actor: Actor, now: datetime, todo: Mapping[str, int]) -> Workbench:
    """Everything the post may and has to see this morning.

    todo: what `count_todo` counted. What waits for nobody is not asked for again.
    """
    fills, reviews = holds(actor, rights.FILL_REPORTS), holds(actor, rights.REVIEW_REPORTS)
    follows = reviews or holds(actor, rights.ADMIT_FORMS) or holds(actor, rights.DESIGN_FORMS)
    return Workbench(
        reports=list_report_tasks(actor=actor, now=now) if fills else ReportTasks(),
        reviews=list_reviews(actor=actor, now=now) if reviews else [],
        admissions=list_admission_tasks(actor=actor) if todo.get("admissions") else [],
        opinions=list_opinion_tasks(actor=actor) if todo.get("opinions") else [],
        filings=list_filing_tasks(actor=actor) if todo.get("systems") or todo.get("own_systems") else [],
        system_opinions=list_system_opinion_tasks(actor=actor) if todo.get("system_opinions") else [],
        forms=list_form_tasks(actor=actor) if todo.get("forms") else [],
        tag_changes=list_tag_tasks(actor=actor) if holds(actor, rights.DECIDE_TAGS) and todo.get("tags") else [],
        rechecks=todo.get("tags", 0) if holds(actor, rights.ATTACH_TAGS) else 0,
        events=list_event_tasks(actor=actor) if todo.get("events") else [],
        letters=list(list_letters_to_answer(actor=actor)[:SHOWN]) if todo.get("letters") else [],
        system_todos=list(list_waiting_todos(actor=actor)[:SHOWN]) if todo.get("system_todos") else [],
        differences=list_difference_tasks(actor=actor) if todo.get("differences") else [],
        emergencies=list_emergency_tasks(actor=actor) if todo.get("emergencies") else [],
        corrections=get_correction_task(actor=actor) if todo.get("corrections") else None,
        grants=get_grant_tasks(actor=actor, todo=todo),
        complaints=list_complaint_tasks(actor=actor, todo=todo),
        notices=list_notice_tasks(todo),
        saved_lists=list(list_saved(actor=actor)[:SHOWN]) if holds(actor, rights.SAVE_LISTS) else [],
        progress=list_progress(actor=actor, now=now, name_late=reviews) if follows else [],
        figures=get_figures(actor=actor, on=localdate(now)),
    )


def list_emergency_tasks(*, actor: Actor) -> list[Emergency]:
    """Emergency views in the area that this head has not taken note of, the last first."""
    return list(list_unnoted(actor=actor).select_related("post__user", "post__area").order_by("-pk")[:SHOWN])


def get_correction_task(*, actor: Actor) -> CountedTask | None:
    """Corrections of returned data (校核) that wait for the post; None where none do."""
    if holds(actor, rights.ANSWER_CORRECTIONS):
        what, url = "村居提出的校核,请核对答复", "data_return:correction_list"
    elif holds(actor, rights.MARK_RECORDS):
        what, url = "部门答复了校核,请看结果", "data_return:correction_list"
    elif holds(actor, rights.WATCH_CORRECTIONS):
        what, url = "部门逾期未答复的校核", "data_return:correction_clocks"
    else:
        return None
    found = list_waiting(actor=actor).aggregate(count=Count("pk"), due_on=Min("due_on"))
    return CountedTask(what, url=url_of(url), kind="回流数据校核", **found) if found["count"] else None


def list_notice_tasks(todo: Mapping[str, int]) -> list[CountedTask]:
    """Notices (通知) that the unit has not opened, and for the desk those of departments. No query."""
    lines = {
        "notices": ("有通知本单位还没有读", "portal:notice_list"),
        "sent_notices": ("部门的通知,请审核", "portal:notice_sent"),
    }
    return [
        CountedTask(what, todo[key], None, url_of(url), "通知") for key, (what, url) in lines.items() if todo.get(key)
    ]


def list_complaint_tasks(*, actor: Actor, todo: Mapping[str, int]) -> list[CountedTask]:
    """Complaints (举报) that wait for the office, the department or the reporter under a name. No query without any."""
    waiting = {
        "discipline": (list_waiting_at_desk, "举报待受理、待办理或部门逾期", "portal:discipline_list", "监督举报"),
        "inquiries": (list_to_answer, "纪检监察转来的问题,请核实答复", "portal:inquiry_list", "纪检转办"),
        "complaints": (list_asked_back, "您的实名举报,纪检监察请您补充", "portal:complaint_mine", "监督举报"),
    }
    return [
        CountedTask(what, todo[key], rows(actor=actor).aggregate(due=Min("due_on"))["due"], url_of(url), kind)
        for key, (rows, what, url, kind) in waiting.items()
        if todo.get(key)
    ]


def list_tag_tasks(*, actor: Actor) -> list[TagChange]:
    """Requests about tags that wait for the desk, each with `due_on`, the first due first."""
    waiting = list_tags_to_decide(actor=actor).values("subject_id")
    found: QuerySet[Any] = list_changes(actor=actor).filter(pk__in=waiting)
    return list(found.order_by("due_on", "pk")[:SHOWN])


def list_event_tasks(*, actor: Actor) -> list[Event]:
    return list(list_events_to_handle(actor=actor).order_by("occurred_at", "pk")[:SHOWN])


def list_difference_tasks(*, actor: Actor) -> list[DifferenceTask]:
    """Oldest first. The other value is shown as the reader may see it."""
    names = Person.objects.filter(pk=OuterRef("subject_id")).values("name")[:1]
    found = (
        list_open_differences(actor=actor)
        .select_related("item")
        .annotate(person_name=Subquery(names))
        .order_by("pk")[:SHOWN]
    )
    catalogue = get_catalogue()
    tasks = []
    for one in found:
        item = catalogue.item(one.item_id)
        is_person = one.entity == Entity.PERSON
        subject = show(catalogue.item("person.name"), one.person_name, actor.clearance) if is_person else ""
        tasks.append(
            DifferenceTask(
                one, subject or Entity(one.entity).label, show(item, one.offered, actor.clearance, catalogue)
            )
        )
    return tasks


def list_admission_tasks(*, actor: Actor) -> list[FormVersion]:
    """Versions at the desk with department, longest waiting first, each with `handed_in_at` and `due_on`."""
    approval = approval_of_version()
    found = list_versions_to_admit(actor=actor).annotate(
        handed_in_at=Subquery(approval.values("submitted_at")), due_on=Subquery(approval.values("due_on"))
    )
    return _oldest_first(found, "handed_in_at")


def list_opinion_tasks(*, actor: Actor) -> list[ApprovalReviewer]:
    """Forms of other departments that wait for the own opinion, the first due first."""
    found = list_opinions_to_give(actor=actor).select_related("approval__department")
    return list(found.order_by("due_on", "pk")[:SHOWN])


def list_filing_tasks(*, actor: Actor) -> list[Filing]:
    """Systems at the desk, or given back to the own department, each with `moved_at`, `due_on` and `note`."""
    if holds(actor, rights.ADMIT_SYSTEMS):
        found = list_filings_to_decide(actor=actor)
    elif holds(actor, rights.APPLY_SYSTEMS):
        found = list_filings_to_mend(actor=actor)
    else:
        return []
    approval, steps = approval_of_filing(), list_steps_of_filing()
    found = found.annotate(
        moved_at=Subquery(steps.values("at")[:1]),
        note=Subquery(steps.values("note")[:1]),
        due_on=Subquery(approval.values("due_on")),
    )
    return list(found.select_related("system__department").order_by("moved_at", "pk")[:SHOWN])


def list_system_opinion_tasks(*, actor: Actor) -> list[ApprovalReviewer]:
    """Systems of other departments that wait for the own opinion, the first due first."""
    found = list_system_opinions_to_give(actor=actor).select_related("approval__department")
    return list(found.order_by("due_on", "pk")[:SHOWN])


def list_form_tasks(*, actor: Actor) -> list[FormVersion]:
    """Versions of the own department that the desk gave back, each with `given_back_at` and `note`, its opinion."""
    last = list_steps_of_version()
    found = list_versions_to_mend(actor=actor).annotate(
        given_back_at=Subquery(last.values("at")[:1]), note=Subquery(last.values("note")[:1])
    )
    return _oldest_first(found, "given_back_at")


def _oldest_first(versions: QuerySet[FormVersion], moment: str) -> list[FormVersion]:
    found = versions.select_related("template__department").defer("workbook", "layout")
    return list(found.order_by(moment, "pk")[:SHOWN])
