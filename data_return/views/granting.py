"""Grants as the two sides see them that decide: consent, narrow, revoke, and who may apply at all."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.approvals.rules import State
from accounts.errors import Conflict, NotFound
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.rights import DECIDE_GRANTS, PUBLISH_DATASETS
from data_return.grant_forms import ApplicantsForm, DecisionForm, NarrowForm, RevokeForm
from data_return.selectors.datasets import get_kept
from data_return.selectors.grants import get_applicants, get_grant, get_request, list_parts
from data_return.services.applicants import open_dataset_to
from data_return.services.granting import narrow_grant, revoke_grant
from data_return.services.grants import approve_request, refuse_request, return_request
from data_return.views.grants import GRANT, grant_page, request_page
from registry.catalogue import get_catalogue

STEPS: dict[str, tuple[Callable[..., None], str]] = {
    "approve": (approve_request, "已同意。"),
    "return": (return_request, "已退回补充。"),
    "refuse": (refuse_request, "未同意,理由已告知申请单位。"),
}


@access(DECIDE_GRANTS)
@require_POST
def request_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Of two who decide at once the second is answered 409."""
    actor = actor_of(request)
    asked = get_request(actor=actor, pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            step, sentence = STEPS[form.cleaned_data["decision"]]
            step(actor=actor, request=asked, seen=seen_in(request), note=form.cleaned_data["note"])
            asked.refresh_from_db(fields=["state"])
            half = asked.state == State.SUBMITTED
            tell(request, "已同意,另一方也同意后生效。" if half else sentence)
            return go(request, "data_return:grant_list")
    return request_page(request, asked, form)


@access(DECIDE_GRANTS)
@require_http_methods(["GET", "HEAD", "POST"])
def grant_narrow(request: HttpRequest, pk: int) -> HttpResponse:
    actor, catalogue = actor_of(request), get_catalogue()
    governed = get_grant(actor=actor, pk=pk)
    grant = governed.grant
    if not governed.governs:
        raise NotFound
    items = [catalogue.item(code) for code in grant.items]
    form = NarrowForm(request.POST or None, grant=grant, items=items, areas=list_parts(grant))
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            narrow_grant(actor=actor, grant=grant, **form.cleaned_data)
            tell(request, "已缩小,对方下一次打开页面就按新的范围。")
            return go(request, GRANT, pk)
    context = {"grant": grant, "form": form}
    return render(request, "data_return/grant_narrow.html", context, status=422 if form.errors else 200)


@access(DECIDE_GRANTS)
@require_POST
def grant_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    governed = get_grant(actor=actor, pk=pk)
    if not governed.governs:
        raise NotFound
    form = RevokeForm(request.POST)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            revoke_grant(actor=actor, grant=governed.grant, reason=form.cleaned_data["reason"])
            tell(request, "已撤销,对方下一次打开页面就看不到了。")
            return go(request, GRANT, pk)
    return grant_page(request, pk, form)


@access(PUBLISH_DATASETS)
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_applicants(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may apply for the dataset at all; the grants that are in force stay as they are."""
    actor = actor_of(request)
    dataset = get_kept(actor=actor, pk=pk).dataset
    offered = get_applicants(dataset)
    form = ApplicantsForm(
        request.POST or None,
        areas=offered.areas,
        departments=offered.departments,
        initial={"areas": offered.chosen_areas, "departments": offered.chosen_departments},
    )
    if form.is_valid():
        with refusals_on(form):
            open_dataset_to(actor=actor, dataset=dataset, **form.cleaned_data)
            tell(request, "已保存。已有的授权不受影响。")
            return go(request, "data_return:dataset_detail", pk)
    context = {"dataset": dataset, "form": form}
    return render(request, "data_return/dataset_applicants.html", context, status=422 if form.errors else 200)
