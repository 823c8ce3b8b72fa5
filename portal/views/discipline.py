"""The desk of the discipline office (纪检监察): what waits, one complaint with its steps, who reported, the ledger."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits, rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.audit import record
from accounts.chips import list_chips
from accounts.errors import Conflict, DomainError, NotFound
from accounts.exporting import as_download, write_table
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from portal.complaint_forms import (
    OVERDUE,
    CloseForm,
    DeskFilterForm,
    HandForm,
    NoteForm,
    ReasonForm,
    SendBackForm,
)
from portal.complaints.rules import Action, Finding, next_state
from portal.complaints.secrecy import evidence_seal
from portal.models import Complaint
from portal.selectors.complaints import (
    Told,
    count_by_clock,
    get_at_desk,
    get_evidence,
    list_at_desk,
    list_departments,
)
from portal.services.complaints.desk import (
    accept_complaint,
    ask_reporter,
    close_complaint,
    hand_over,
    open_reporter_of,
    publish_answer,
    reject_complaint,
    retract_answer,
    send_back,
)
from registry.evidence import TYPES, Kind, content_of

DETAIL = "portal:discipline_detail"
MOST_ROWS = 5000
HEADERS = ("编号", "收到日期", "类别", "涉及部门", "范围", "方式", "状态", "答复部门", "期限", "核实结论", "公开日期")

STEPS: dict[str, tuple[Action, Callable[..., Complaint], str]] = {
    "accept": (Action.ACCEPT, accept_complaint, "已受理。"),
    "reject": (Action.REJECT, reject_complaint, "已不予受理,理由举报人会看到。"),
    "ask": (Action.ASK, ask_reporter, "已请举报人补充。"),
    "hand": (Action.HAND, hand_over, "已转部门办理,时限开始计算。"),
    "send_back": (Action.SEND_BACK, send_back, "已退回部门重办。"),
    "close": (Action.CLOSE, close_complaint, "已核实办结。"),
    "publish": (Action.PUBLISH, publish_answer, "答复已公开,全区的村居和部门都能看到。"),
    "retract": (Action.RETRACT, retract_answer, "已撤下公开的答复。"),
}


@access(rights.HANDLE_COMPLAINTS)
@require_safe
def discipline_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = DeskFilterForm(request.GET)
    form.is_valid()
    found = list_at_desk(actor=actor, **_wanted(form))
    paging = take_page(found, request, key=["-filed_on", "-pk"])
    record(actor, "complaint.listed", count=len(paging.rows))
    context = {
        "paging": paging,
        "filters": form,
        "chips": list_chips(request, form),
        "query": request.GET.urlencode(),
        "counts": count_by_clock(actor=actor),
    }
    return render(request, "portal/discipline_list.html", context)


@access(rights.HANDLE_COMPLAINTS, step_up=True, file=True)
@require_safe
def discipline_export(request: HttpRequest) -> HttpResponse:
    """The ledger (台账): no words of any complaint, no name."""
    actor = actor_of(request)
    form = DeskFilterForm(request.GET)
    form.is_valid()
    limits.spend(actor, limits.EXPORT)
    rows = [_row(one) for one in list_at_desk(actor=actor, **_wanted(form))[:MOST_ROWS]]
    record(actor, "complaint.exported", rows=len(rows))
    return as_download(write_table("举报台账", HEADERS, rows), f"举报台账{localdate():%Y%m%d}.xlsx")


@access(rights.HANDLE_COMPLAINTS)
@never_cache
@require_safe
def discipline_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    told = get_at_desk(actor=actor, pk=pk)
    record(actor, "complaint.read", told.complaint)
    return _page(request, told)


@access(rights.HANDLE_COMPLAINTS)
@never_cache
@require_POST
def discipline_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One step, named by its button. Of two officers at once the second is answered 409."""
    actor = actor_of(request)
    told = get_at_desk(actor=actor, pk=pk)
    name = request.POST.get("step", "")
    if name not in STEPS:
        raise DomainError("没有这一步,请用页面上的按钮办理。")
    _, take, sentence = STEPS[name]
    form = _form(request, name, told, request.POST)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            take(actor=actor, pk=pk, seen=seen_in(request), **_given(name, form))
            tell(request, sentence)
            return go(request, DETAIL, pk) if name != "reject" else go(request, "portal:discipline_list")
    return _page(request, told, refused={name: form})


