"""What goes to a system (推送): which form, its names for our fields, on and off."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import rights
from accounts.access import access, actor_of
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from data_return.push.mapping import Mapping
from data_return.push.topics import get_topic, list_topics
from data_return.push_forms import MappingForm, SourceForm
from data_return.selectors.push import get_flow, get_target
from data_return.services.push import send_ready
from data_return.services.push_setup import add_flow, change_flow, switch_flow

TARGET, HERE = "data_return:push_target", "data_return:push_flow"


@access(rights.PUSH_ANSWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def push_flow_new(request: HttpRequest, pk: int) -> HttpResponse:
    """pk: of the target."""
    actor = actor_of(request)
    target = get_target(actor=actor, pk=pk)
    choices = [(topic, key, name) for topic in list_topics() for key, name in topic.list_sources(actor)]
    form = SourceForm(request.POST or None, choices=choices)
    if form.is_valid():
        with refusals_on(form):
            topic, source_id = form.chosen()
            flow = add_flow(actor=actor, target=target, topic=topic, source_id=source_id, mapping=Mapping())
            tell(request, "已增加。请核对后启用。" if target.takes_files else "已增加。请写好对方的字段名,再启用。")
            return go(request, HERE, flow.pk)
    context = {"form": form, "target": target, "choices": choices}
    return render(request, "data_return/push_flow_new.html", context, status=422 if form.errors else 200)


@access(rights.PUSH_ANSWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def push_flow(request: HttpRequest, pk: int) -> HttpResponse:
    """Its mapping; a target of files has none."""
    actor = actor_of(request)
    flow = get_flow(actor=actor, pk=pk)
    topic = get_topic(flow.topic)
    topic.require_source(actor, flow.source_id)
    fresh = not Mapping.of(flow.mapping).fields
    form = MappingForm(
        request.POST or None,
        topic=topic,
        fields=topic.list_fields(flow.source_id),
        flow=None if fresh else flow,
    )
    if form.is_valid():
        with refusals_on(form):
            change_flow(actor=actor, flow=flow, mapping=form.mapping())
            tell(request, "字段对应已保存。")
            return go(request, HERE, pk)
    context = {
        "flow": flow,
        "target": flow.target,
        "form": form,
        "title": topic.title(flow.source_id),
        "fresh": fresh,
        "file_words": topic.file_words,
    }
    return render(request, "data_return/push_flow.html", context, status=422 if form.errors else 200)


@access(rights.PUSH_ANSWERS)
@require_POST
def push_flow_switch(request: HttpRequest, pk: int) -> HttpResponse:
    on = request.POST.get("on") == "1"
    switch_flow(actor=actor_of(request), flow=get_flow(actor=actor_of(request), pk=pk), on=on)
    tell(request, "已启用:以后通过的会自动推送。" if on else "已停用:新的不再推送,已排队的暂停。")
    return go(request, HERE, pk)


@access(rights.PUSH_ANSWERS)
@require_POST
def push_flow_ready(request: HttpRequest, pk: int) -> HttpResponse:
    """What was accepted before it was switched on."""
    count = send_ready(actor=actor_of(request), flow=get_flow(actor=actor_of(request), pk=pk))
    tell(request, f"以前通过的 {count} 份已排队。" if count else "以前通过的都已推送过,没有要补发的。")
    return go(request, HERE, pk)
