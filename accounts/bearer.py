"""The door of machines: a bearer token (RFC 6750) becomes an actor in the machine's post, for this request alone.

A request that carries a token is judged by the token: the session cookie beside it counts for nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request as OauthRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.actors import Actor
from accounts.models import ClientSystem, User

CHALLENGE = 'Bearer realm="api"'


def carries_bearer(request: HttpRequest) -> bool:
    return request.headers.get("Authorization", "").partition(" ")[0].lower() == "bearer"


def find_machine(request: HttpRequest) -> Actor | None:
    """Who the token stands for: a live token of an open machine at its own address, in a post that is valid today.

    Its proof counts as the second factor that the post's role needs. None for any other token.
    """
    asked = OauthRequest("", "GET", None, {})
    token = request.headers["Authorization"].partition(" ")[2].strip()
    if not oauth2_settings.OAUTH2_VALIDATOR_CLASS().validate_bearer_token(token, [], asked):
        return None
    client: ClientSystem | None = asked.client
    # A token by which a person entered a system says who that is, and opens nothing here.
    is_machine = client is not None and client.kind == ClientSystem.Kind.MACHINE
    post = client.working_post if client and is_machine else None
    if client is None or post is None:
        return None
    request.user = post.user
    actor = post.as_actor(second_factor=True)
    # A scope that was taken from the machine ends at once, not with the token.
    return replace(actor, client_id=client.pk, api_scopes=frozenset(asked.scopes) & frozenset(client.scopes))


class OnlyTokenMiddleware:
    """Takes the cookies off a request that carries a token, before anything reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if carries_bearer(request):
            request.COOKIES = {}
        return self.get_response(request)


class BearerAuthentication(BaseAuthentication):
    """For REST framework: the middleware has read the token already. Without a cookie there is no CSRF to ask for."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        asked: Any = request._request
        return (asked.user, None) if carries_bearer(asked) and asked.actor is not None else None

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE
