"""Accounts (账号): make, rename, suspend, take back into use."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.errors import DomainError
from accounts.farewells import tell_sessions_ended
from accounts.models import AccountChange, User
from accounts.services.first_passwords import Secret, give_first_password
from accounts.services.granting import PostTerms, grant_post
from accounts.services.managing import keep_one_security_admin, lock_person, note

Kind = AccountChange.Kind


@transaction.atomic
def create_person(*, actor: Actor, username: str, full_name: str, terms: PostTerms) -> tuple[User, Secret]:
    """An account with its first post, and the one-time password to hand over.

    Raises DomainError on `username` where it is taken, and what `grant_post` raises.
    """
    if User.objects.filter(username=username).exists():
        raise DomainError("这个用户名已有人使用,请换一个。", field="username")
    user = User(username=username, full_name=full_name)
    user.set_unusable_password()
    user.save()
    note(actor, user, Kind.CREATED)
    grant_post(actor, user, terms)
    return user, give_first_password(actor, user)


@transaction.atomic
def rename_person(*, actor: Actor, pk: int, full_name: str) -> User:
    """Correct the name that lists show. The user name stays: it is what the person logs in with."""
    user = lock_person(actor, pk)
    user.full_name = full_name
    user.save(update_fields=["full_name"])
    note(actor, user, Kind.RENAMED)
    return user


@transaction.atomic
def suspend_person(*, actor: Actor, pk: int) -> User:
    """Close an account: open sessions end with their next request. Nothing to do where it is closed already."""
    user = lock_person(actor, pk)
    if user.is_active:
        keep_one_security_admin(user)
        user.is_active, user.suspension = False, User.Suspension.BY_MANAGER
        user.save(update_fields=["is_active", "suspension"])
        note(actor, user, Kind.SUSPENDED)
        tell_sessions_ended()
    return user


@transaction.atomic
def reactivate_person(*, actor: Actor, pk: int) -> User:
    """Open an account again; days without a login count from now on. The password stays as it was."""
    user = lock_person(actor, pk)
    if not user.is_active:
        user.is_active, user.suspension, user.in_use_since = True, "", timezone.now()
        user.save(update_fields=["is_active", "suspension", "in_use_since"])
        note(actor, user, Kind.REACTIVATED)
    return user
