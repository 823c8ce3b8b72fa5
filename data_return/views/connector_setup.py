"""Setting up a connector (对接设置): source and test, fields, schedule and limits, one page for each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access, actor_of
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.rights import CONNECT_SYSTEMS
from data_return.connector_forms import ConnectorForm, FieldsForm, ScheduleForm, kind_for
from data_return.placing import PLACE_ITEMS
from data_return.selectors.channels import get_channel
from data_return.selectors.datasets import get_kept, list_items
from data_return.selectors.pull import find_own_test, get_connector, list_open_datasets, list_usable_channels
from data_return.services.pull_setup import change_source, map_fields, register_connector, set_schedule, start_test
from registry.catalogue import get_catalogue

HERE = "data_return:connector"


@access(CONNECT_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def connector_new(request: HttpRequest) -> HttpResponse:
    """?dataset=&channel=: chosen first, for each kind of source asks for other things."""
    actor = actor_of(request)
    datasets, channels = list_open_datasets(actor=actor), list_usable_channels(actor=actor)
    given = request.GET if {"dataset", "channel"} & set(request.GET) else None
    form = ConnectorForm(given, datasets=datasets, channels=channels)
    if not form.is_valid():
        context = {"form": form, "has_datasets": datasets.exists(), "has_channels": channels.exists()}
        return render(request, "data_return/connector_new.html", context, status=422 if form.errors else 200)
    dataset = get_kept(actor=actor, pk=form.cleaned_data["dataset"].pk).dataset
    channel = get_channel(actor=actor, pk=form.cleaned_data["channel"].pk)
    kind = kind_for(channel)
    asks = kind.form(request.POST or None)
    if asks.is_valid():
        with refusals_on(asks):
            made = register_connector(
                actor=actor, dataset=dataset, channel=channel, kind=kind.code, asks=asks.cleaned_data
            )
            start_test(actor=actor, connector=made)
            return go(request, "data_return:connector_source", made.pk)
    context = {"form": asks, "kind": kind, "dataset": dataset, "channel": channel}
    return render(request, "data_return/connector_source.html", context, status=422 if asks.errors else 200)


@access(CONNECT_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def connector_source(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it reads; saving tests it."""
    actor = actor_of(request)
    found = get_connector(actor=actor, pk=pk)
    form = found.way.form(request.POST or None, initial=found.asks)
    if form.is_valid():
        with refusals_on(form):
            change_source(actor=actor, connector=found, asks=form.cleaned_data)
            start_test(actor=actor, connector=found)
            return go(request, "data_return:connector_source", pk)
    context = {
        "form": form,
        "connector": found,
        "kind": found.way,
        "dataset": found.dataset,
        "channel": found.channel,
        "job": find_own_test(actor=actor, connector=found),
        "sample": found.open_sample(),
    }
    return render(request, "data_return/connector_source.html", context, status=422 if form.errors else 200)


@access(CONNECT_SYSTEMS)
@require_POST
def connector_test(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    start_test(actor=actor, connector=get_connector(actor=actor, pk=pk))
    return go(request, "data_return:connector_source", pk)


@access(CONNECT_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def connector_fields(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    found = get_connector(actor=actor, pk=pk)
    items = list_items(found.dataset.live) if found.dataset.live else []
    places = [get_catalogue().item(code) for code in PLACE_ITEMS]
    form = FieldsForm(request.POST or None, connector=found, items=[*items, *places])
    if form.is_valid():
        with refusals_on(form):
            map_fields(actor=actor, connector=found, fields=form.chosen())
            tell(request, "字段已对应。")
            return go(request, HERE if found.is_on else "data_return:connector_schedule", pk)
    context = {"form": form, "connector": found, "items": items}
    return render(request, "data_return/connector_fields.html", context, status=422 if form.errors else 200)


@access(CONNECT_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def connector_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    found = get_connector(actor=actor, pk=pk)
    form = ScheduleForm(request.POST or None, instance=get_connector(actor=actor, pk=pk))
    if form.is_valid():
        with refusals_on(form):
            set_schedule(actor=actor, connector=found, crontab=form.crontab(), limits=form.limits())
            tell(request, "已保存。" if found.is_on else "已保存。核对无误后,点“启用”。")
            return go(request, HERE, pk)
    context = {"form": form, "connector": found}
    return render(request, "data_return/connector_schedule.html", context, status=422 if form.errors else 200)
