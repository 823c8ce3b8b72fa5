"""Systems that take something (接收系统): the list, one with its queue and desk, setting it up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.audit import record
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.rights import CONNECT_SYSTEMS, PUSH_ANSWERS, holds
from data_return.models import Channel, PushTarget
from data_return.models.push import PUSHABLE
from data_return.push_forms import DeskForm, TargetForm
from data_return.selectors.push import (
    get_line,
    get_target,
    list_desk,
    list_flows,
    list_settled,
    list_targets,
    list_waiting,
)
from data_return.services.push import give_up, retry_messages, try_now
from data_return.services.push_setup import change_target, register_target, switch_target

HERE = "data_return:push_target"


@access(rights.VIEW_PUSH)
@require_safe
def push_target_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {"lines": list_targets(actor=actor), "can_register": holds(actor, CONNECT_SYSTEMS)}
    return render(request, "data_return/push_target_list.html", context)


@access(rights.CONNECT_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def push_target_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    channels = Channel.objects.visible_to(actor).filter(kind__in=PUSHABLE)
    form = TargetForm(request.POST or None, channels=channels)
    if form.is_valid():
        given = form.cleaned_data
        with refusals_on(form):
            target = register_target(
                actor=actor, channel=given["channel"], name=given["name"], path=given["path"], answer=form.answer()
            )
            tell(request, "已登记,还没有启用。请设好推送什么,再启用。")
            return go(request, HERE, target.pk)
    context = {"form": form, "has_channels": channels.exists()}
    return render(request, "data_return/push_target_form.html", context, status=422 if form.errors else 200)


@access(rights.CONNECT_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def push_target_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    target = get_target(actor=actor, pk=pk)
    form = TargetForm(request.POST or None, channels=Channel.objects.none(), target=target)
    if form.is_valid():
        given = form.cleaned_data
        with refusals_on(form):
            change_target(
                actor=actor, target=target, name=given["name"], path=given.get("path", ""), answer=form.answer()
            )
            tell(request, "已保存。")
            return go(request, HERE, pk)
    context = {"form": form, "target": target, "has_channels": True}
    return render(request, "data_return/push_target_form.html", context, status=422 if form.errors else 200)


@access(rights.VIEW_PUSH)
@require_safe
def push_target(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_target(actor=actor_of(request), pk=pk), DeskForm())


@access(rights.CONNECT_SYSTEMS)
@require_POST
def push_target_switch(request: HttpRequest, pk: int) -> HttpResponse:
    on = request.POST.get("on") == "1"
    switch_target(actor=actor_of(request), target=get_target(actor=actor_of(request), pk=pk), on=on)
    tell(request, "已启用,待发送的马上开始。" if on else "已停用,新的先排队,不发送。")
    return go(request, HERE, pk)


@access(rights.CONNECT_SYSTEMS)
@require_POST
def push_target_try(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not wait for the end of the pause."""
    try_now(actor=actor_of(request), target=get_target(actor=actor_of(request), pk=pk))
    tell(request, "正在重试。几秒后刷新这一页看结果。")
    return go(request, HERE, pk)


@access(rights.CONNECT_SYSTEMS)
@require_POST
def push_target_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticked messages once more, or not any more."""
    actor = actor_of(request)
    target = get_target(actor=actor, pk=pk)
    open_ones = [*list_desk(actor=actor, target=target), *list_waiting(actor=actor, target=target)]
    form = DeskForm(request.POST, known=[one.message.pk for one in open_ones])
    if form.is_valid():
        ids = form.cleaned_data["messages"]
        with refusals_on(form):
            if form.cleaned_data["step"] == "retry":
                done = retry_messages(actor=actor, target=target, ids=ids)
                tell(request, f"{done} 件已重新排队。")
            else:
                done = give_up(actor=actor, target=target, ids=ids, note=form.cleaned_data["note"])
                tell(request, f"{done} 件不再发送,村居会看到原因。")
            return go(request, HERE, pk)
    return _page(request, target, form)


def _page(request: HttpRequest, target: PushTarget, form: DeskForm) -> HttpResponse:
    actor = actor_of(request)
    desk = list_desk(actor=actor, target=target)
    if any(one.why for one in desk):
        record(actor, "push.desk_read", target, count=len(desk))
    context = {
        "line": get_line(actor=actor, target=target),
        "target": target,
        "flows": list_flows(actor=actor, target=target),
        "desk": desk,
        "waiting": list_waiting(actor=actor, target=target),
        "settled": list_settled(actor=actor, target=target),
        "form": form,
        "can_manage": holds(actor, CONNECT_SYSTEMS),
        "can_push": holds(actor, PUSH_ANSWERS),
    }
    return render(request, "data_return/push_target.html", context, status=422 if form.errors else 200)
