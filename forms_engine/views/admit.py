"""The admission desk (表单准入): what is asked, who asks it already, and the decision."""

from collections.abc import Callable
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.approvals.pages import seen_in
from accounts.approvals.selectors import is_requester, list_askable, list_overdue, list_reviewers, list_steps
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from accounts.roles import HIGHEST_LEVEL
from forms_engine.desk_forms import DecisionForm, InviteForm
from forms_engine.models import FormVersion
from forms_engine.selectors.admissions import (
    ADMISSION,
    DESK_STATES,
    count_admissions,
    get_admission,
    get_approval_of,
    list_admissions,
)
from forms_engine.selectors.facts import get_facts
from forms_engine.services.admit import (
    admit_version,
    choose_answer_mode,
    invite_departments,
    refuse_version,
    return_version,
)

State, Mode = FormVersion.State, FormVersion.AnswerMode
DETAIL = "forms_engine:admission_detail"


@access(rights.ADMIT_FORMS)
@require_safe
def admission_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    state = request.GET.get("state", State.SUBMITTED)
    state = state if state in DESK_STATES else State.SUBMITTED
    counts = count_admissions(actor=actor)
    paging = take_page(list_admissions(actor=actor, state=state), request, key=["-pk"], total=counts[state])
    context = {
        "paging": paging,
        "tabs": [(one.value, one.label, counts[one]) for one in DESK_STATES],
        "state": State(state),
        "today": localdate(),
        "overdue": list_overdue(actor=actor, kind=ADMISSION).count(),
    }
    return render(request, "forms_engine/admission_list.html", context)


@access(rights.ADMIT_FORMS)
@require_http_methods(["GET", "POST"])
def admission_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page, and the decision that is posted to it. Of two who decide at once the second is answered 409."""
    actor = actor_of(request)
    version = get_admission(actor=actor, pk=pk)
    form = DecisionForm(request.POST or None, initial={"valid_until": version.valid_until or _in_a_year()})
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            tell(request, _decide(actor, version, form, seen_in(request)))
            return go(request, "forms_engine:admission_list")
    return _page(request, version, form)


@access(rights.ADMIT_FORMS)
@require_POST
def admission_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask departments for their opinion (联审), or give the silent ones more time."""
    actor = actor_of(request)
    version = get_admission(actor=actor, pk=pk)
    form = InviteForm(request.POST, askable=list_askable(actor=actor, approval=get_approval_of(version)))
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            asked = invite_departments(actor=actor, version=version, seen=seen_in(request), **form.cleaned_data)
            tell(request, f"已请 {len(asked)} 个部门在 {asked[0].due_on:%Y-%m-%d} 前给出意见。")
            return go(request, DETAIL, pk)
    return _page(request, version, DecisionForm(initial={"valid_until": version.valid_until or _in_a_year()}), form)


@access(rights.ADMIT_FORMS)
@require_POST
def admission_mode(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer by data, or by the villages after all."""
    actor = actor_of(request)
    version = get_admission(actor=actor, pk=pk)
    mode = Mode.DATA if request.POST.get("mode") == Mode.DATA else Mode.FILL
    choose_answer_mode(actor=actor, version=version, mode=mode, seen=seen_in(request))
    tell(request, "已改为由数据直接回答,准入后不再下发村居。" if mode == Mode.DATA else "已改回下发村居填报。")
    return go(request, DETAIL, pk)


def _page(
    request: HttpRequest, version: FormVersion, form: DecisionForm, invite: InviteForm | None = None
) -> HttpResponse:
    actor = actor_of(request)
    approval = get_approval_of(version)
    refused = bool(form.errors or (invite and invite.errors))
    context = {
        "version": version,
        "approval": approval,
        "form": form,
        "invite": invite or InviteForm(askable=list_askable(actor=actor, approval=approval)),
        "reviewers": list_reviewers(approval),
        "facts": get_facts(version=version, on=localdate(), clearance=HIGHEST_LEVEL),
        "steps": list_steps(approval),
        "own": is_requester(actor=actor, approval=approval),
        "waiting": count_admissions(actor=actor)[State.SUBMITTED],
    }
    return render(request, "forms_engine/admission_detail.html", context, status=422 if refused else 200)


def _decide(actor: Actor, version: FormVersion, form: DecisionForm, seen: int) -> str:
    """Take the decision. Returns what to tell about it."""
    note, name = form.cleaned_data["note"], version.template.name
    if form.cleaned_data["decision"] == "admit":
        valid_until = form.cleaned_data["valid_until"]
        admitted = admit_version(actor=actor, version=version, seen=seen, valid_until=valid_until, note=note)
        return f"“{name}”已准入,备案号 {admitted.filing_number},有效期至 {valid_until:%Y-%m-%d}。"
    negative: dict[str, tuple[Callable[..., None], str]] = {
        "return": (return_version, f"“{name}”已退回补充。"),
        "refuse": (refuse_version, f"“{name}”不予准入,理由已告知部门。"),
    }
    step, sentence = negative[form.cleaned_data["decision"]]
    step(actor=actor, version=version, seen=seen, note=note)
    return sentence


def _in_a_year() -> date:
    """Proposed validity: after a year the form is looked at again."""
    return localdate() + timedelta(days=365)
