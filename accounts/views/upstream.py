"""Doors of the upstream identity provider: there, back, link, unlink."""

from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import rights
from accounts.access import PUBLIC, access
from accounts.errors import NotFound
from accounts.models import User
from accounts.notices import tell
from accounts.redirects import safe_next
from accounts.services.upstream import link_identity, log_in_upstream, unlink_identity
from accounts.step_up import is_fresh
from accounts.upstream.journey import come_back, set_out
from accounts.upstream.provider import is_configured
from accounts.upstream.refusals import UpstreamRefused


@access(PUBLIC)
@transaction.non_atomic_requests  # the provider is asked meanwhile
@never_cache
@require_GET
def upstream_login(request: HttpRequest) -> HttpResponse:
    _need_provider()
    return redirect(set_out(request, to=safe_next(request)))


@access(PUBLIC)
@transaction.non_atomic_requests
@never_cache
@require_GET
def upstream_callback(request: HttpRequest) -> HttpResponse:
    """Where the provider sends people back to, from logging in or from linking."""
    _need_provider()
    identity, journey = come_back(request)
    if journey["link"] is None:
        log_in_upstream(request, identity=identity)
        return redirect(journey["to"])
    if request.user.pk != journey["link"] or not is_fresh(request):
        raise UpstreamRefused
    link_identity(user=cast(User, request.user), identity=identity)
    tell(request, "已绑定。以后可以从登录页用统一身份认证登录。")
    return redirect(journey["to"])


@access(rights.WORK, step_up=True)
@never_cache
@require_GET
def upstream_link(request: HttpRequest) -> HttpResponse:
    _need_provider()
    return redirect(set_out(request, to=reverse("accounts:me"), link_user=request.user.pk))


@access(rights.WORK, step_up=True)
@require_POST
def upstream_unlink(request: HttpRequest) -> HttpResponse:
    unlink_identity(user_id=cast(int, request.user.pk))
    tell(request, "已解除绑定。")
    return redirect("accounts:me")


def _need_provider() -> None:
    if not is_configured():
        raise NotFound
