"""Sending an admitted form out, and how far the villages are with it."""

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from forms_engine.desk_forms import DispatchForm
from forms_engine.models import FormVersion
from forms_engine.selectors.dispatches import (
    Progress,
    TownProgress,
    add_summaries,
    get_dispatch,
    list_progress,
    list_towns,
)
from forms_engine.selectors.templates import get_sendable
from forms_engine.services.close import close_dispatch, reopen_dispatch
from forms_engine.services.dispatch import dispatch_form

DETAIL = "forms_engine:dispatch_detail"


@access(rights.COLLECT_REPORTS)
@require_http_methods(["GET", "POST"])
def dispatch_new(request: HttpRequest, pk: int) -> HttpResponse:
    """pk: of the form. Its live version is sent."""
    actor = actor_of(request)
    version = get_sendable(actor=actor, pk=pk)
    towns = list_towns(actor=actor)
    form = DispatchForm(request.POST or None, version=version, towns=towns)
    if form.is_valid():
        with refusals_on(form):
            dispatch = dispatch_form(actor=actor, version=version, **form.cleaned_data)
            tell(request, f"已下发到 {len(form.cleaned_data['area_codes'])} 个村居,正在预填。")
            return go(request, DETAIL, dispatch.pk)
    context = {
        "version": version,
        "form": form,
        "towns": towns,
        "chosen": set(request.POST.getlist("areas")),
        "communities": sum(len(choice.communities) for choice in towns),
        "by_data": version.answer_mode == FormVersion.AnswerMode.DATA,
    }
    return render(request, "forms_engine/dispatch_new.html", context, status=422 if form.errors else 200)


@access(rights.COLLECT_REPORTS)
@require_safe
def dispatch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress by town; `?town=` opens one town with its gaps."""
    actor = actor_of(request)
    dispatch = get_dispatch(actor=actor, pk=pk)
    towns = list_progress(dispatch=dispatch, now=now())
    opened = next((town for town in towns if str(town.code) == request.GET.get("town")), None)
    opened = opened or (towns[0] if len(towns) == 1 else None)
    if opened is not None:
        add_summaries(opened)
    context = {
        "dispatch": dispatch,
        "version": dispatch.version,
        "template": dispatch.version.template,
        "towns": towns,
        "opened": opened,
        "totals": _totals(towns),
        "late": sum(town.late for town in towns),
        "total": sum(len(town.communities) for town in towns),
        "done": sum(town.done for town in towns),
        "is_over": now() > dispatch.due_at,
        "own_job": dispatch.job if dispatch.job and dispatch.job.post_id == actor.post_id else None,
    }
    return render(request, "forms_engine/dispatch_detail.html", context)


@access(rights.COLLECT_REPORTS)
@require_POST
def dispatch_close(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    closed = close_dispatch(actor=actor, dispatch=get_dispatch(actor=actor, pk=pk))
    undo = reverse("forms_engine:dispatch_reopen", args=[pk])
    tell(request, f"已收表,{closed} 个未交的村居不能再填。", undo=undo)
    return go(request, DETAIL, pk)


@access(rights.COLLECT_REPORTS)
@require_POST
def dispatch_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    opened = reopen_dispatch(actor=actor, dispatch=get_dispatch(actor=actor, pk=pk))
    tell(request, f"已重新开放,{opened} 个村居可以继续填报。")
    return go(request, DETAIL, pk)


def _totals(towns: list[TownProgress]) -> list[tuple[Progress, int]]:
    """Communities by state over all towns, in the order of the states."""
    counted: Counter[Progress] = Counter()
    for town in towns:
        counted.update(dict(town.counts))
    return [(progress, counted[progress]) for progress in Progress if counted[progress]]
