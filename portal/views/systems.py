"""Systems as departments describe them and as everybody finds them: inventory, application, change, end."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits, rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.approvals.selectors import is_requester, list_askable, list_reviewers, list_steps
from accounts.audit import record
from accounts.errors import Conflict
from accounts.exporting import as_download, write_table
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import ADMIT_SYSTEMS, APPLY_SYSTEMS, GIVE_OPINIONS, holds
from forms_engine.desk_forms import InviteForm
from forms_engine.selectors.dispatches import list_towns
from portal.models import Filing, System
from portal.selectors.comparison import compare_filing
from portal.selectors.sign_on import find_watched
from portal.selectors.system_use import get_use
from portal.selectors.systems import (
    Shown,
    get_approval_of,
    get_kept,
    get_shown,
    list_filings,
    list_filings_to_decide,
    list_opinions_to_give,
    list_systems,
)
from portal.services.systems.desk import submit_filing, withdraw_filing
from portal.services.systems.filings import begin_filing, begin_system, describe_closure, describe_filing
from portal.services.systems.hooks import list_lacks
from portal.system_forms import (
    ClosureForm,
    InventoryFilterForm,
    NewSystemForm,
    SuspensionForm,
    SystemDecisionForm,
    SystemForm,
)
from portal.system_inventory import HEADERS, rows_of

DETAIL, EDIT = "portal:system_detail", "portal:system_edit"
MOST_ROWS = 5000
BEGUN = {
    Filing.Purpose.NEW: "已重新开始申请,内容与上一次的相同,请修改后提交。",
    Filing.Purpose.CHANGE: "已开始变更申请,内容与现在的相同,请修改后提交。系统照常使用。",
    Filing.Purpose.CLOSURE: "已开始退出申请。请写明哪一天停用、数据怎样处理,再提交。在那以前系统照常使用。",
}


@access(rights.VIEW_SYSTEMS)
@require_safe
def system_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = InventoryFilterForm(request.GET)
    form.is_valid()
    found = list_systems(actor=actor, **_filters(form))
    context = {
        "paging": take_page(found, request, key=["-pk"]),
        "filters": form,
        "query": request.GET.urlencode(),
        "can_apply": holds(actor, APPLY_SYSTEMS),
        "decides": holds(actor, ADMIT_SYSTEMS),
        "waiting": list_filings_to_decide(actor=actor).select_related("system__department"),
        "opinions": list_opinions_to_give(actor=actor).select_related("approval__department"),
        "reviews": holds(actor, GIVE_OPINIONS),
        "today": localdate(),
    }
    return render(request, "portal/system_list.html", context)


@access(rights.VIEW_SYSTEMS, step_up=True, file=True)
@require_safe
def system_export(request: HttpRequest) -> HttpResponse:
    """The inventory (底数清单) as the page filters it. It names departments and systems, no person."""
    actor = actor_of(request)
    form = InventoryFilterForm(request.GET)
    form.is_valid()
    limits.spend(actor, limits.EXPORT)
    found = list_systems(actor=actor, **_filters(form)).prefetch_related("live__items", "live__areas")
    rows = rows_of(found.order_by("department_id", "pk")[:MOST_ROWS])
    record(actor, "system.inventory_exported", rows=len(rows))
    return as_download(write_table("系统底数清单", HEADERS, rows), f"系统底数清单{localdate():%Y%m%d}.xlsx")


@access(rights.APPLY_SYSTEMS)
@require_http_methods(["GET", "POST"])
def system_new(request: HttpRequest) -> HttpResponse:
    form = NewSystemForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            system = begin_system(actor=actor_of(request), **form.cleaned_data)
            tell(request, "已登记。接下来写明功能、范围、采集的内容和依据。")
            return go(request, EDIT, system.pk)
    return render(request, "portal/system_new.html", {"form": form}, status=422 if form.errors else 200)


@access(rights.VIEW_SYSTEMS)
@require_safe
def system_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return system_page(request, get_shown(actor=actor_of(request), pk=pk))


@access(rights.APPLY_SYSTEMS)
@require_http_methods(["GET", "POST"])
def system_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Describe the filing that is not handed in yet; once it is, its page says so."""
    actor = actor_of(request)
    shown = get_kept(actor=actor, pk=pk)
    if not shown.filing.is_open:
        return go(request, DETAIL, pk)
    return _edit_closure(request, shown) if shown.filing.is_closure else _edit_system(request, shown)


