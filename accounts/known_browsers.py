"""Browsers that an owner has logged in with before: a signed cookie (the device cookie of OWASP).

It opens nothing. It only says that wrong passwords from this browser are counted apart from those of strangers.
Content: a random name of the browser and digests of the user names it is known for; no name, no number.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.guesses import NO_BROWSER
from accounts.sealing import blind_index

SALT = "accounts.known_browsers"
MAX_AGE = 180 * 24 * 60 * 60
MOST_USERS = 10  # one computer of an office, shared


def browser_of(request: HttpRequest, username: str) -> bytes:
    """Digest of the browser if it is known for this user name, else NO_BROWSER."""
    browser, users = _read(request)
    return blind_index("login.browser", browser) if _digest(username) in users else NO_BROWSER


def remember_browser(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """After a login: this browser is known for this user name from now on."""
    browser, users = _read(request)
    known = [_digest(username), *(user for user in users if user != _digest(username))][:MOST_USERS]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps([browser or secrets.token_hex(16), known], salt=SALT),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        browser, users = signing.loads(
            request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, ""), salt=SALT, max_age=MAX_AGE
        )
    except signing.BadSignature:
        return "", []
    return browser, users


def _digest(username: str) -> str:
    return blind_index("login.known", username).hex()[:16]
