"""HTTP (接口): bearer token, OAuth 2.0 client credentials (RFC 6749, 4.4) or an HMAC-SM3 signature.

Requests go through accounts.outbound: listed addresses only, pinned, bounded in time and length.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import token_hex
from types import TracebackType
from typing import Any, ClassVar, Self, cast
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from django import forms
from requests.auth import AuthBase

from accounts import outbound
from data_return.channels.answers import Answer, fault_of
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.kinds import AddressForm, ChannelKind, Terms, secret_field
from data_return.channels.signing import sign_request

SECONDS = 30.0
"""For one whole answer."""
TOKEN_BYTES = 64 * 1024
EARLY = 30
"""Seconds before its end that a token is renewed."""
NO_PAGE_THERE = (400, 404, 405, 406, 410)
NONE, BEARER, CLIENT, SIGNED = "none", "bearer", "client", "signed"


class WebForm(AddressForm):
    secrets = ("token", "client_secret", "sign_key")
    LOGINS = ((NONE, "不需要登录"), (BEARER, "令牌"), (CLIENT, "OAuth 2.0 客户端凭据"), (SIGNED, "HMAC-SM3 签名"))

    base = forms.URLField(
        label="接口地址",
        max_length=300,
        assume_scheme="https",
        help_text="对方接口的公共部分,如 https://api.mz.example.cn/v1。",
    )
    charset = forms.ChoiceField(label="文字编码", choices=[("utf-8", "UTF-8"), ("gb18030", "GBK / GB18030")])
    login = forms.ChoiceField(label="登录方式", choices=LOGINS, initial=BEARER)
    token = secret_field("令牌")
    token_url = forms.URLField(label="OAuth 取令牌的地址", max_length=300, required=False, assume_scheme="https")
    client_id = forms.CharField(label="OAuth 客户端编号", max_length=200, required=False)
    client_secret = secret_field("OAuth 客户端密钥")
    scope = forms.CharField(label="OAuth 范围(scope)", max_length=200, required=False)
    app_id = forms.CharField(label="签名的应用编号", max_length=200, required=False)
    sign_key = secret_field("签名密钥")

    NEEDED: ClassVar[Mapping[str, tuple[str, ...]]] = {
        BEARER: ("token",),
        CLIENT: ("token_url", "client_id", "client_secret"),
        SIGNED: ("app_id", "sign_key"),
    }

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.need(*self.NEEDED.get(self.cleaned_data.get("login", ""), ()))
        return self.cleaned_data


class WebChannel:
    """One department's HTTP interface. Not for several threads."""

    def __init__(self, address: Mapping[str, Any], secrets: Mapping[str, str], terms: Terms) -> None:
        self._address, self._terms = address, terms
        self._session = outbound.session(most_bytes=terms.most_bytes, seconds=SECONDS)
        self._auth = _auth_of(address, secrets)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session.close()

    def ask(
        self,
        method: str,
        path: str = "",
        *,
        params: Mapping[str, str] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, once. path: below the interface's address. The answer may say anything: see Answer.check().

        Only GET follows a redirect, inside the same scheme, host and port. Raises SourceFailed.
        """
        self._terms.turn()
        url = self._address["base"].rstrip("/") + (f"/{path.lstrip('/')}" if path else "")
        request = requests.Request(method, url, params=params, data=body, headers=dict(headers or {}), auth=self._auth)
        with _named_faults():
            prepared = self._session.prepare_request(request)
            response = self._session.send(prepared, allow_redirects=method == "GET")
        return Answer(response.status_code, response.headers, response.content, self._address["charset"])

    def read_json(self, path: str = "", params: Mapping[str, str] | None = None) -> Any:
        """What GET answers; fractions as Decimal. Raises SourceFailed for everything that is no JSON."""
        return self.ask("GET", path, params=params, headers={"Accept": "application/json"}).check().json()


class WebKind(ChannelKind[WebChannel]):
    code = "http"
    label = "HTTP 接口"
    form = WebForm

    def open(self, address: Mapping[str, Any], secrets: Mapping[str, str], terms: Terms) -> WebChannel:
        return WebChannel(address, secrets, terms)

    def greet(self, opened: WebChannel) -> None:
        """The common part of an address need not be one itself: any answer will do that lets the login pass."""
        answer = opened.ask("GET")
        if answer.status not in NO_PAGE_THERE:
            answer.check()

    def target(self, address: Mapping[str, Any]) -> tuple[Any, ...]:
        return urlsplit(address["base"])[:2], address["token_url"]

    def summary(self, address: Mapping[str, Any]) -> str:
        return str(address["base"])


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Signed(AuthBase):
    def __init__(self, app_id: str, key: str) -> None:
        self._app_id, self._key = app_id, key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        timestamp, nonce = str(int(time.time())), token_hex(16)
        body = cast(bytes | str | None, request.body) or b""
        signature = sign_request(
            self._key,
            method=str(request.method),
            target=request.path_url,
            timestamp=timestamp,
            nonce=nonce,
            body=body.encode() if isinstance(body, str) else body,
        )
        request.headers.update({"X-App-Id": self._app_id, "X-Timestamp": timestamp, "X-Nonce": nonce})
        request.headers["X-Signature"] = signature
        return request


class _ClientCredentials(AuthBase):
    """Fetches a token when there is none, or shortly before the last one ends."""

    def __init__(self, address: Mapping[str, Any], secret: str) -> None:
        self._url = address["token_url"]
        self._session = OAuth2Session(address["client_id"], secret, scope=address["scope"] or None)
        outbound.guard(self._session, outbound.Adapter(TOKEN_BYTES, SECONDS))
        self._token, self._until = "", 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if time.monotonic() > self._until:
            self._fetch()
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _fetch(self) -> None:
        try:
            given = self._session.fetch_token(self._url, grant_type="client_credentials", allow_redirects=False)
            self._token, lives = str(given["access_token"]), float(given.get("expires_in") or 60)
        except OAuthError:
            raise SourceFailed(Fault.LOGIN_REFUSED) from None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, requests.RequestException) and not isinstance(error, requests.JSONDecodeError):
                raise
            raise SourceFailed(Fault.NOT_JSON) from None
        self._until = time.monotonic() + lives - EARLY


def _auth_of(address: Mapping[str, Any], secrets: Mapping[str, str]) -> AuthBase | None:
    match address["login"]:
        case "bearer":
            return _Bearer(secrets["token"])
        case "client":
            return _ClientCredentials(address, secrets["client_secret"])
        case "signed":
            return _Signed(address["app_id"], secrets["sign_key"])
    return None


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        raise SourceFailed(fault_of(error)) from None
