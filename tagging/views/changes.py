"""Requests about tags (标签申请): what waits, what it would do, and the decision."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, actor_of
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
from tagging.importing.mapping import read_mapping
from tagging.models import TagChange
from tagging.selectors.changes import get_approval_of, get_change, list_changes
from tagging.selectors.impacts import get_impact, how_told, list_near, read_impact
from tagging.services.desk import (
    ENDING,
    FIXED,
    approve_change,
    refuse_change,
    return_change,
    revise_change,
    submit_change,
    withdraw_change,
)
from tagging.uses import list_uses
from tagging.views.catalogue import propose
from tagging.views.definition import DefinitionPage
from tagging.views.ending import revise_end
from tagging.views.handing_in import DETAIL, is_sent, told_of

Step = TagChange.Step
STATES = (State.SUBMITTED, State.RETURNED, State.WITHDRAWN, State.DRAFTED, State.APPROVED, State.REFUSED)
OPEN = (State.DRAFTED, State.SUBMITTED, State.RETURNED, State.WITHDRAWN)
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
    if change.step == Step.IMPORT or not (change.can_revise and is_requester(actor=actor, approval=approval)):
        return go(request, DETAIL, pk)
    if change.step in ENDING and change.tag:
        return revise_end(request, change, change.tag, approval.version)
    page = DefinitionPage(request, change, change.reason)

    def hand_in() -> TagChange:
        values, reason, send = page.values(), page.reason, is_sent(request)
        revise_change(actor=actor, change=change, values=values, reason=reason, seen=seen_in(request), send=send)
        return change

    context = {
        "heading": f"修改申请:{change}",
        "button": "提交申请" if change.state == State.DRAFTED else "再次提交",
        "seen": approval.version,
    }
    return propose(request, page, context, hand_in)


@access(PROPOSE_TAGS)
@require_POST
def change_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in a draft, or what was withdrawn, as it stands."""
    actor = actor_of(request)
    change = get_change(actor=actor, pk=pk)
    submit_change(actor=actor, change=change, seen=seen_in(request))
    return told_of(request, change)


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
    open_now = change.state in OPEN
    kept = get_impact(actor=actor, change=change) if open_now else None
    context = {
        "change": change,
        "approval": approval,
        "condition": describe_condition(change.condition, catalogue),
        "before": describe_condition(change.tag.condition, catalogue) if change.tag else "",
        "near": list_near(actor=actor, change=change) if open_now and change.step not in FIXED else [],
        "uses": list_uses(change.tag) if open_now and change.tag else [],
        "open_now": open_now,
        "may_count": open_now and bool(how_told(actor, change)),
        "rows": read_mapping(change) if open_now and change.step == Step.IMPORT else [],
        "parts": change.parts.select_related("tag", "into"),
        "can_map": own and change.can_revise,
        "kept": kept,
        "impact": read_impact(actor=actor, impact=kept) if kept and kept.counted_at else None,
        "steps": list_steps(approval),
        "own": own,
        "can_decide": change.state == State.SUBMITTED and not own and holds(actor, DECIDE_TAGS),
        "form": form,
    }
    return render(request, "tagging/change_detail.html", context, status=422 if form.errors else 200)
