"""CAS 3 for older systems: log in, validate a ticket, log out. The addresses are those of the protocol."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.access import PUBLIC, access, actor_of
from accounts.errors import DomainError
from accounts.middleware import find_actor
from accounts.origin import present_origin
from accounts.rights import ENTER_SYSTEMS
from portal.models import Entrance
from portal.services.sign_on.cas import make_ticket, validate_ticket
from portal.sign_on import cas_words
from portal.sign_on.logout_request import LogoutRequest
from portal.views.leaving import leave_for
from portal.views.oidc import log_out_and_leave


class UnknownService(DomainError):
    """No connected system has registered the address, character by character."""

    code = "unknown_service"
    status = 400
    default = "不能登录:这个地址没有登记到统一登录,或者系统已经停用。请告诉系统的主管部门。"


@access(PUBLIC)
@never_cache
@require_safe
def cas_login(request: HttpRequest) -> HttpResponseBase:
    """The service is looked at before the person. gateway: nobody is asked; renew: nobody logs in for it alone."""
    limits.spend_from(present_origin().address, limits.SIGN_ON)
    services = request.GET.getlist("service")
    entrance = _find(services[0]) if len(services) == 1 else None
    if entrance is None or "renew" in request.GET or request.GET.get("method", "GET") != "GET":
        raise UnknownService
    request.actor = actor = find_actor(request)  # type: ignore[attr-defined]
    if "gateway" in request.GET and (actor is None or not Entrance.objects.open_to(actor).contains(entrance)):
        return leave_for(request, services[0], name=entrance.system.name)
    return _enter(request, entrance, services[0])


@access(ENTER_SYSTEMS)
def _enter(request: HttpRequest, entrance: Entrance, service: str) -> HttpResponse:
    session: Any = request.session
    session.stay()
    ticket = make_ticket(actor=actor_of(request), entrance=entrance, session=session, service=service)
    joint = "&" if "?" in service else "?"
    return leave_for(request, f"{service}{joint}{urlencode({'ticket': ticket})}", name=entrance.system.name)


@access(PUBLIC)
@never_cache
@require_safe
def cas_validate(request: HttpRequest) -> HttpResponse:
    """CAS 2: who it is."""
    return _validate(request, attributes=False)


@access(PUBLIC)
@never_cache
@require_safe
def cas_validate_3(request: HttpRequest) -> HttpResponse:
    """CAS 3: and in which post."""
    return _validate(request, attributes=True)


@access(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cas_logout(request: HttpRequest) -> HttpResponse:
    """A system has logged somebody out. CAS brings no proof of whom, so the person is asked."""
    sent = request.POST if request.method == "POST" else request.GET
    service = sent.get("service", "")
    url = service if service and _find(service) else ""
    asked = LogoutRequest(url, given=(("service", url),) if url else ())
    if request.user.is_authenticated and request.method != "POST":
        return render(request, "portal/log_out_everywhere.html", {"asked": asked})
    return log_out_and_leave(request, asked)


def _validate(request: HttpRequest, *, attributes: bool) -> HttpResponse:
    limits.spend_from(present_origin().address, limits.SIGN_ON)
    asked = request.GET
    found = validate_ticket(
        ticket=asked.get("ticket", ""),
        service=asked.get("service", ""),
        renew="renew" in asked,
        proxy="pgtUrl" in asked,
    )
    if isinstance(found, str):
        said = cas_words.failure(found)
    else:
        said = cas_words.success(found.user, found.attributes if attributes else {})
    return HttpResponse(said, content_type=cas_words.CONTENT_TYPE)


def _find(service: str) -> Entrance | None:
    live = Entrance.objects.live().filter(kind=Entrance.Kind.CAS).select_related("system")
    return live.filter(services__contains=[service.replace("\x00", "")]).first()
