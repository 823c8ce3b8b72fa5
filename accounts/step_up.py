"""Step-up (再次验证): a second factor given minutes ago, as export, unmasking and work across areas ask for it."""

import time
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

GIVEN_AT = "second_factor_at"
"""Session key: when a code was accepted last, in seconds since 1970."""


UPSTREAM_FACTOR = "upstream_second_factor"
"""Session key: the upstream provider has seen a second factor, and OIDC_SECOND_FACTOR says that this is believed."""


def is_verified(request: HttpRequest) -> bool:
    """Whether a second factor was given in this session, here or upstream."""
    return bool(request.user.is_verified() or request.session.get(UPSTREAM_FACTOR))  # type: ignore[union-attr]


def trust_upstream(session: SessionBase) -> None:
    """The provider asked for a second factor just now."""
    session[UPSTREAM_FACTOR] = True
    mark_given(session)


def mark_given(session: SessionBase) -> None:
    """A code was accepted just now."""
    session[GIVEN_AT] = int(time.time())


def logged_in_just_now(request: HttpRequest) -> bool:
    """Whether the session began within STEP_UP_SECONDS."""
    since = request.session.since  # type: ignore[attr-defined]
    return since is not None and timezone.now() - since < timedelta(seconds=settings.STEP_UP_SECONDS)


def is_fresh(request: HttpRequest) -> bool:
    """Whether a second factor was given in this session within STEP_UP_SECONDS. A clock set back makes none fresh."""
    age = time.time() - request.session.get(GIVEN_AT, 0)
    return is_verified(request) and -1 < age < settings.STEP_UP_SECONDS
