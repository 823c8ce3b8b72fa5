"""The door of a dataset for events (变更通知): its address, its secret, what was said at it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.htmx import go
from accounts.notices import tell
from data_return.models import EventDoor
from data_return.selectors.datasets import get_kept
from data_return.selectors.events import find_door, list_events
from data_return.services.events import renew_secret, switch_door

HERE = "data_return:dataset_events"


@access(rights.PUBLISH_DATASETS)
@require_safe
def dataset_events(request: HttpRequest, pk: int) -> HttpResponse:
    dataset = get_kept(actor=actor_of(request), pk=pk).dataset
    door = find_door(dataset)
    context = {"dataset": dataset, "door": door, "address": address_of(door), "events": list_events(dataset)}
    return render(request, "data_return/dataset_events.html", context)


@access(rights.PUBLISH_DATASETS, step_up=True)
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_event_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then makes a secret; the answer shows it, this once."""
    actor = actor_of(request)
    dataset = get_kept(actor=actor, pk=pk).dataset
    if request.method != "POST":
        asked = {"dataset": dataset, "door": find_door(dataset)}
        return render(request, "data_return/dataset_event_secret_ask.html", asked)
    door, secret = renew_secret(actor=actor, dataset=dataset)
    context: dict[str, Any] = {"dataset": dataset, "door": door, "address": address_of(door), "secret": secret}
    return render(request, "data_return/dataset_event_secret.html", context)


@access(rights.PUBLISH_DATASETS)
@require_POST
def dataset_event_switch(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    on = request.POST.get("on") == "1"
    switch_door(actor=actor, dataset=get_kept(actor=actor, pk=pk).dataset, on=on)
    tell(request, "已启用变更通知。" if on else "已停用变更通知,对方再发会被拒绝。")
    return go(request, HERE, pk)


def address_of(door: EventDoor | None) -> str:
    """Where the department's system sends its events; "" without a door."""
    return settings.PORTAL_ORIGIN + reverse("data_return:api_events", args=[door.ticket]) if door else ""
