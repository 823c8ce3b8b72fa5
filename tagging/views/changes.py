"""Requests about tags (标签申请): what waits, what it would do, and the decision."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.approvals.pages import seen_in
from accounts.approvals.rules import State
from accounts.approvals.selectors import is_requester, list_steps
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import DECIDE_TAGS, PROPOSE_TAGS, holds
from registry.catalogue import get_catalogue
from registry.conditions import describe_condition
from tagging.forms import DecisionForm
from tagging.models import TagChange
from tagging.selectors.catalogue import list_near_names, may_see_carriers
from tagging.selectors.changes import get_approval_of, get_change, list_changes
from tagging.selectors.counts import Counts, count_matches
from tagging.services.desk import approve_change, refuse_change, return_change, revise_change, withdraw_change
from tagging.uses import list_uses
from tagging.views.catalogue import propose
from tagging.views.definition import DefinitionPage

DETAIL = "tagging:change_detail"
STATES = (State.SUBMITTED, State.RETURNED, State.WITHDRAWN, State.APPROVED, State.REFUSED)
STEPS: dict[str, tuple[Callable[..., None], str]] = {
    "approve": (approve_change, "已同意,标签目录已更新。"),
    "return": (return_change, "已退回补充。"),
    "refuse": (refuse_change, "未同意,理由已告知申请人。"),
}


@access(PROPOSE_TAGS)
@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", State.SUBMITTED)
    state = state if state in STATES else State.SUBMITTED
    changes = list_changes(actor=actor_of(request), state=state)
    context = {
        "paging": take_page(changes, request, key=["-pk"]),
        "tabs": [(one.value, one.label) for one in STATES],
        "state": state,
        "today": localdate(),
    }
    return render(request, "tagging/change_list.html", context)


@access(PROPOSE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page, and the decision that is posted to it. Of two who decide at once the second is answered 409."""
    actor = actor_of(request)
    change = get_change(actor=actor, pk=pk)
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            step, sentence = STEPS[form.cleaned_data["decision"]]
            step(actor=actor, change=change, seen=seen_in(request), note=form.cleaned_data["note"])
            tell(request, sentence)
            return go(request, DETAIL, pk)
    return _page(request, change, form)


@access(PROPOSE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend what was returned, and hand it in again."""
    actor = actor_of(request)
    change = get_change(actor=actor, pk=pk)
    approval = get_approval_of(actor=actor, change=change)
    if not (change.can_revise and is_requester(actor=actor, approval=approval)):
        return go(request, DETAIL, pk)
    page = DefinitionPage(request, change, change.reason)

    def hand_in() -> TagChange:
        seen = seen_in(request)
        revise_change(actor=actor, change=change, values=page.values(), reason=page.reason, seen=seen)
        return change

    context = {"heading": f"修改申请:{change}", "button": "再次提交", "seen": approval.version}
    return propose(request, page, context, hand_in)


@access(PROPOSE_TAGS)
@require_POST
def change_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    withdraw_change(actor=actor, change=get_change(actor=actor, pk=pk), seen=seen_in(request))
    tell(request, "已撤回,可以修改后再提交。")
    return go(request, DETAIL, pk)


def _page(request: HttpRequest, change: TagChange, form: DecisionForm) -> HttpResponse:
    actor = actor_of(request)
    approval, catalogue = get_approval_of(actor=actor, change=change), get_catalogue()
    own = is_requester(actor=actor, approval=approval)
    open_now = change.state == State.SUBMITTED
    context = {
        "change": change,
        "approval": approval,
        "condition": describe_condition(change.condition, catalogue),
        "before": describe_condition(change.tag.condition, catalogue) if change.tag else "",
        "near": list_near_names(actor=actor, name=change.name, but=change.tag_id),
        "uses": list_uses(change.tag) if open_now and change.tag else [],
        "impact": _impact(actor, change) if open_now else None,
        "steps": list_steps(approval),
        "own": own,
        "can_decide": open_now and not own and holds(actor, DECIDE_TAGS),
        "form": form,
    }
    return render(request, "tagging/change_detail.html", context, status=422 if form.errors else 200)


def _impact(actor: Actor, change: TagChange) -> Counts | None:
    """How many the condition reaches today; None where the post may not know, or where there is no condition."""
    if not change.is_dynamic or not may_see_carriers(actor, change):
        return None
    limits.spend(actor, limits.COUNT)
    area_code = change.tag.area_id if change.tag else change.area_id
    return count_matches(actor=actor, definition=change, area_code=area_code, on=localdate())
