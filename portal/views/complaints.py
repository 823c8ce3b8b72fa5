"""Complaints (监督举报) as workers meet them: published answers, reporting, following up.

The pages of a reporter are silent: neither the request log nor the audit log says who opened them. No key of a
complaint stands in an address, and no notice is kept in the session: what was done is told in the answer itself.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits, rights
from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.approvals.pages import seen_in
from accounts.chips import list_chips
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.paging import take_page
from portal.complaint_forms import CodeForm, ComplaintForm, FollowUpForm, PublishedFilterForm
from portal.complaints.rules import ACCEPT_DAYS, Action, State, next_state
from portal.complaints.secrecy import code_of, make_ticket
from portal.selectors.complaints import Told, find_by_code, list_departments, list_own, list_published
from portal.services.complaints.reporting import COST, file_complaint, reply_to_office, withdraw_complaint

WRONG_CODE = "没有这个回执码,请核对后再填。回执码丢失的,只能重新举报。"


@access(rights.FILE_COMPLAINTS)
@require_safe
def complaint_list(request: HttpRequest) -> HttpResponse:
    """Published answers (公开答复) of the district."""
    form = PublishedFilterForm(request.GET)
    form.is_valid()
    found = list_published(actor=actor_of(request), category=form.cleaned_data.get("category", ""))
    context = {
        "paging": take_page(found.order_by("-published_on", "-pk"), request, key=["-published_on", "-pk"]),
        "filters": form,
        "chips": list_chips(request, form),
    }
    return render(request, "portal/complaint_list.html", context)


@access(rights.FILE_COMPLAINTS, silent=True)
@never_cache
@require_http_methods(["GET", "POST"])
def complaint_new(request: HttpRequest) -> HttpResponse:
    """The receipt code is the answer to the post: it is shown once and stands nowhere."""
    actor = actor_of(request)
    departments = list_departments(actor=actor)
    if request.method == "GET":
        form = ComplaintForm(initial={"ticket": make_ticket()}, departments=departments)
        return render(request, "portal/complaint_new.html", {"form": form})
    posted = request.POST.copy()
    code = code_of(posted.get("ticket", ""))
    if code is None:
        posted["ticket"] = make_ticket()
    form = ComplaintForm(posted, request.FILES, departments=departments)
    if form.is_valid() and code is None:
        form.add_error(None, "页面打开得太久了,填写的内容还在,请再按一次提交。照片要重新选择。")
    elif form.is_valid() and code is not None:
        with refusals_on(form):
            complaint = file_complaint(actor=actor, report=form.as_report(), code=code)
            context = {"complaint": complaint, "code": code, "days": ACCEPT_DAYS}
            return render(request, "portal/complaint_receipt.html", context)
    return render(request, "portal/complaint_new.html", {"form": form}, status=422)


@access(rights.FILE_COMPLAINTS, silent=True)
@never_cache
@require_http_methods(["GET", "POST"])
def complaint_mine(request: HttpRequest) -> HttpResponse:
    """What the user reported under the own name, and one found by its receipt code."""
    actor = actor_of(request)
    if request.method == "GET":
        return _mine(request, CodeForm(), list_own(actor=actor))
    form = CodeForm(request.POST)
    told = _find(actor, form) if form.is_valid() else None
    return _mine(request, form, [told] if told else list_own(actor=actor), code=_code(form) if told else "")


@access(rights.FILE_COMPLAINTS, silent=True)
@never_cache
@require_POST
def complaint_follow_up(request: HttpRequest) -> HttpResponse:
    """A step of the reporter: whose complaint it is, is proved by the code, or by the own name."""
    actor = actor_of(request)
    code, step = CodeForm(request.POST), FollowUpForm(request.POST, request.FILES)
    by_code = bool(request.POST.get("code"))
    told = (_find(actor, code) if code.is_valid() else None) if by_code else _own(actor, request.POST.get("pk", ""))
    if told is None:
        if not by_code:
            code = CodeForm()
        return _mine(request, code, list_own(actor=actor), status=422)
    done = ""
    if step.is_valid():
        with refusals_on(step, past=(Conflict,)):
            done = _take(request, told, step)
    fresh = find_by_code(_code(code)) if by_code else _own(actor, str(told.complaint.pk))
    return _mine(
        request,
        CodeForm(),
        [fresh] if fresh else [],
        code=_code(code) if by_code else "",
        step=None if done else step,
        done=done,
        status=200 if done else 422,
    )


def _take(request: HttpRequest, told: Told, form: FollowUpForm) -> str:
    """Returns what was done, in words."""
    given, seen = form.cleaned_data, seen_in(request)
    if given["step"] == "withdraw":
        withdraw_complaint(complaint=told.complaint, seen=seen)
        return "已撤回,这一件不再办理。"
    files = [file.read() for file in given["evidence"]]
    reply_to_office(complaint=told.complaint, seen=seen, note=given["note"], files=files)
    return "补充已提交。"


def _find(actor: Actor, form: CodeForm) -> Told | None:
    """By the code of a valid form; what it does not fit is said on the form. Raises TooMany."""
    limits.spend(actor, limits.SEARCH, COST)
    told = find_by_code(form.cleaned_data["code"])
    if told is None:
        form.add_error("code", WRONG_CODE)
    return told


def _own(actor: Actor, pk: str) -> Told | None:
    return next((one for one in list_own(actor=actor) if str(one.complaint.pk) == pk), None)


def _code(form: CodeForm) -> str:
    code: str = form.cleaned_data.get("code", "") if form.is_bound else ""
    return code


def _mine(
    request: HttpRequest,
    form: CodeForm,
    told: list[Told],
    *,
    code: str = "",
    step: FollowUpForm | None = None,
    done: str = "",
    status: int = 200,
) -> HttpResponse:
    """code: by which the only one shown was found. step: as posted and refused."""
    shown = [
        {
            "told": one,
            "can_reply": next_state(one.complaint.state, Action.REPLY) is not None,
            "can_withdraw": next_state(one.complaint.state, Action.WITHDRAW) is not None,
            "asked": one.complaint.state == State.ASKED,
        }
        for one in told
    ]
    context = {"form": form, "shown": shown, "code": code, "step": step or FollowUpForm(), "done": done}
    refused = status if status != 200 or not form.errors else 422
    return render(request, "portal/complaint_mine.html", context, status=refused)
