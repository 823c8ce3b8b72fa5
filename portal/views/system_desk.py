"""The admission desk for systems: decide, ask departments, suspend; and the page of whoever is asked."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.approvals.selectors import is_requester, list_askable
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from forms_engine.desk_forms import InviteForm, OpinionForm
from portal.selectors.comparison import compare_filing
from portal.selectors.systems import (
    get_approval_of,
    get_at_desk,
    get_opinion,
    list_opinions,
    list_opinions_to_give,
)
from portal.services.systems.desk import (
    admit_filing,
    give_opinion_on_filing,
    invite_to_filing,
    refuse_filing,
    resume_system,
    return_filing,
    suspend_system,
)
from portal.system_forms import SuspensionForm, SystemDecisionForm
from portal.views.systems import DETAIL, system_page

STEPS: dict[str, tuple[Callable[..., None], str]] = {
    "admit": (admit_filing, "已同意并备案。"),
    "return": (return_filing, "已退回补充。"),
    "refuse": (refuse_filing, "未同意,理由已告知部门。"),
}


@access(rights.ADMIT_SYSTEMS)
@require_POST
def system_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Of two who decide at once the second is answered 409."""
    actor = actor_of(request)
    shown = get_at_desk(actor=actor, pk=pk)
    form = SystemDecisionForm(request.POST, closure=shown.filing.is_closure)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            given = form.cleaned_data
            step, sentence = STEPS[given.pop("decision")]
            more = given if step is admit_filing else {"note": given["note"]}
            step(actor=actor, filing=shown.filing, seen=seen_in(request), **more)
            tell(request, f"“{shown.system}”{sentence}")
            return go(request, "portal:system_list")
    return system_page(request, shown, decision=form)


@access(rights.ADMIT_SYSTEMS)
@require_POST
def system_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask departments for their opinion (联审), or give the silent ones more time."""
    actor = actor_of(request)
    shown = get_at_desk(actor=actor, pk=pk)
    askable = list_askable(actor=actor, approval=get_approval_of(shown.filing))
    form = InviteForm(request.POST, askable=askable)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            asked = invite_to_filing(actor=actor, filing=shown.filing, seen=seen_in(request), **form.cleaned_data)
            tell(request, f"已请 {len(asked)} 个部门在 {asked[0].due_on:%Y-%m-%d} 前给出意见。")
            return go(request, DETAIL, pk)
    return system_page(request, shown, invite=form)


@access(rights.ADMIT_SYSTEMS)
@require_POST
def system_suspend(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    shown = get_at_desk(actor=actor, pk=pk)
    form = SuspensionForm(request.POST)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            suspend_system(actor=actor, system=shown.system, **form.cleaned_data)
            tell(request, f"已暂停“{shown.system}”,正在使用的人会被退出。")
            return go(request, DETAIL, pk)
    return system_page(request, shown, suspension=form)


@access(rights.ADMIT_SYSTEMS)
@require_POST
def system_resume(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    resume_system(actor=actor, system=get_at_desk(actor=actor, pk=pk).system)
    tell(request, "已恢复使用。")
    return go(request, DETAIL, pk)


@access(rights.GIVE_OPINIONS)
@require_safe
def system_opinion_list(request: HttpRequest) -> HttpResponse:
    """What waits for the department comes first, then everything it was ever asked."""
    actor = actor_of(request)
    asked = list_opinions(actor=actor)
    context = {
        "waiting": list_opinions_to_give(actor=actor).select_related("approval__department").order_by("due_on", "pk"),
        "paging": take_page(asked, request, key=["-pk"], total=asked.count()),
    }
    return render(request, "portal/system_opinion_list.html", context)


@access(rights.GIVE_OPINIONS)
@require_http_methods(["GET", "POST"])
def system_opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """What the system is to do, and the opinion that is posted. A second opinion is answered 409."""
    actor = actor_of(request)
    review, shown = get_opinion(actor=actor, pk=pk)
    form = OpinionForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            seen_round = seen_in(request)
            give_opinion_on_filing(actor=actor, filing=shown.filing, seen_round=seen_round, **form.cleaned_data)
            tell(request, f"{review.name}对“{shown.system}”的意见已提交,由区里汇总后决定。")
            return go(request, "portal:system_opinion_list")
    context = {
        "review": review,
        "approval": review.approval,
        "shown": shown,
        "form": form,
        "comparison": None if shown.filing.is_closure else compare_filing(shown.filing, shown.items),
        "own": is_requester(actor=actor, approval=review.approval),
    }
    return render(request, "portal/system_opinion.html", context, status=422 if form.errors else 200)
