"""How systems let people in: described by the department, opened and closed by the security administrator."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import CONFIRM_ENTRANCES, holds
from portal.models import Entrance
from portal.selectors.sign_on import count_unheard, find_entrance, get_entrance, list_accounts, list_entrances
from portal.selectors.systems import get_kept
from portal.services.sign_on.accounts_there import keep_accounts, remove_account
from portal.services.sign_on.entrances import (
    SECRET_KINDS,
    change_entrance_secret,
    close_entrance,
    describe_entrance,
    open_entrance,
)
from portal.sign_on_forms import AccountsForm, EntranceForm, initial_of

Kind = Entrance.Kind
ENTRANCE, ACCOUNTS, LIST = "portal:system_entrance", "portal:system_accounts", "portal:entrance_list"


@access(rights.APPLY_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
def system_entrance(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how the own system lets people in. A change closes it until it is opened again. Two at once: 409."""
    actor = actor_of(request)
    system = get_kept(actor=actor, pk=pk).system
    entrance = find_entrance(system)
    kind = _kind_in(request, entrance)
    form = EntranceForm(kind, request.POST or None, initial=initial_of(entrance))
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            describe_entrance(actor=actor, system=system, wanted=form.to_wish(), seen=form.cleaned_data["seen"])
            tell(request, "已保存。安全管理员核对启用以后,村居才能进入。")
            return go(request, ENTRANCE, pk)
    context = {
        "system": system,
        "entrance": entrance,
        "kind": kind,
        "kinds": Kind.choices,
        "form": form,
        "has_secret_kind": entrance is not None and entrance.kind in SECRET_KINDS,
        "issuer": settings.PORTAL_ORIGIN,
        "cas": f"{settings.PORTAL_ORIGIN}{reverse('portal:cas_login').removesuffix('/login')}",
    }
    return render(request, "portal/system_entrance.html", context, status=422 if form.errors else 200)


@access(rights.APPLY_SYSTEMS, step_up=True)
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def system_entrance_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then makes a new secret; the answer shows it, this once."""
    actor = actor_of(request)
    system = get_kept(actor=actor, pk=pk).system
    entrance, secret = find_entrance(system), ""
    if request.method == "POST":
        entrance, secret = change_entrance_secret(actor=actor, system=system)
    context = {"system": system, "entrance": entrance, "secret": secret}
    return render(request, "portal/system_entrance_secret.html", context)


@access(rights.APPLY_SYSTEMS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def system_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is called what in the own system: pasted from Excel, all lines or none."""
    actor = actor_of(request)
    system = get_kept(actor=actor, pk=pk).system
    form = AccountsForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            count = keep_accounts(actor=actor, system=system, text=form.cleaned_data["lines"])
            tell(request, f"已保存 {count} 人的账号。")
            return go(request, ACCOUNTS, pk)
    text = request.GET.get("q", "")[:20]
    found = list_accounts(system=system, text=text)
    context = {
        "system": system,
        "form": form,
        "text": text,
        "paging": take_page(found, request, key=["pk"], total=found.count()),
    }
    return render(request, "portal/system_accounts.html", context, status=422 if form.errors else 200)


@access(rights.APPLY_SYSTEMS)
@require_POST
def system_account_remove(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """number: key of the line."""
    actor = actor_of(request)
    removed = remove_account(actor=actor, system=get_kept(actor=actor, pk=pk).system, pk=number)
    tell(request, f"已删除 {removed.user} 的账号“{removed.account}”。删错了请重新粘贴这一行。")
    return go(request, ACCOUNTS, pk)


@access(rights.SEE_ENTRANCES)
@never_cache
@require_safe
def entrance_list(request: HttpRequest) -> HttpResponse:
    """For the administrators: what is connected, whether it is open, whether it answers."""
    actor = actor_of(request)
    found = list_entrances(actor=actor)
    context = {
        "paging": take_page(found, request, key=["-pk"], total=found.count()),
        "can_confirm": holds(actor, CONFIRM_ENTRANCES),
        "unheard": count_unheard(actor=actor),
    }
    return render(request, "portal/entrance_list.html", context)


@access(rights.CONFIRM_ENTRANCES, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def entrance_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for a code first, then opens what the page showed."""
    actor = actor_of(request)
    entrance = get_entrance(actor=actor, pk=pk)
    if request.method == "POST":
        open_entrance(actor=actor, pk=pk, seen=seen_in(request))
        tell(request, f"已启用“{entrance.system}”的单点登录。")
    return go(request, LIST)


@access(rights.CONFIRM_ENTRANCES)
@require_POST
def entrance_close(request: HttpRequest, pk: int) -> HttpResponse:
    entrance = close_entrance(actor=actor_of(request), pk=pk)
    tell(request, f"已停用“{entrance.system}”的单点登录,正在使用的人会被退出。")
    return go(request, LIST)


def _kind_in(request: HttpRequest, entrance: Entrance | None) -> Entrance.Kind:
    asked = request.GET.get("kind", "")
    if asked in Kind.values:
        return Kind(asked)
    return Kind(entrance.kind) if entrance is not None else Kind.OIDC
