"""What a system's server sends in tests, by hand: so that each part of it can be left out or forged."""

import base64
import secrets
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.portal.entrances import CALLBACK, Connected

VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
OMIT = object()


def login_query(system: Connected, **changed: Any) -> str:
    """Where a system sends the browser. changed: parameters otherwise; OMIT leaves one out."""
    asked = {
        "client_id": system.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changed
    return "/oidc/authorize/?" + urlencode({name: value for name, value in asked.items() if value is not OMIT})


def ask_code(browser: Client, system: Connected, **changed: Any) -> str:
    """The code with which the browser comes back."""
    answer = browser.get(login_query(system, **changed))
    assert answer.status_code == 302, answer.content.decode()
    return back(answer)["code"]


def back(answer: Any) -> dict[str, str]:
    """Parameters with which the browser is sent to the system's own address; {} where it is sent elsewhere."""
    where = urlsplit(answer.get("Location", ""))
    if where._replace(query="").geturl() != CALLBACK:
        return {}
    return {name: values[0] for name, values in parse_qs(where.query).items()}


def basic(system: Connected, secret: str | None = None) -> str:
    pair = f"{system.client_id}:{system.secret if secret is None else secret}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def ask_tokens(system: Connected, code: str, /, *, authorization: str | None = None, **changed: Any) -> Any:
    """The system's server brings the code. changed: fields otherwise; OMIT leaves one out."""
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return post_tokens(system, authorization=authorization, **(sent | changed))


def post_tokens(system: Connected, *, authorization: str | None = None, **sent: Any) -> Any:
    body = urlencode({name: value for name, value in sent.items() if value is not OMIT})
    headers = {"Authorization": basic(system) if authorization is None else authorization}
    return Client().post(
        "/oidc/token/",
        body,
        content_type="application/x-www-form-urlencoded",
        headers={name: value for name, value in headers.items() if value},
    )


def read_identity(token: str) -> dict[str, Any]:
    """Claims of an identity token, its signature checked against the published keys."""
    keys = KeySet.import_key_set(Client().get("/oidc/keys/").json())
    return jwt.decode(token, keys, algorithms=["RS256"]).claims
