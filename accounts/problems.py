"""Refusals that programs read: problem details, application/problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

PROBLEM = "application/problem+json"


def describe_problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """code: stable, for programs; detail: one Chinese sentence that says what to do next."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code} | {
        "detail": detail,
        "field": None,
        **more,
    }


def problem(status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    """The answer. more: `field` that is wrong, `login` to go to."""
    body = describe_problem(status, code, detail, **more)
    return JsonResponse(body, status=status, content_type=PROBLEM, json_dumps_params={"ensure_ascii": False})
