"""How django-axes asks whether a password may be tried: it stands first among the backends and shapes the refusal."""

from typing import Any

from axes.handlers.base import AxesHandler
from django.http import HttpRequest

from accounts.guesses import give_back, let_through
from accounts.known_browsers import browser_of
from accounts.origin import present_origin


class LoginGate(AxesHandler):  # type: ignore[misc]
    """Counts before the hasher works (`accounts.guesses`); axes' own handlers count afterwards, and so too late."""

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        username = str((credentials or {}).get("username", ""))
        request.guess = let_through(  # type: ignore[attr-defined]
            username=username, address=present_origin().address, browser=browser_of(request, username)
        )
        request.axes_locked_out = request.guess is None  # type: ignore[attr-defined]
        return request.guess is not None  # type: ignore[attr-defined]


def take_back_guess(request: HttpRequest | None) -> None:
    """The guess of this request was no guess after all."""
    guess: int | None = getattr(request, "guess", None)
    if guess is not None:
        give_back(guess)
