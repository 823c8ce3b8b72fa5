"""The provider as it describes itself (OpenID Connect Discovery 1.0), and the two things fetched from it.

Requests go to the host of OIDC_ISSUER and nowhere else, are never redirected, end after seconds, and read no more than
MOST_BYTES of an answer. No token and no code is logged.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from accounts.outbound import Adapter, guard
from accounts.upstream.refusals import UpstreamDown, UpstreamRefused

WELL_KNOWN = "/.well-known/openid-configuration"
MOST_SECONDS = 8.0
MOST_BYTES = 512 * 1024
KEPT_SECONDS = 600
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Provider:
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


def is_configured() -> bool:
    return bool(settings.OIDC_ISSUER)


def get_provider() -> Provider:
    """What the provider says of itself, asked again every ten minutes. Raises UpstreamDown."""
    return _discovered(settings.OIDC_ISSUER, int(monotonic() // KEPT_SECONDS))


def new_client(redirect_uri: str) -> OAuth2Session:
    """An OAuth 2 client of this portal: code with PKCE S256, no redirects, the issuer's host only."""
    client = OAuth2Session(
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
        scope="openid",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )
    guard(client, _OneHost(MOST_BYTES, MOST_SECONDS))
    return client


def fetch_id_token(client: OAuth2Session, provider: Provider, *, code: str, verifier: str) -> str:
    """The signed id_token for a code. Raises UpstreamRefused (code used up, wrong verifier), UpstreamDown."""
    try:
        token = client.fetch_token(provider.token_endpoint, code=code, code_verifier=verifier, allow_redirects=False)
    except OAuthError as error:
        log.warning("upstream_refused", extra={"reason": str(error.error)[:40]})
        raise UpstreamRefused from None
    except (requests.RequestException, ValueError):
        raise UpstreamDown from None
    return str(token.get("id_token") or "")


def fetch_keys(provider: Provider) -> KeySet:
    """Public keys of the provider, fetched anew: a login is rare, and a withdrawn key must not open one."""
    try:
        return KeySet.import_key_set(cast(KeySetSerialization, _get_json(provider.jwks_uri)))
    except (JoseError, ValueError, KeyError):
        raise UpstreamDown from None


@lru_cache(maxsize=1)
def _discovered(issuer: str, turn: int) -> Provider:
    said = _get_json(issuer.rstrip("/") + WELL_KNOWN)
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    provider = Provider(**{name: str(said.get(name, "")) for name in names})
    if provider.issuer != issuer or not all(_is_of_issuer(str(said.get(name, ""))) for name in names[1:]):
        log.error("upstream_misdescribed")
        raise UpstreamDown
    return provider


def _get_json(url: str) -> dict[str, Any]:
    session = requests.Session()
    guard(session, _OneHost(MOST_BYTES, MOST_SECONDS))
    try:
        with session.get(url, allow_redirects=False) as answer:
            answer.raise_for_status()
            found = answer.json()
    except (requests.RequestException, ValueError):
        log.warning("upstream_down")
        raise UpstreamDown from None
    return found if isinstance(found, dict) else {}


def _is_of_issuer(url: str) -> bool:
    """Same scheme, host and port as the issuer."""
    return bool(url) and urlsplit(url)[:2] == urlsplit(settings.OIDC_ISSUER)[:2]


class _OneHost(Adapter):
    """Refuses every address but the issuer's, whatever asks and whatever else is allowed."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if not _is_of_issuer(request.url or ""):
            raise requests.exceptions.InvalidURL("outside the issuer")
        return super().send(request, *args, **kwargs)
