"""The secret that ties what was unmasked to one session. It outlives a new session key and dies with the session."""

import secrets

from django.http import HttpRequest

KEY = "sight"


def sight_token(request: HttpRequest) -> str:
    """ "" where nothing was unmasked in this session."""
    return str(request.session.get(KEY, ""))


def make_sight_token(request: HttpRequest) -> str:
    """The session's token, made at first use."""
    token: str = request.session.setdefault(KEY, secrets.token_urlsafe(32))
    return token
