"""The one handler of expected refusals: a page, an htmx fragment or JSON, whichever was asked for.

By the time a refusal arrives here the request's transaction has been rolled back: a refused step changed nothing.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import ResolverMatch

from accounts.audit import record, record_system, record_user
from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.htmx import wants_json, wants_part
from accounts.limits import TooMany
from accounts.origin import coming_from, is_silent
from accounts.problems import problem
from portal.logging import request_reference

AUDITED = frozenset({401, 403, 404, 429})
"""Statuses of refusals that go into the audit log: of rights and of limits, not of forms filled in wrongly."""
LARGEST_ID = 10**10
"""What is longer in an address could be the number of a person."""


class DomainErrorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # An address without a view is nobody's object: whoever tries such names does not fill the log.
        refusal: DomainError | None = getattr(response, "refusal", None)
        wanted = response.status_code in AUDITED or (refusal is not None and refusal.audited)
        if wanted and request.resolver_match is not None:
            _record_refusal(request, request.resolver_match, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        return answer(request, error)


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The refusal in the form that the browser or program asked for."""
    response = _as_json(error) if wants_json(request) else _as_page(request, error)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    response.refusal = error  # type: ignore[attr-defined]  # for the audit line
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotAllowed())


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug: the reference number joins what the user reports with the request's log lines; nothing else is told."""
    reference = request_reference.get()
    message = f"系统出了问题,您刚才的一步没有保存。请稍后再试;若仍不行,请把编号 {reference} 告诉系统管理员。"
    return render(request, "portal/error.html", {"message": message, "status": 500}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, NotAllowed("页面停留太久或在别处登录过,这一步没有提交。请返回刷新页面后再试一次。"))


def _as_json(error: DomainError) -> HttpResponse:
    return problem(error.status, error.code, error.message, field=error.field)


def _as_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    template = "portal/_refusal.html" if wants_part(request) else "portal/error.html"
    return render(request, template, {"message": error.message, "status": error.status}, status=error.status)


def _record_refusal(request: HttpRequest, match: ResolverMatch, response: HttpResponseBase) -> None:
    """Written after the rollback. Of the address only its ids: they say which object was tried.

    At a silent view not who tried, nor from where.
    """
    error: DomainError | None = getattr(response, "refusal", None)
    details: dict[str, Any] = {
        "view": match.view_name,
        "method": request.method,
        "code": error.code if error else str(response.status_code),
    }
    if isinstance(error, TooMany):
        details["limit"] = error.what
    details |= {name: pk for name, pk in match.kwargs.items() if isinstance(pk, int) and pk < LARGEST_ID}
    actor = getattr(request, "actor", None)
    if is_silent(match.func):
        with coming_from(reference=""):
            record_system("access.refused", result="refused", **details)
    elif actor is not None:
        record(actor, "access.refused", result="refused", **details)
    elif request.user.is_authenticated:
        record_user(request.user.pk, "access.refused", result="refused", **details)
    else:
        record_system("access.refused", result="refused", **details)
