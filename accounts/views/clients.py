"""Machines (API 客户端): the security administrator registers them, the district confirms them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, actor_of
from accounts.api_scopes import ApiScope
from accounts.client_forms import NewClientForm
from accounts.client_reading import get_client, list_clients
from accounts.forms import refusals_on
from accounts.models import ClientSystem
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import CONFIRM_CLIENTS, MANAGE_CLIENTS, SEE_CLIENTS, holds
from accounts.services.clients import change_secret, open_client, register_client, suspend_client


@access(SEE_CLIENTS)
@never_cache
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    page = take_page(list_clients(actor=actor), request, key=("name", "pk"))
    return render(request, "accounts/clients.html", {"page": page, "can_register": holds(actor, MANAGE_CLIENTS)})


@access(MANAGE_CLIENTS, step_up=True)
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def client_new(request: HttpRequest) -> HttpResponse:
    """Registers a machine; the answer shows its secret, this once."""
    actor = actor_of(request)
    form = NewClientForm(actor, request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            client, secret = register_client(actor=actor, wanted=form.to_wish())
            return _show_secret(request, client, secret)
    return render(request, "accounts/client_new.html", {"form": form}, status=422 if form.errors else 200)


@access(SEE_CLIENTS)
@never_cache
@require_safe
def client_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    client = get_client(actor=actor, pk=pk)
    by_oneself = client.created_by is not None and client.created_by.user_id == actor.user_id
    context = {
        "client": client,
        "scopes": [ApiScope(scope).label for scope in client.scopes],
        "can_open": holds(actor, CONFIRM_CLIENTS) and not by_oneself,
        "can_change": holds(actor, MANAGE_CLIENTS),
    }
    return render(request, "accounts/client_detail.html", context)


@access(MANAGE_CLIENTS, step_up=True)
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def client_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then changes the secret; the answer shows the new one, this once."""
    actor = actor_of(request)
    client = get_client(actor=actor, pk=pk)
    if request.method != "POST":
        return render(request, "accounts/client_secret_ask.html", {"client": client})
    return _show_secret(request, client, change_secret(actor=actor, client=client))


@access(CONFIRM_CLIENTS, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def client_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then opens."""
    actor = actor_of(request)
    client = get_client(actor=actor, pk=pk)
    if request.method != "POST":
        return redirect("accounts:client_detail", pk)
    open_client(actor=actor, client=client)
    tell(request, "已复核启用,系统现在可以取令牌。")
    return redirect("accounts:client_detail", pk)


@access(SEE_CLIENTS)
@require_POST
def client_suspend(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    suspend_client(actor=actor, client=get_client(actor=actor, pk=pk))
    tell(request, "已停用,它手上的令牌同时失效。")
    return redirect("accounts:client_detail", pk)


def _show_secret(request: HttpRequest, client: ClientSystem, secret: str) -> HttpResponse:
    return render(request, "accounts/client_secret.html", {"client": client, "secret": secret})
