"""Step-up (再次验证): a second factor given minutes ago, as export, unmasking and work across areas ask for it."""

import time

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

GIVEN_AT = "second_factor_at"
"""Session key: when a code was accepted last, in seconds since 1970."""


def mark_given(session: SessionBase) -> None:
    """A code was accepted just now."""
    session[GIVEN_AT] = int(time.time())


def is_fresh(request: HttpRequest) -> bool:
    """Whether a second factor was given in this session within STEP_UP_SECONDS. A clock set back makes none fresh."""
    age = time.time() - request.session.get(GIVEN_AT, 0)
    return bool(request.user.is_verified()) and -1 < age < settings.STEP_UP_SECONDS  # type: ignore[union-attr]
