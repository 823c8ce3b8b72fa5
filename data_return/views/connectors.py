"""Connectors (数据对接): the list, one with its runs and its desk, and what is done there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access, actor_of
from accounts.audit import record
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.rights import CONNECT_SYSTEMS
from data_return.connector_forms import DeskForm, schedule_in_words
from data_return.models import Connector
from data_return.selectors.pull import (
    get_connector,
    is_orphaned,
    list_connectors,
    list_desk,
    list_drift,
    list_runs,
)
from data_return.services.pull import accept_drift, drop_rows, retry_rows, run_now
from data_return.services.pull_setup import switch_connector

HERE = "data_return:connector"


@access(CONNECT_SYSTEMS)
@require_safe
def connector_list(request: HttpRequest) -> HttpResponse:
    return render(request, "data_return/connector_list.html", {"lines": list_connectors(actor=actor_of(request))})


@access(CONNECT_SYSTEMS)
@require_safe
def connector(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_connector(actor=actor_of(request), pk=pk), DeskForm())


@access(CONNECT_SYSTEMS)
@require_POST
def connector_switch(request: HttpRequest, pk: int) -> HttpResponse:
    actor, on = actor_of(request), request.POST.get("on") == "1"
    switch_connector(actor=actor, connector=get_connector(actor=actor, pk=pk), on=on)
    tell(request, "已启用,马上开始第一次同步。" if on else "已停用。正在进行的同步在这一页之后停下,已读到的不丢。")
    return go(request, HERE, pk)


@access(CONNECT_SYSTEMS)
@require_POST
def connector_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not wait for the schedule or for the end of a pause."""
    run_now(actor=actor_of(request), connector=get_connector(actor=actor_of(request), pk=pk))
    tell(request, "正在同步。几秒后刷新这一页看结果。")
    return go(request, HERE, pk)


@access(CONNECT_SYSTEMS)
@require_POST
def connector_drift(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer has looked at what changed at the source."""
    accept_drift(actor=actor_of(request), connector=get_connector(actor=actor_of(request), pk=pk))
    tell(request, "已记下。改名的字段,请在“对应字段”里重新选择。")
    return go(request, HERE, pk)


@access(CONNECT_SYSTEMS)
@require_POST
def connector_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticked rows once more, or not at all."""
    actor = actor_of(request)
    found = get_connector(actor=actor, pk=pk)
    desk, _ = list_desk(actor=actor, connector=found)
    form = DeskForm(request.POST, known=[one.row.pk for one in desk])
    if form.is_valid():
        ids = form.cleaned_data["rows"]
        with refusals_on(form):
            if form.cleaned_data["step"] == "retry":
                fit = retry_rows(actor=actor, connector=found, ids=ids)
                tell(request, f"重新读取 {len(ids)} 条,{fit} 条已符合要求并处理,其余留在这里。")
            else:
                dropped = drop_rows(actor=actor, connector=found, ids=ids, note=form.cleaned_data["note"])
                tell(request, f"{dropped} 条不采用。对方改了这些数据,会重新读取。")
            return go(request, HERE, pk)
    return _page(request, found, form)


def _page(request: HttpRequest, found: Connector, form: DeskForm) -> HttpResponse:
    actor = actor_of(request)
    desk, bad = list_desk(actor=actor, connector=found)
    if desk:
        record(actor, "pull.desk_read", found, count=len(desk))
    stopped, new = list_drift(found)
    context = {
        "connector": found,
        "orphaned": is_orphaned(found),
        "schedule": schedule_in_words(found),
        "runs": list_runs(found),
        "desk": desk,
        "bad": bad,
        "stopped": stopped,
        "new": new,
        "form": form,
    }
    return render(request, "data_return/connector.html", context, status=422 if form.errors else 200)
