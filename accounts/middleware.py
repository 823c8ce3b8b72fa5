"""Who acts, and the denial of every view that does not say who may use it."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.actors import Actor
from accounts.bearer import carries_bearer, find_machine
from accounts.emergency import emergency_end
from accounts.models import Post
from accounts.selectors import list_own_posts
from accounts.step_up import is_verified

POST_KEY = "post"
GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger(__name__)


class ActivityMiddleware:
    """Work puts the end of the session off; what a page asks for by itself does not (`keeps_alive=False`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if _needs_actor(view) and view.access.keeps_alive and request.user.is_authenticated:
            request.session.stay()  # type: ignore[attr-defined]


class ActorMiddleware:
    """Sets `request.actor` from the session's post, or None. A post that ended logs nobody in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        request.actor = find_actor(request) if _needs_actor(view) else None  # type: ignore[attr-defined]


class AccessMiddleware:
    """Denies a view without a declaration (`accounts.access`): forgetting one must not open a door."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if not hasattr(view, "access"):
            log.error("undeclared_view", extra={"view": getattr(view, "__qualname__", repr(view))})
            raise PermissionDenied


def find_actor(request: HttpRequest) -> Actor | None:
    """The user in the post of the session, or in the first valid one; with a bearer token the machine in its post.

    None without login or post, and for a token that is not good, whatever session comes with it. Leaves the posts of
    the session's user in `request.own_posts`: the frame of the page shows them all.
    """
    if carries_bearer(request):
        return find_machine(request)
    if not request.user.is_authenticated:
        return None
    request.own_posts = list(list_own_posts(user_id=request.user.pk))  # type: ignore[attr-defined]
    post = _chosen_post(request.own_posts, request.session.get(POST_KEY))  # type: ignore[attr-defined]
    if post is None:
        return None
    request.session.setdefault(POST_KEY, post.pk)
    return post.as_actor(
        second_factor=is_verified(request),
        emergency_until=emergency_end(request.session, post.pk),
    )


def _needs_actor(view: Any) -> bool:
    declared = getattr(view, "access", None)
    return declared is not None and (declared.right is not None or declared.signed_in)


def _chosen_post(posts: list[Post], post_id: int | None) -> Post | None:
    """The post of the session, else the first one that is valid today."""
    return next((post for post in posts if post_id in (None, post.pk)), None)
