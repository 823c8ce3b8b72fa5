"""Access given by hand (初始密码、放行码): by two people wherever it opens more than the giver sees.

The rule and its reason: docs/decisions/0011-people-and-posts.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.actors import Actor
from accounts.audit import record_user
from accounts.delegation import needs_release
from accounts.errors import Conflict, DomainError, NotAllowed
from accounts.models import AccountChange, LoginSession, User
from accounts.one_time import fingerprint, fits, make_one_time_password, make_release_code
from accounts.services.managing import holdings, lock_person, note
from accounts.services.passwords import change_password

Kind = AccountChange.Kind
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Secret:
    """Shown once. text: one-time password or release code; needs_release: a second manager's code is needed too."""

    text: str
    needs_release: bool = False


class CodeNeeded(DomainError):
    code = "release_code_refused"


@transaction.atomic
def issue_password(*, actor: Actor, pk: int) -> tuple[User, Secret]:
    """A one-time password in the place of the present one; every session of the user ends.

    Raises NotFound, NotAllowed.
    """
    user = lock_person(actor, pk)
    return user, give_password(actor, user)


def give_password(actor: Actor, user: User) -> Secret:
    """The same for a locked user in the caller's transaction."""
    secret = Secret(make_one_time_password(), needs_release(actor, holdings(user)))
    user.set_password(secret.text)
    user.must_change_password, user.needs_release, user.release_code = True, secret.needs_release, ""
    user.password_issuer_id, user.password_issued_at = actor.user_id, timezone.now()
    user.save(update_fields=_FIELDS)
    note(actor, user, Kind.PASSWORD_ISSUED, needs_release=secret.needs_release)
    return secret


def give_first_password(actor: Actor, user: User) -> Secret:
    """The same for an account just made: there is nothing to tell its owner about what was before."""
    secret = give_password(actor, user)
    user.changes_told_at = timezone.now()
    user.save(update_fields=["changes_told_at"])
    return secret


@transaction.atomic
def release_people(*, actor: Actor, pks: Sequence[int]) -> list[tuple[User, Secret]]:
    """The same for several, in the order of `pks`; all or none. Raises DomainError beyond MOST_AT_ONCE."""
    if len(pks) > MOST_AT_ONCE:
        raise DomainError(f"一次最多为 {MOST_AT_ONCE} 人生成放行码,请分几次办理。")
    return [release_person(actor=actor, pk=pk) for pk in pks]


@transaction.atomic
def release_person(*, actor: Actor, pk: int) -> tuple[User, Secret]:
    """The code that the user needs beside the one-time password. Never from the hand that gave the password.

    Raises NotFound, NotAllowed, Conflict where nothing waits for a code.
    """
    user = lock_person(actor, pk)
    if not user.needs_release:
        raise Conflict("这个账号现在不需要放行码。")
    if user.password_issuer_id == actor.user_id:
        raise NotAllowed("初始密码是您发的,放行码要由另一位管理员生成。")
    secret = Secret(make_release_code())
    user.release_code = fingerprint(secret.text)
    user.save(update_fields=["release_code"])
    note(actor, user, Kind.RELEASED)
    return user, secret


@transaction.atomic
def reset_second_factor(*, actor: Actor, pk: int) -> User:
    """Take the app and the recovery codes off; the user binds a new app at the next login. Every session ends."""
    user = lock_person(actor, pk)
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    LoginSession.objects.filter(user_id=user.pk).delete()
    note(actor, user, Kind.FACTOR_RESET)
    return user


def choose_first_password(request: HttpRequest, *, user: User, password: str, code: str) -> None:
    """The user's own password, already checked, in the place of the one-time one.

    Raises CodeNeeded on `code`, DomainError for an expired or repeated one-time password. Not atomic on purpose: the
    audit line of a refused code stays.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _refuse_late(user)
    if user.needs_release and not fits(code, user.release_code):
        record_user(user.pk, "account.release_refused", result="refused")
        raise CodeNeeded(_why_no_code(user), field="code")
    if user.check_password(password):
        raise DomainError("新密码不能和初始密码一样,请另设一个。", field="new_password1")
    user.needs_release, user.release_code = False, ""
    user.password_issuer_id, user.password_issued_at = None, None
    user.save(update_fields=_FIELDS)
    change_password(request, user=user, password=password)


def _refuse_late(user: User) -> None:
    issued, days = user.password_issued_at, settings.ONE_TIME_PASSWORD_DAYS
    if issued is not None and issued < timezone.now() - timedelta(days=days):
        raise DomainError(f"初始密码发出已超过 {days} 天,不能再用。请联系管理员重新发放。")


def _why_no_code(user: User) -> str:
    if not user.release_code:
        return "还没有放行码。请联系另一位管理员核对您本人并生成放行码。"
    return "放行码不对,请核对后重新填写。"


_FIELDS = [
    "password",
    "must_change_password",
    "needs_release",
    "release_code",
    "password_issuer",
    "password_issued_at",
]
