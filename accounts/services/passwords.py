"""The own password."""

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.audit import record_user
from accounts.models import OldPassword, User
from accounts.services.sessions import end_other_sessions


@transaction.atomic
def change_password(request: HttpRequest, *, user: User, password: str) -> None:
    """Set a password that was already checked. Other sessions of the user end, this one goes on."""
    OldPassword.objects.create(user=user, password=user.password)
    user.set_password(password)
    user.must_change_password, user.password_changed_at = False, timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    update_session_auth_hash(request, user)
    end_other_sessions(request, user_id=user.pk)
    record_user(user.pk, "password.changed")
