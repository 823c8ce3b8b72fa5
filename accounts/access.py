"""Route access: every view declares who may use it; an undeclared view is denied and fails the tests.

    @access(rights.FILL_REPORTS)
    def report_fill(request, pk): ...

    @access(rights.VIEW_RESIDENTS, step_up=True)   # and a second factor given minutes ago (STEP_UP_SECONDS)
    def person_export(request): ...

The view then runs in the request's transaction with the scope of the actor's post, so row-level security applies.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from accounts.actors import Actor
from accounts.api_scopes import STANDS_FOR_STEP_UP
from accounts.bearer import CHALLENGE, carries_bearer
from accounts.errors import NotAllowed
from accounts.htmx import wants_json, wants_part
from accounts.problems import problem
from accounts.rights import require
from accounts.scope import limited_to
from accounts.stale_passwords import why_stale
from accounts.step_up import is_fresh

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class Access:
    """What a view asks of its visitor. right: one of `accounts.rights`; None: anybody, or any user if `signed_in`.

    step_up: and that the second factor was given within STEP_UP_SECONDS. any_password: open to whoever must change
    an old password first; one_time_password: to whoever must change one that a manager gave. keeps_alive: a visit is
    work, so the session does not end soon. file: the answer is a download, so the browser stays on the page it is on.
    scope: of `accounts.api_scopes`; what a machine's token must say. A view without one opens to no machine.
    silent: who came is not written down, neither in the request log nor in the audit line of a refusal.
    """

    right: str | None = None
    signed_in: bool = False
    step_up: bool = False
    file: bool = False
    any_password: bool = False
    keeps_alive: bool = True
    one_time_password: bool = False
    scope: str = ""
    silent: bool = False


PUBLIC = Access()
SIGNED_IN = Access(signed_in=True)
FIRST_PASSWORD = Access(signed_in=True, one_time_password=True)


class NoScope(NotAllowed):
    """A machine at a view that its token does not say."""

    code = "insufficient_scope"
    default = "令牌的接口范围不包括这一步。请联系安全管理员调整 API 客户端的范围。"


def access(
    rule: str | Access,
    *,
    step_up: bool = False,
    file: bool = False,
    any_password: bool = False,
    keeps_alive: bool = True,
    scope: str = "",
    silent: bool = False,
) -> Callable[[View], View]:
    """Declare a view. rule: a right of `accounts.rights`, or PUBLIC, or SIGNED_IN (before a post is chosen).

    step_up: what leaves the portal or is shown unmasked; a browser gives a code first and comes back. A machine cannot:
    it comes in only where its scope stands for that step (`api_scopes.STANDS_FOR_STEP_UP`).
    keeps_alive: False for what a page asks for by itself, with nobody at it. file, any_password, silent: see `Access`.
    """
    if step_up and scope and scope not in STANDS_FOR_STEP_UP:
        raise ImproperlyConfigured(f"the scope {scope} does not stand for a second factor")
    asked = Access(right=rule) if isinstance(rule, str) else rule
    declared = replace(
        asked,
        step_up=step_up,
        file=file,
        any_password=any_password,
        keeps_alive=keeps_alive,
        scope=scope,
        silent=silent,
    )

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            by_token = carries_bearer(request) and (declared.right is not None or declared.signed_in)
            missing = (_what_is_missing_to_machine if by_token else _what_is_missing)(request, declared)
            if missing is not None:
                return missing
            if declared.right is None:
                return view(request, *args, **kwargs)
            with limited_to(actor_of(request).scope):
                return view(request, *args, **kwargs)

        guarded.access = declared  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, inside a view that declares a right: `access` has seen to it that there is somebody."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _what_is_missing(request: HttpRequest, declared: Access) -> HttpResponseBase | None:
    """Where to get what the visitor still lacks; None: come in. Raises NotAllowed, NotFound."""
    if _owes_password(request, declared):
        return _ask_password(request)
    if declared.right is not None:
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if actor is None:
            return _ask_login(request)
        if actor.needs_second_factor:
            return _ask_second_factor(request)
        if why_stale(request) and not declared.any_password:
            return _ask_new_password(request)
        require(actor, declared.right)
    elif declared.signed_in and not request.user.is_authenticated:
        return _ask_login(request)
    return _ask_second_factor(request, file=declared.file) if declared.step_up and not is_fresh(request) else None


def _owes_password(request: HttpRequest, declared: Access) -> bool:
    asked = declared.right is not None or declared.signed_in
    return asked and not declared.one_time_password and getattr(request.user, "must_change_password", False)


def _ask_password(request: HttpRequest) -> HttpResponseBase:
    """Whoever gave the password still knows it: nothing opens before its owner has chosen another."""
    to = redirect_to_login(_page_of(request), "accounts:first_password")
    return _ask(request, "请先修改密码。", to)


def _what_is_missing_to_machine(request: HttpRequest, declared: Access) -> HttpResponseBase | None:
    """A machine needs a good token, the scope in it, and the right of its post; it has no session to step up."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        answer = problem(401, "invalid_token", "令牌无效或已过期,请重新获取令牌。")
        answer["WWW-Authenticate"] = f'{CHALLENGE}, error="invalid_token"'
        return answer
    if declared.right is None or declared.scope not in actor.api_scopes:
        raise NoScope
    require(actor, declared.right)
    return None


def _ask_login(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        return redirect("accounts:no_post")
    return _ask(request, "请先登录。", redirect_to_login(_page_of(request)))


def _ask_second_factor(request: HttpRequest, *, file: bool = False) -> HttpResponseBase:
    """file: the page of the code stays when the download begins, so it must know where to go back to."""
    to = redirect_to_login(_page_of(request), "accounts:second_factor")
    if file and request.method == "GET":
        to["Location"] += "&" + urlencode({"back": _form_page(request)}, safe="/")
    return _ask(request, "请先完成第二步验证。", to)


def _ask_new_password(request: HttpRequest) -> HttpResponseBase:
    to = redirect_to_login(_page_of(request), "accounts:password")
    return _ask(request, "请先修改密码。", to)


def _page_of(request: HttpRequest) -> str:
    """Where to come back to. What was posted cannot be sent again by its address, so it is the page of the form."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else _form_page(request)


def _form_page(request: HttpRequest) -> str:
    """The page of this portal that the request was made on."""
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc != request.get_host():
        return str(settings.LOGIN_REDIRECT_URL)
    return urlunsplit(("", "", page.path, page.query, ""))


def _ask(request: HttpRequest, sentence: str, to: HttpResponse) -> HttpResponseBase:
    """Send a browser to the page; tell a script 401, so that it can keep what was typed and ask to log in again."""
    if wants_part(request):
        return HttpResponse(status=401, headers={"HX-Redirect": to["Location"]})
    if wants_json(request):
        answer = problem(401, "login_required", sentence, login=to["Location"])
        answer["WWW-Authenticate"] = CHALLENGE
        return answer
    return to
