"""What a system asks for when it sends somebody to log in (OpenID Connect Core 1.0, 3.1.2.1), judged before anybody is
asked for anything.

An unknown system or address is told on a page of ours; what else is wrong goes back to the system's own address.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.timezone import now
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauthlib.oauth2.rfc6749 import errors

from accounts.errors import DomainError
from portal.models import Entrance
from portal.sign_on.server import login_core
from portal.sign_on.validator import require_s256

ONCE = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge")
UNSUPPORTED = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}
CANNOT = {"login": "login_required", "consent": "consent_required", "select_account": "account_selection_required"}
"""Prompts that ask for a page the portal does not have, and the refusal of each (3.1.2.6)."""
LONGEST = 2000


class BadLoginRequest(DomainError):
    """The system is not known, closed, or sends people to an address that nobody has registered."""

    code = "bad_login_request"
    status = 400
    default = "不能登录:这个系统没有接入统一登录、已经停用,或者它给出的回调地址没有登记。请告诉系统的主管部门。"


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """silent: no page may be shown. oldest: seconds since the login at most, None where the system does not mind."""

    entrance: Entrance
    scopes: list[str]
    credentials: dict[str, Any]
    silent: bool = False
    oldest: int | None = None
    back: dict[str, str] = field(default_factory=dict)

    def refusal(self, code: str) -> str:
        """The system's address, with why nobody comes."""
        return _back(self.back, code)


def read_login_request(request: HttpRequest) -> LoginRequest | str:
    """The request, or the address to go back to with the reason. Raises BadLoginRequest."""
    if any(len(request.GET.getlist(name)) > 1 for name in ONCE) or len(request.META["QUERY_STRING"]) > LONGEST:
        raise BadLoginRequest
    entrance = _find_entrance(request.GET.get("client_id", ""))
    back = {"redirect_uri": request.GET.get("redirect_uri", ""), "state": request.GET.get("state", "")}
    if entrance.client is None or not entrance.client.redirect_uri_allowed(back["redirect_uri"]):
        raise BadLoginRequest
    refused = _unsupported(request)
    if refused:
        return _back(back, refused)
    try:
        require_s256(request.GET.get("code_challenge", ""), request.GET.get("code_challenge_method", ""))
        scopes, credentials = login_core().validate_authorization_request(request)
    except FatalClientError:
        raise BadLoginRequest from None
    except OAuthToolkitError as refusal:
        return _back(back, refusal.oauthlib_error.error)
    except errors.OAuth2Error as refusal:
        return _back(back, refusal.error)
    return _taken(request, entrance, scopes, credentials, back)


def grant_code(request: HttpRequest, asked: LoginRequest, *, sign_on_id: int) -> str:
    """The system's address with a code for it."""
    # Only by this the code finds its sign-on; what the system may have sent under that name is dropped.
    given = asked.credentials | {"claims": {"sign_on": sign_on_id}}
    uri, _, _, _ = login_core().create_authorization_response(request, asked.scopes, given, allow=True)
    return str(uri)


def _taken(
    request: HttpRequest, entrance: Entrance, scopes: list[str], credentials: dict[str, Any], back: dict[str, str]
) -> LoginRequest | str:
    prompts = set(request.GET.get("prompt", "").split())
    asked = LoginRequest(entrance, scopes, credentials, "none" in prompts, _seconds(request.GET.get("max_age")), back)
    if asked.silent and len(prompts) > 1:
        return asked.refusal("invalid_request")
    unknown = prompts - {"none", *CANNOT}
    if unknown:
        return asked.refusal("invalid_request")
    for prompt in sorted(prompts & CANNOT.keys()):
        return asked.refusal(CANNOT[prompt])
    return asked


def is_recent_enough(asked: LoginRequest, logged_in_at: Any) -> bool:
    """Whether the login is as young as the system wants it (max_age)."""
    if asked.oldest is None:
        return True
    return logged_in_at is not None and (now() - logged_in_at).total_seconds() <= asked.oldest


def _find_entrance(client_id: str) -> Entrance:
    live = Entrance.objects.live().select_related("client", "system__department")
    found = live.filter(
        kind=Entrance.Kind.OIDC, client__client_id=client_id.replace("\x00", ""), client__is_active=True
    )
    entrance = found.first()
    if entrance is None:
        raise BadLoginRequest
    return entrance


def _unsupported(request: HttpRequest) -> str:
    for name, code in UNSUPPORTED.items():
        if name in request.GET:
            return code
    if request.GET.get("response_mode", "query") != "query":
        return "invalid_request"
    return "" if request.GET.get("response_type") == "code" else "unsupported_response_type"


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def _back(back: dict[str, str], code: str) -> str:
    told = {"error": code, "iss": settings.PORTAL_ORIGIN} | ({"state": back["state"]} if back["state"] else {})
    joint = "&" if "?" in back["redirect_uri"] else "?"
    return f"{back['redirect_uri']}{joint}{urlencode(told)}"
