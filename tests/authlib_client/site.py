"""The system as its developers write it: a page for who is logged in, the way out, and the ear for logouts elsewhere.

Runs as a program: `CLIENT_SECRET=... python -m tests.authlib_client.site PORT ISSUER CLIENT_ID`. Authlib does the login
and the way out (RP-Initiated Logout); for logout tokens it has no reader, so `told` checks what OpenID Connect
Back-Channel Logout 1.0, 2.6 asks for with joserfc, the library below Authlib.
"""

import os
import secrets
import sys
from wsgiref.simple_server import make_server

import django
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.contrib.sessions.backends.cache import SessionStore
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.authlib_client.running import AuthlibSite

EVENT = "http://schemas.openid.net/event/backchannel-logout"
PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>authlib</title><h1>authlib 系统</h1>
<p id="user">{name}</p><p id="role">{role}</p><p><a href="/leave">退出系统</a></p></html>"""
oauth = OAuth()


def home(request: HttpRequest) -> HttpResponse:
    user = request.session.get("user")
    if user is None:
        return oauth.portal.authorize_redirect(request, _site().callback)
    return HttpResponse(PAGE.format(**user))


def callback(request: HttpRequest) -> HttpResponse:
    """Authlib checks state, PKCE, nonce, signature, issuer, audience and time."""
    tokens = oauth.portal.authorize_access_token(request)
    request.session.cycle_key()
    request.session.update({"user": dict(tokens["userinfo"]), "id_token": tokens["id_token"]})
    cache.set(tokens["userinfo"]["sid"], request.session.session_key)
    return HttpResponseRedirect("/")


def leave(request: HttpRequest) -> HttpResponse:
    hint = request.session.get("id_token")
    request.session.flush()
    return oauth.portal.logout_redirect(request, _site().goodbye, id_token_hint=hint)


def goodbye(request: HttpRequest) -> HttpResponse:
    oauth.portal.validate_logout_response(request)
    return HttpResponse('<!doctype html><meta charset="utf-8"><h1>再见</h1>')


def told(request: HttpRequest) -> HttpResponse:
    """The portal says that a session is over."""
    keys = KeySet.import_key_set(oauth.portal.fetch_jwk_set())
    token = jwt.decode(request.POST["logout_token"], keys, algorithms=["RS256"])
    asked = {"iss": oauth.portal.load_server_metadata()["issuer"], "aud": oauth.portal.client_id}
    rules = {name: {"essential": True, "value": value} for name, value in asked.items()}
    jwt.JWTClaimsRegistry(**rules, iat={"essential": True}, exp={"essential": True}).validate(token.claims)
    if EVENT not in token.claims["events"] or "nonce" in token.claims:
        return HttpResponse(status=400)
    SessionStore(cache.get(token.claims["sid"])).delete()
    return HttpResponse()


urlpatterns = [
    path("", home),
    path("callback", callback),
    path("leave", leave),
    path("goodbye", goodbye),
    path("told", told),
]


def _site() -> AuthlibSite:
    return AuthlibSite(settings.PORT)


def _serve(port: int, issuer: str, client_id: str) -> None:
    settings.configure(
        PORT=port,
        SECRET_KEY=secrets.token_hex(32),
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["127.0.0.1"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
        # Cookies know no ports: the portal and the other systems of the tests stand on the same host.
        SESSION_COOKIE_NAME="authlib_site",
        USE_TZ=True,
    )
    django.setup()
    oauth.register(
        "portal",
        client_id=client_id,
        client_secret=os.environ["CLIENT_SECRET"],
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )
    with make_server("127.0.0.1", port, get_wsgi_application()) as server:
        server.serve_forever()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])
