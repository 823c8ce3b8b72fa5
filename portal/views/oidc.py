"""The endpoints of OpenID Connect: discovery, keys, login, tokens, who it is, logout."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts import limits
from accounts.access import PUBLIC, access, actor_of
from accounts.bearer import carries_bearer
from accounts.errors import NotFound
from accounts.middleware import find_actor
from accounts.origin import present_origin
from accounts.rights import ENTER_SYSTEMS, holds
from accounts.services.logins import log_out
from portal.models import Entrance
from portal.services.sign_on.entering import enter_by_oidc
from portal.services.sign_on.tokens import issue_tokens
from portal.sign_on import discovery
from portal.sign_on.login_request import LoginRequest, grant_code, is_recent_enough, read_login_request
from portal.sign_on.logout_request import LogoutRequest, read_logout_request
from portal.sign_on.server import login_core
from portal.sign_on.signing import is_ready, public_keys
from portal.views.leaving import leave_for

FORM = "application/x-www-form-urlencoded"


@access(PUBLIC)
@require_safe
def oidc_discovery(request: HttpRequest) -> HttpResponse:
    """What a system needs to know to connect (OpenID Connect Discovery 1.0)."""
    _require_ready()
    return JsonResponse(discovery.describe())


@access(PUBLIC)
@require_safe
def oidc_keys(request: HttpRequest) -> HttpResponse:
    _require_ready()
    return JsonResponse({"keys": public_keys()}, headers={"Cache-Control": "public, max-age=3600"})


@access(PUBLIC)
@never_cache
@require_safe
def oidc_authorize(request: HttpRequest) -> HttpResponseBase:
    """The system is looked at before the person: whoever sends people here with a wrong address learns nothing."""
    _require_ready()
    limits.spend_from(present_origin().address, limits.SIGN_ON)
    asked = read_login_request(request)
    if isinstance(asked, str):
        return leave_for(request, asked)
    request.actor = find_actor(request)  # type: ignore[attr-defined]
    if asked.silent and not _can_enter(request, asked):
        return leave_for(request, asked.refusal("login_required"))
    if request.user.is_authenticated and not is_recent_enough(asked, request.session.since):  # type: ignore[attr-defined]
        return leave_for(request, asked.refusal("login_required"))
    return _enter(request, asked)


@access(ENTER_SYSTEMS)
def _enter(request: HttpRequest, asked: LoginRequest) -> HttpResponse:
    session: Any = request.session
    session.stay()
    sign_on = enter_by_oidc(actor=actor_of(request), entrance=asked.entrance, session=session)
    return leave_for(request, grant_code(request, asked, sign_on_id=sign_on.pk), name=asked.entrance.system.name)


@access(PUBLIC)
@csrf_exempt
@never_cache
@sensitive_post_parameters()
def oidc_token(request: HttpRequest) -> HttpResponse:
    """POST grant_type=authorization_code or refresh_token. Refusals in the words of RFC 6749, 5.2."""
    _require_ready()
    if request.method != "POST":
        return _refused("invalid_request", 405, Allow="POST")
    # Secrets belong into the header or the body, one of them: an address is kept in logs on the way.
    twice = "Authorization" in request.headers and "client_secret" in request.POST
    if request.content_type != FORM or request.META.get("QUERY_STRING") or twice:
        return _refused("invalid_request", 400)
    answer = issue_tokens(request)
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers | {"Cache-Control": "no-store"})


@access(PUBLIC)
@never_cache
@require_GET
def oidc_userinfo(request: HttpRequest) -> HttpResponse:
    """Who the bearer of a token is, by the header alone (RFC 6750, 2.1)."""
    _require_ready()
    limits.spend_from(present_origin().address, limits.SIGN_ON)
    if not carries_bearer(request) or "access_token" in request.GET:
        return _refused("invalid_request", 401, **{"WWW-Authenticate": "Bearer"})
    _, headers, body, status = login_core().create_userinfo_response(request)
    return HttpResponse(body, status=status, headers=headers)


@access(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def oidc_logout(request: HttpRequest) -> HttpResponse:
    """A system has logged somebody out (OpenID Connect RP-Initiated Logout 1.0). Without proof of the present session
    the person is asked; only the page's own form says yes."""
    _require_ready()
    asked = read_logout_request(request)
    if request.user.is_authenticated and not (request.method == "POST" or asked.is_of(request)):
        return render(request, "portal/log_out_everywhere.html", {"asked": asked})
    return log_out_and_leave(request, asked)


def log_out_and_leave(request: HttpRequest, asked: LogoutRequest) -> HttpResponse:
    """End the portal's session, with it every sign-on, and go where the system wants, else to the login."""
    log_out(request)
    response = leave_for(request, asked.url or reverse("accounts:login"))
    response["Clear-Site-Data"] = '"storage"'
    return response


def _can_enter(request: HttpRequest, asked: LoginRequest) -> bool:
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None or actor.needs_second_factor or not holds(actor, ENTER_SYSTEMS):
        return False
    return Entrance.objects.open_to(actor).filter(pk=asked.entrance.pk).exists()


def _require_ready() -> None:
    if not is_ready():
        raise NotFound("本平台没有启用 OpenID Connect。请联系系统管理员。")


def _refused(error: str, status: int, **headers: Any) -> HttpResponse:
    return JsonResponse({"error": error}, status=status, headers=headers)
