"""Grants (数据授权) as their holders see them: apply, mend, take back, what is in use."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.approvals.pages import seen_in
from accounts.approvals.rules import State
from accounts.approvals.selectors import can_decide, is_requester, list_consents, list_steps
from accounts.errors import Conflict, NotFound
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import DECIDE_GRANTS, REQUEST_GRANTS, VIEW_DATASETS, holds
from data_return.grant_forms import DecisionForm, RevokeForm, TermsForm, usual_terms
from data_return.models import Dataset, Grant, GrantRequest
from data_return.selectors.datasets import list_items
from data_return.selectors.grants import (
    get_approval_of_grant,
    get_askable,
    get_grant,
    get_request,
    list_askable_areas,
    list_grants,
    list_readers,
    list_requests,
    list_requests_to_decide,
)
from data_return.services.grants import request_grant, revise_request, withdraw_request
from registry.catalogue import get_catalogue
from registry.selectors.areas import get_area_names

REQUEST, GRANT = "data_return:request_detail", "data_return:grant_detail"
TABS = (("live", "使用中"), ("requests", "申请"), ("ended", "已结束"))


@access(VIEW_DATASETS)
@require_safe
def grant_list(request: HttpRequest) -> HttpResponse:
    actor, today = actor_of(request), localdate()
    shown = request.GET.get("show", "live")
    shown = shown if shown in dict(TABS) else "live"
    grants = list_grants(actor=actor)
    running = grants.filter(revoked_at=None, until__gte=today)
    rows: Any = {"live": running, "ended": grants.exclude(pk__in=running.values("pk"))}.get(shown)
    context = {
        "tabs": TABS,
        "shown": shown,
        "paging": take_page(rows if rows is not None else list_requests(actor=actor), request, key=["-pk"]),
        "waiting": _waiting(actor),
        "today": today,
        "can_request": holds(actor, REQUEST_GRANTS) and bool(list_readers(actor)),
    }
    return render(request, "data_return/grant_list.html", context)


@access(VIEW_DATASETS)
@require_safe
def grant_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return grant_page(request, pk, RevokeForm())


@access(REQUEST_GRANTS)
@require_http_methods(["GET", "HEAD", "POST"])
def grant_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply for a dataset; with `renews` for what a grant of the own unit gave, from the day after it."""
    actor = actor_of(request)
    dataset = get_askable(actor=actor, pk=pk)
    renews = _renewed(request, actor, dataset)
    form = _terms_form(request, actor, dataset, following(renews) if renews else None)
    if form.is_valid():
        with refusals_on(form):
            asked = request_grant(actor=actor, dataset=dataset, terms=form.cleaned_data, renews=renews)
            tell(request, f"已提交,由{dataset.department}和区数据主管部门审核。")
            return go(request, REQUEST, asked.pk)
    context = {"dataset": dataset, "form": form, "renews": renews}
    return render(request, "data_return/grant_new.html", context, status=422 if form.errors else 200)


@access(VIEW_DATASETS)
@require_safe
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return request_page(request, get_request(actor=actor_of(request), pk=pk), DecisionForm())


@access(REQUEST_GRANTS)
@require_http_methods(["GET", "HEAD", "POST"])
def request_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend what was returned, and hand it in again."""
    actor = actor_of(request)
    asked = get_request(actor=actor, pk=pk)
    approval = get_approval_of_grant(asked)
    if not (asked.can_revise and is_requester(actor=actor, approval=approval)):
        return go(request, REQUEST, pk)
    form = _terms_form(request, actor, asked.dataset, asked.terms())
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            revise_request(actor=actor, request=asked, terms=form.cleaned_data, seen=seen_in(request))
            tell(request, "已重新提交。")
            return go(request, REQUEST, pk)
    context = {"dataset": asked.dataset, "form": form, "asked": asked, "approval": approval}
    return render(request, "data_return/grant_new.html", context, status=422 if form.errors else 200)


@access(REQUEST_GRANTS)
@require_POST
def request_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    withdraw_request(actor=actor, request=get_request(actor=actor, pk=pk), seen=seen_in(request))
    tell(request, "已撤回,可以修改后再提交。")
    return go(request, REQUEST, pk)


def request_page(request: HttpRequest, asked: GrantRequest, form: DecisionForm) -> HttpResponse:
    actor, approval = actor_of(request), get_approval_of_grant(asked)
    own = is_requester(actor=actor, approval=approval)
    context = {
        "asked": asked,
        "approval": approval,
        "own": own,
        "consents": list_consents(approval) if asked.state == State.SUBMITTED else [],
        "can_decide": holds(actor, DECIDE_GRANTS) and can_decide(actor=actor, approval=approval),
        "can_change": own and holds(actor, REQUEST_GRANTS),
        "grant": Grant.objects.visible_to(actor).filter(request=asked).first(),
        "steps": list_steps(approval),
        "form": form,
        **in_words(asked),
    }
    return render(request, "data_return/request_detail.html", context, status=422 if form.errors else 200)


def grant_page(request: HttpRequest, pk: int, form: RevokeForm) -> HttpResponse:
    actor, today = actor_of(request), localdate()
    governed = get_grant(actor=actor, pk=pk)
    grant = governed.grant
    over = grant.revoked_at is not None or grant.until < today
    context = {
        "grant": grant,
        "state": grant.state_on(today),
        "over": over,
        "governs": governed.governs and holds(actor, DECIDE_GRANTS) and not over,
        "can_renew": governed.own and holds(actor, REQUEST_GRANTS) and grant.revoked_at is None,
        "uses": list(grant.uses.select_related("post__area", "post__department")[:20]) if governed.governs else [],
        "form": form,
        **in_words(grant),
    }
    return render(request, "data_return/grant_detail.html", context, status=422 if form.errors else 200)


def in_words(terms: GrantRequest | Grant) -> dict[str, Any]:
    """Items and names of areas of what is asked for or granted. One query."""
    catalogue = get_catalogue()
    names = get_area_names(set(terms.areas))
    return {
        "items": [catalogue.item(code) for code in terms.items],
        "area_names": [names.get(code, str(code)) for code in terms.areas],
    }


def following(grant: Grant) -> dict[str, Any]:
    """Terms of a renewal: the same, from the day after its end, as long as it was."""
    terms = grant.terms()
    since = max(localdate(), grant.until)
    return terms | {"since": since, "until": since + (grant.until - grant.since)}


def _waiting(actor: Actor) -> list[GrantRequest]:
    if not holds(actor, DECIDE_GRANTS):
        return []
    found = list_requests_to_decide(actor=actor).select_related("dataset", "area", "department")
    return list(found.order_by("pk"))


def _renewed(request: HttpRequest, actor: Actor, dataset: Dataset) -> Grant | None:
    text = request.GET.get("renews", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    governed = get_grant(actor=actor, pk=int(text))
    if not governed.own or governed.grant.dataset_id != dataset.pk:
        raise NotFound
    return governed.grant


def _terms_form(request: HttpRequest, actor: Actor, dataset: Dataset, given: dict[str, Any] | None) -> TermsForm:
    items, readers = list_items(dataset.live) if dataset.live else [], list_readers(actor)
    return TermsForm(
        request.POST or None,
        actor=actor,
        items=items,
        areas=list_askable_areas(actor),
        readers=readers,
        initial=given or usual_terms(actor, items, readers),
    )
