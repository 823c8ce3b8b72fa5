"""Care mode (关怀模式): larger type and targets, kept in the session so that it needs no script."""

from django.http import HttpRequest

CARE_KEY = "care"


def in_care_mode(request: HttpRequest) -> bool:
    return bool(request.session.get(CARE_KEY))


def set_care_mode(request: HttpRequest, *, on: bool) -> None:
    request.session[CARE_KEY] = on
