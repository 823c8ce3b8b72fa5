"""Whose password has grown old and must be changed before anything else opens.

A one-time password (初始密码) asks for more and has a page of its own: `accounts.services.first_passwords`.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User

EXPIRED = "expired"
WITHOUT_PASSWORD = "without_password"  # noqa: S105  (a key)
"""Session key: somebody else vouched for the person, so the age of the password kept here is beside the point."""


def why_stale(request: HttpRequest) -> str:
    """EXPIRED; "" for a password that is good, and for whoever came in without one."""
    user = request.user
    if not isinstance(user, User) or not user.has_usable_password() or request.session.get(WITHOUT_PASSWORD):
        return ""
    return EXPIRED if is_expired(user) else ""


def is_expired(user: User) -> bool:
    """Whether the password is older than the profile allows (PASSWORD_MAX_DAYS; 0: it never expires)."""
    days: int = settings.PASSWORD_MAX_DAYS
    return bool(days) and user.password_changed_at < timezone.now() - timedelta(days=days)
