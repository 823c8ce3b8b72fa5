"""The own password."""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from accounts.audit import record_user
from accounts.models import User


def change_password(request: HttpRequest, *, user: User, password: str) -> None:
    """Set a password that was already checked. Other sessions of the user end, this one goes on."""
    user.set_password(password)
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    record_user(user.pk, "password.changed")
