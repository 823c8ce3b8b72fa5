"""The catalogue of returned data (回流数据) and how a dataset is described."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.approvals.selectors import is_requester, list_steps
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import DECIDE_DATASETS, PUBLISH_DATASETS, holds
from data_return.comparing.reading import reads_dataset
from data_return.forms import DecisionForm, FilterForm, RegisterForm
from data_return.models import Dataset, DatasetVersion
from data_return.selectors.datasets import (
    Shown,
    get_approval_of,
    get_handed_in,
    get_kept,
    get_shown,
    list_datasets,
    list_versions,
    list_versions_to_decide,
)
from data_return.selectors.grants import list_grants_of, list_readers, list_uses
from data_return.selectors.records import get_quality, is_stale, list_filled
from data_return.services.datasets import begin_version, change_version, register_dataset
from data_return.services.publish import (
    list_lacks,
    publish_dataset,
    refuse_dataset,
    return_dataset,
    submit_dataset,
    withdraw_dataset,
)
from data_return.views.version_page import VersionPage
from registry.catalogue import get_catalogue
from registry.conditions import describe_condition

DETAIL = "data_return:dataset_detail"


@access(rights.VIEW_DATASETS)
@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = FilterForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    found = list_datasets(actor=actor, text=given.get("q", ""), subject=given.get("subject", ""))
    context = {
        "paging": take_page(found, request, key=["-pk"]),
        "filters": form,
        "can_register": holds(actor, PUBLISH_DATASETS),
        "decides": holds(actor, DECIDE_DATASETS),
        "waiting": list_versions_to_decide(actor=actor).select_related("dataset__department"),
    }
    return render(request, "data_return/dataset_list.html", context)


@access(rights.PUBLISH_DATASETS)
@require_http_methods(["GET", "POST"])
def dataset_new(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            dataset = register_dataset(actor=actor_of(request), **form.cleaned_data)
            tell(request, "已登记。接下来写明共享依据,选择数据项。")
            return go(request, "data_return:dataset_edit", dataset.pk)
    return render(request, "data_return/dataset_new.html", {"form": form}, status=422 if form.errors else 200)


@access(rights.VIEW_DATASETS)
@require_safe
def dataset_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_shown(actor=actor_of(request), pk=pk), DecisionForm())


@access(rights.PUBLISH_DATASETS)
@require_http_methods(["GET", "POST"])
def dataset_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Describe the version that is not handed in yet; once it is, its page says so."""
    actor = actor_of(request)
    shown = get_kept(actor=actor, pk=pk)
    version = shown.version
    if not version.is_open:
        return go(request, DETAIL, pk)
    page = VersionPage(request, shown)
    if page.is_valid():
        with refusals_on(page.form, past=(Conflict,)):
            change_version(actor=actor, version=version, **page.values())
            tell(request, "已保存。请核对后提交发布。")
            return go(request, DETAIL, pk)
    context = {"shown": shown, **page.context()}
    return render(request, "data_return/dataset_edit.html", context, status=422 if page.is_wrong else 200)


@access(rights.PUBLISH_DATASETS)
@require_POST
def dataset_new_version(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    version = begin_version(actor=actor, dataset=get_kept(actor=actor, pk=pk).dataset)
    tell(request, f"已新增第 {version.number} 版,内容与上一版相同,请修改后提交。现在的版本照常使用。")
    return go(request, "data_return:dataset_edit", pk)


@access(rights.PUBLISH_DATASETS)
@require_POST
def dataset_submit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    submit_dataset(actor=actor, version=get_kept(actor=actor, pk=pk).version, seen=seen_in(request))
    tell(request, "已提交,由区数据主管部门审核。")
    return go(request, DETAIL, pk)


@access(rights.PUBLISH_DATASETS)
@require_POST
def dataset_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    withdraw_dataset(actor=actor, version=get_kept(actor=actor, pk=pk).version, seen=seen_in(request))
    tell(request, "已撤回,可以修改后重新提交。")
    return go(request, DETAIL, pk)


@access(rights.DECIDE_DATASETS)
@require_POST
def dataset_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Of two who decide at once the second is answered 409."""
    actor = actor_of(request)
    shown = get_handed_in(actor=actor, pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            step, sentence = {
                "publish": (publish_dataset, "已同意发布。"),
                "return": (return_dataset, "已退回补充。"),
                "refuse": (refuse_dataset, "已记为不同意发布,理由已告知部门。"),
            }[form.cleaned_data["decision"]]
            step(actor=actor, version=shown.version, seen=seen_in(request), note=form.cleaned_data["note"])
            tell(request, f"“{shown.dataset}”{sentence}")
            return go(request, "data_return:dataset_list")
    return _page(request, shown, form)


def _page(request: HttpRequest, shown: Shown, form: DecisionForm) -> HttpResponse:
    actor, version = actor_of(request), shown.version
    inside = shown.kept or holds(actor, DECIDE_DATASETS)
    approval = get_approval_of(version)
    waiting = version.state == DatasetVersion.State.SUBMITTED
    own = is_requester(actor=actor, approval=approval)
    context = {
        "shown": shown,
        "approval": approval,
        "quality": get_quality(shown.dataset),
        "filled": list_filled(shown.dataset, shown.items),
        "stale": is_stale(shown.dataset, localdate()),
        "inside": inside,
        "compares": holds(actor, rights.VIEW_RESIDENTS) and reads_dataset(actor, shown.dataset.pk),
        "steps": list_steps(approval) if inside else [],
        "versions": list_versions(shown.dataset, all_of_them=shown.kept),
        "covers": describe_condition(version.covers, get_catalogue()) if version.covers else "",
        "lacks": list_lacks(version) if shown.kept and version.is_open else [],
        "can_decide": waiting and holds(actor, DECIDE_DATASETS) and not own,
        "can_withdraw": shown.kept and waiting,
        "can_begin": shown.kept and not waiting and not version.is_open,
        "can_apply": Dataset.objects.filter(pk=shown.dataset.pk).open_to(actor).exists() and bool(list_readers(actor)),
        "grants": list_grants_of(actor=actor, dataset=shown.dataset),
        "uses": list_uses(actor=actor, dataset=shown.dataset) if inside else [],
        "form": form,
    }
    return render(request, "data_return/dataset_detail.html", context, status=422 if form.errors else 200)