@access(rights.HANDLE_COMPLAINTS, step_up=True)
@never_cache
@require_http_methods(["GET", "POST"])
def discipline_reporter(request: HttpRequest, pk: int) -> HttpResponse:
    """Who reported under a name: shown in the answer to this one post, for a reason that the reporter reads, too."""
    actor = actor_of(request)
    complaint = get_at_desk(actor=actor, pk=pk).complaint
    if not complaint.is_named:
        raise NotFound
    form = ReasonForm(request.POST or None)
    reporter = None
    if form.is_valid():
        with refusals_on(form):
            limits.spend(actor, limits.UNMASK)
            reporter = open_reporter_of(actor=actor, pk=pk, **form.cleaned_data)
    context = {"complaint": complaint, "form": form, "reporter": reporter}
    return render(request, "portal/discipline_reporter.html", context, status=422 if form.errors else 200)


@access(rights.HANDLE_COMPLAINTS)
@require_safe
def discipline_evidence(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    actor = actor_of(request)
    complaint = get_at_desk(actor=actor, pk=pk).complaint
    return evidence_of(request, complaint, evidence_pk, handed=False)


def evidence_of(request: HttpRequest, complaint: Complaint, evidence_pk: int, *, handed: bool) -> HttpResponse:
    """A photo of a complaint that the reader may see, opened for this one answer."""
    evidence = get_evidence(complaint=complaint, pk=evidence_pk, handed=handed)
    record(actor_of(request), "complaint.evidence_read", evidence, subject=complaint.pk)
    content = content_of(evidence.sealed, sealed_as=evidence_seal(complaint.pk))
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=TYPES[Kind(evidence.kind)][0], headers=headers)


def _wanted(form: DeskFilterForm) -> dict[str, Any]:
    given = form.cleaned_data
    state = given.get("state", "")
    overdue = state == OVERDUE
    return {"state": "" if overdue else state, "category": given.get("category", ""), "overdue": overdue}


def _row(one: Complaint) -> list[str]:
    return [
        str(one.pk),
        f"{one.filed_on:%Y-%m-%d}",
        one.get_category_display(),
        str(one.department or ""),
        one.area.name,
        "实名" if one.is_named else "匿名",
        one.get_state_display(),
        str(one.handed_to or ""),
        f"{one.due_on:%Y-%m-%d}" if one.due_on else "",
        one.get_finding_display(),
        f"{one.published_on:%Y-%m-%d}" if one.published_on else "",
    ]


def _form(request: HttpRequest, name: str, told: Told, data: Any = None) -> forms.Form:
    ids = f"{name}-%s"  # several forms stand on the page
    if name == "hand":
        departments = list_departments(actor=actor_of(request))
        initial = {"department": told.complaint.department_id}
        return HandForm(data, departments=departments, evidence=told.evidence, initial=initial, auto_id=ids)
    kinds: dict[str, type[forms.Form]] = {"send_back": SendBackForm, "close": CloseForm}
    return kinds.get(name, NoteForm)(data, auto_id=ids)


def _given(name: str, form: forms.Form) -> dict[str, Any]:
    given = dict(form.cleaned_data)
    if name == "retract":
        given.pop("note", None)
    if "finding" in given:
        given["finding"] = Finding(given["finding"])
    if name == "hand":
        given["evidence"] = given.pop("photos", [])
    return given


def _page(request: HttpRequest, told: Told, *, refused: dict[str, forms.Form] | None = None) -> HttpResponse:
    refused = refused or {}
    possible = [name for name, (action, *_) in STEPS.items() if next_state(told.complaint.state, action) is not None]
    context = {
        "told": told,
        "complaint": told.complaint,
        "possible": possible,
        "forms": {name: refused.get(name) or _form(request, name, told) for name in possible},
        "open": next(iter(refused), ""),
    }
    return render(request, "portal/discipline_detail.html", context, status=422 if refused else 200)