@access(rights.APPLY_SYSTEMS)
@require_POST
def system_begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a change, an end, or a new try after a refusal."""
    actor = actor_of(request)
    wanted = request.POST.get("purpose", "")
    purpose = Filing.Purpose(wanted) if wanted in Filing.Purpose.values else Filing.Purpose.CHANGE
    begin_filing(actor=actor, system=get_kept(actor=actor, pk=pk).system, purpose=purpose)
    tell(request, BEGUN[purpose])
    return go(request, EDIT, pk)


@access(rights.APPLY_SYSTEMS)
@require_POST
def system_submit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    submit_filing(actor=actor, filing=get_kept(actor=actor, pk=pk).filing, seen=seen_in(request))
    tell(request, "已提交,由区里组织联审。")
    return go(request, DETAIL, pk)


@access(rights.APPLY_SYSTEMS)
@require_POST
def system_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    withdraw_filing(actor=actor, filing=get_kept(actor=actor, pk=pk).filing, seen=seen_in(request))
    tell(request, "已撤回,可以修改后重新提交。")
    return go(request, DETAIL, pk)


def system_page(
    request: HttpRequest,
    shown: Shown,
    *,
    decision: SystemDecisionForm | None = None,
    invite: InviteForm | None = None,
    suspension: SuspensionForm | None = None,
) -> HttpResponse:
    """The page of a system, with what was posted and refused."""
    actor, filing, system = actor_of(request), shown.filing, shown.system
    desk = holds(actor, ADMIT_SYSTEMS)
    inside = shown.kept or desk
    approval = get_approval_of(filing)
    own = is_requester(actor=actor, approval=approval)
    waiting = filing.state == Filing.State.SUBMITTED
    refused = any(form is not None and form.errors for form in (decision, invite, suspension))
    context = {
        "shown": shown,
        "approval": approval,
        "comparison": None if filing.is_closure or not inside else compare_filing(filing, shown.items),
        "inside": inside,
        "use": get_use(system=system, today=localdate()) if inside and system.filing_number else None,
        "entrance": find_watched(system=system) if inside else None,
        "steps": list_steps(approval) if inside else [],
        "reviewers": list_reviewers(approval) if inside else [],
        "filings": list_filings(shown, all_of_them=inside),
        "lacks": list_lacks(filing) if shown.kept and filing.is_open else [],
        "own": own,
        "waiting": waiting,
        "can_decide": waiting and desk and not own,
        "can_change": shown.kept and not waiting and not filing.is_open and _goes_on(system),
        "can_try_again": shown.kept and system.state == System.State.REFUSED and not filing.is_open,
        "can_suspend": desk and system.state == System.State.ADMITTED,
        "can_resume": desk and system.state == System.State.SUSPENDED,
        "form": decision or SystemDecisionForm(closure=filing.is_closure),
        "invite": invite or InviteForm(askable=list_askable(actor=actor, approval=approval)),
        "suspension": suspension or SuspensionForm(),
    }
    return render(request, "portal/system_detail.html", context, status=422 if refused else 200)


def _goes_on(system: System) -> bool:
    return system.state in (System.State.ADMITTED, System.State.SUSPENDED) and system.retired_on is None


def _filters(form: InventoryFilterForm) -> dict[str, str]:
    given = form.cleaned_data
    return {"text": given.get("q", ""), "state": given.get("state", ""), "function": given.get("function", "")}


def _edit_system(request: HttpRequest, shown: Shown) -> HttpResponse:
    actor, filing = actor_of(request), shown.filing
    initial = {"item_codes": [item.pk for item in shown.items]}
    towns = list_towns(actor=actor)
    form = SystemForm(
        request.POST or None, instance=filing, initial=initial, towns=towns, home=shown.system.department.area
    )
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            describe_filing(actor=actor, filing=filing, values=form.described(), areas=form.areas(), items=form.items())
            tell(request, "已保存。比对结果在下面。")
            return go(request, DETAIL, shown.system.pk)
    chosen = request.POST.getlist("areas") if form.is_bound else [str(area.code) for area in shown.areas]
    context = {"shown": shown, "form": form, "towns": towns, "chosen": chosen, "home": shown.system.department.area}
    return render(request, "portal/system_edit.html", context, status=422 if form.errors else 200)


def _edit_closure(request: HttpRequest, shown: Shown) -> HttpResponse:
    form = ClosureForm(request.POST or None, instance=shown.filing)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            describe_closure(actor=actor_of(request), filing=shown.filing, values=form.cleaned_data)
            tell(request, "已保存。请核对后提交。")
            return go(request, DETAIL, shown.system.pk)
    context = {"shown": shown, "form": form}
    return render(request, "portal/system_close.html", context, status=422 if form.errors else 200)
