"""What a system asks for when somebody has logged out there (RP-Initiated Logout 1.0, 2), judged first."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from accounts.errors import DomainError
from portal.models import Entrance, SignOn
from portal.sign_on.signing import read_id_token

NAMES = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")


class BadLogoutRequest(DomainError):
    """Signed by somebody else, of another system, or to an address that nobody has registered."""

    code = "bad_logout_request"
    status = 400
    default = "系统给出的退出请求不对,没有退出。要退出统一登录,请点右上角的“退出”。"


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """url: where to go afterwards, "" to the portal's login. sid: of the sign-on that its token proves.

    given: as it came, for the form of the page that asks.
    """

    url: str = ""
    sid: str = ""
    given: tuple[tuple[str, str], ...] = ()

    def is_of(self, request: HttpRequest) -> bool:
        """Whether the token comes from a sign-on of the present session."""
        session: Any = request.session
        return bool(self.sid and session.family) and SignOn.objects.filter(sid=self.sid, family=session.family).exists()


def read_logout_request(request: HttpRequest) -> LogoutRequest:
    """Raises BadLogoutRequest."""
    sent = request.POST if request.method == "POST" else request.GET
    given = {name: sent[name] for name in NAMES if sent.get(name)}
    claims = _claims_of(given)
    url = given.get("post_logout_redirect_uri", "")
    if url:
        _require_registered(url, claims.get("aud") or given.get("client_id", ""))
    return LogoutRequest(_with_state(url, given), str(claims.get("sid", "")), tuple(given.items()))


def _claims_of(given: dict[str, str]) -> dict[str, Any]:
    if "id_token_hint" not in given:
        return {}
    claims = read_id_token(given["id_token_hint"])
    if claims is None or given.get("client_id", claims.get("aud")) != claims.get("aud"):
        raise BadLogoutRequest
    return claims


def _require_registered(url: str, client_id: str) -> None:
    found = Entrance.objects.live().select_related("client")
    entrance = found.filter(client__client_id=client_id.replace("\x00", "")).first()
    if entrance is None or entrance.client is None or not entrance.client.post_logout_redirect_uri_allowed(url):
        raise BadLogoutRequest


def _with_state(url: str, given: dict[str, str]) -> str:
    if not url or "state" not in given:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'state': given['state']})}"
