"""The way to the provider and back: what is remembered in the session meanwhile, and used once."""

import secrets
import time
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts.upstream.id_token import Identity, read_id_token
from accounts.upstream.provider import fetch_id_token, fetch_keys, get_provider, new_client
from accounts.upstream.refusals import UpstreamRefused

JOURNEY = "upstream"
LONGEST_SECONDS = 600


def set_out(request: HttpRequest, *, to: str, link_user: int | None = None) -> str:
    """Address of the provider's login page. to: page afterwards. link_user: link this user instead of logging in."""
    provider, client = get_provider(), new_client(_redirect_uri())
    verifier, nonce = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
    url, state = client.create_authorization_url(provider.authorization_endpoint, code_verifier=verifier, nonce=nonce)
    request.session[JOURNEY] = {
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "to": to,
        "link": link_user,
        "at": int(time.time()),
    }
    return str(url)


def come_back(request: HttpRequest) -> tuple[Identity, dict[str, Any]]:
    """Who came back, and what was remembered. Raises UpstreamRefused, UpstreamDown. A second time there is nothing."""
    journey = cast(dict[str, Any], request.session.pop(JOURNEY, None) or {})
    if not _belongs(request, journey):
        raise UpstreamRefused
    provider, client = get_provider(), new_client(_redirect_uri())
    if request.GET.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise UpstreamRefused
    token = fetch_id_token(client, provider, code=request.GET["code"], verifier=journey["verifier"])
    identity = read_id_token(
        token,
        fetch_keys(provider),
        issuer=provider.issuer,
        client_id=settings.OIDC_CLIENT_ID,
        nonce=journey["nonce"],
    )
    return identity, journey


def _belongs(request: HttpRequest, journey: dict[str, Any]) -> bool:
    """Whether this browser set out not long ago and brings back the state and a code."""
    if not journey or "code" not in request.GET:
        return False
    in_time = 0 <= time.time() - journey["at"] < LONGEST_SECONDS
    return in_time and constant_time_compare(request.GET.get("state", ""), journey["state"])


def _redirect_uri() -> str:
    return f"{settings.PORTAL_ORIGIN}{reverse('accounts:upstream_callback')}"
