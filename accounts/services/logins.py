"""Logging in and out. Every try leaves an audit line; a refused one does not tell whether the user exists."""

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from accounts.audit import record_system, record_user
from accounts.devices import in_words
from accounts.farewells import tell_sessions_ended
from accounts.login_gate import take_back_guess
from accounts.models import User
from accounts.origin import present_origin
from accounts.services.sessions import forget_idle_sessions
from accounts.services.telling import tell_changes


@transaction.atomic
def log_in(request: HttpRequest, *, user: User) -> None:
    """Open a session for a user whose password was right. The session key changes; what managers did is told."""
    take_back_guess(request)
    auth.login(request, user)
    open_session(request, user=user, by="password")


def open_session(request: HttpRequest, *, user: User, by: str) -> None:
    """What follows on `auth.login`, however the person proved who he is. by: "password" or "upstream"."""
    device = in_words(request.headers.get("User-Agent", ""))
    request.session.begin(address=present_origin().address, device=device)  # type: ignore[attr-defined]
    record_user(user.pk, "login", by=by)
    tell_changes(request, user=user)


def record_refused_login(request: HttpRequest, *, username: str) -> None:
    """Audit line of a try that failed. The name that was typed is not kept: it may be a password in the wrong box."""
    result = "locked" if getattr(request, "axes_locked_out", False) else "refused"
    user_id = User.objects.filter(username=username).values_list("pk", flat=True).first()
    if user_id is None:
        record_system("login", result=result)
    else:
        record_user(user_id, "login", result=result)


def log_out(request: HttpRequest) -> None:
    """End the session, and those of the same user that ran out by themselves. Nothing to do for a visitor."""
    if request.user.is_authenticated:
        record_user(request.user.pk, "logout")
        forget_idle_sessions(user_id=request.user.pk)
        tell_sessions_ended()
    auth.logout(request)
