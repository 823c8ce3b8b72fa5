"""Channels (接入通道): ways to the department's own systems, set up and tried by its data officer."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, actor_of
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.rights import CONNECT_SYSTEMS
from data_return.channel_forms import ChannelForm
from data_return.channels.every import KIND_CHOICES, KINDS
from data_return.channels.kinds import AddressForm, ChannelKind
from data_return.models import Channel
from data_return.selectors.channels import find_own_try, get_channel, list_channels
from data_return.services.channels import change_channel, register_channel
from data_return.services.trying import start_try

HERE = "data_return:channel_edit"


@access(CONNECT_SYSTEMS)
@require_safe
def channel_list(request: HttpRequest) -> HttpResponse:
    context = {"channels": list_channels(actor=actor_of(request))}
    return render(request, "data_return/channel_list.html", context)


@access(CONNECT_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def channel_new(request: HttpRequest) -> HttpResponse:
    """?kind=: chosen first, for each kind asks for other things; without one the page offers them."""
    actor, kind = actor_of(request), KINDS.get(request.GET.get("kind", ""))
    if kind is None:
        return render(request, "data_return/channel_new.html", {"kinds": KIND_CHOICES})
    form, address = ChannelForm(request.POST or None), kind.form(request.POST or None)

    def save(given: Mapping[str, Any]) -> Channel:
        return register_channel(actor=actor, kind=kind.code, given=address.cleaned_data, **given)

    return _form_page(request, kind, form, address, save)


@access(CONNECT_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    channel = get_channel(actor=actor, pk=pk)
    kept = frozenset(channel.open_secrets())
    form = ChannelForm(request.POST or None, instance=get_channel(actor=actor, pk=pk))
    address = channel.way.form(request.POST or None, initial=channel.address, known=kept)

    def save(given: Mapping[str, Any]) -> Channel:
        change_channel(actor=actor, channel=channel, given=address.cleaned_data, **given)
        return channel

    context = {"channel": channel, "job": find_own_try(actor=actor, channel=channel)}
    return _form_page(request, channel.way, form, address, save, context)


@access(CONNECT_SYSTEMS)
@require_POST
def channel_try(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    start_try(actor=actor, channel=get_channel(actor=actor, pk=pk))
    return go(request, HERE, pk)


def _form_page(
    request: HttpRequest,
    kind: ChannelKind[Any],
    form: ChannelForm,
    address: AddressForm,
    save: Callable[[Mapping[str, Any]], Channel],
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    # Both are looked at, so that everything that is wrong is told at once.
    if all([form.is_valid(), address.is_valid()]):
        with refusals_on(form):
            channel = save(form.cleaned_data)
            tell(request, "已保存。请试连一次,确认对方能应答。")
            return go(request, HERE, channel.pk)
    shown = {"form": form, "address": address, "kind": kind} | dict(context or {})
    status = 422 if form.errors or address.errors else 200
    return render(request, "data_return/channel_form.html", shown, status=status)
