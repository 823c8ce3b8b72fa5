"""The second factor (第二步验证): an authenticator app (TOTP, RFC 6238), and recovery codes (恢复码) for its loss.

Not atomic on purpose: a refused code is counted against guessing and audited, whatever the caller does next.
"""

import math
import secrets
import unicodedata
from typing import TypeAlias

import django_otp
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts.audit import record_user
from accounts.errors import DomainError, NotAllowed
from accounts.models import AppDevice, User
from accounts.selectors import get_second_factor_state
from accounts.services.sessions import end_other_sessions
from accounts.step_up import mark_given

RECOVERY_CODES = 10
APP_DIGITS = 6
SECRET_BYTES = 20  # RFC 4226, 4: 160 bits are recommended
Device: TypeAlias = AppDevice | StaticDevice


class CodeRefused(DomainError):
    code = "second_factor_refused"
    default = "验证码不对。请看手机上最新的 6 位数字;恢复码每个只能用一次。"


class TooManyTries(DomainError):
    code = "second_factor_throttled"
    status = 429


def is_verified(user: User) -> bool:
    """Whether a second factor was given in this session."""
    return bool(user.is_verified())  # type: ignore[attr-defined]


def pass_second_factor(request: HttpRequest, *, user: User, code: str) -> None:
    """Mark the session as verified. code: 6 digits of the app, or a recovery code, which is then used up.

    Raises CodeRefused, TooManyTries (names the seconds to wait).
    """
    typed = _normalised(code)
    of_app = len(typed) == APP_DIGITS
    devices = (AppDevice if of_app else StaticDevice).objects.select_for_update()
    device = devices.filter(user=user, confirmed=True).order_by("pk").first()
    _try_code(user, device, typed)
    _enter(request, device)
    record_user(user.pk, "second_factor.passed", by="app" if of_app else "recovery_code")


def begin_enrolment(*, user: User) -> AppDevice:
    """The app to be bound: its secret stays the same until it is confirmed. Raises NotAllowed; see `_may_enrol`."""
    _may_enrol(user)
    device: AppDevice = AppDevice.objects.get_or_create(
        user=user,
        confirmed=False,
        defaults={"name": "手机验证器", "key": AppDevice.sealed_key(user.pk, secrets.token_bytes(SECRET_BYTES))},
    )[0]
    return device


def confirm_enrolment(request: HttpRequest, *, user: User, code: str) -> list[str]:
    """Bind the app whose code was typed in place of any earlier one, and give new recovery codes.

    Raises CodeRefused, TooManyTries, NotAllowed.
    """
    _may_enrol(user)
    device = AppDevice.objects.select_for_update().filter(user=user, confirmed=False).order_by("pk").first()
    _try_code(user, device, _normalised(code))
    AppDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    record_user(user.pk, "second_factor.enrolled")
    _enter(request, device)
    end_other_sessions(request, user_id=user.pk)
    return make_recovery_codes(user=user)


def renew_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes; the old ones end. Raises NotAllowed before the second factor was given."""
    if not is_verified(user):
        raise NotAllowed("请先完成第二步验证,再换恢复码。")
    return make_recovery_codes(user=user)


@transaction.atomic
def make_recovery_codes(*, user: User, count: int = RECOVERY_CODES) -> list[str]:
    """New recovery codes of a user in place of the old ones, as shown once: abcd-efgh.

    Asked for twice at once, the later ones count: the user's row is locked.
    """
    User.objects.select_for_update().get(pk=user.pk)
    device, _ = StaticDevice.objects.get_or_create(user=user, name="恢复码")
    device.token_set.all().delete()
    tokens = [StaticToken(device=device, token=StaticToken.random_token()) for _ in range(count)]
    StaticToken.objects.bulk_create(tokens)
    record_user(user.pk, "second_factor.codes_made", count=count)
    return [f"{made.token[:4]}-{made.token[4:]}" for made in tokens]


def _may_enrol(user: User) -> None:
    """The first app needs only the password, given just now; then who has only that may put no other in."""
    if not is_verified(user) and get_second_factor_state(user_id=user.pk).exists:
        raise NotAllowed("这个账号已绑定验证器。请先用验证码或恢复码完成第二步验证,再更换。")


def _try_code(user: User, device: Device | None, code: str) -> None:
    if device is None:
        record_user(user.pk, "second_factor.refused", result="refused")
        raise CodeRefused(field="code")
    allowed, why = device.verify_is_allowed()
    if not allowed:
        record_user(user.pk, "second_factor.refused", result="throttled")
        seconds = math.ceil((why["locked_until"] - timezone.now()).total_seconds())
        raise TooManyTries(f"验证码输错次数较多,请 {max(seconds, 1)} 秒后再试。", field="code")
    if not device.verify_token(code):
        record_user(user.pk, "second_factor.refused", result="refused")
        raise CodeRefused(field="code")


def _enter(request: HttpRequest, device: Device) -> None:
    """More rights from here on, so a new session key: one that leaked before is worth nothing."""
    django_otp.login(request, device)
    mark_given(request.session)
    request.session.cycle_key()


def _normalised(code: str) -> str:
    """Full-width digits, blanks and hyphens as people type them; lower case."""
    plain = unicodedata.normalize("NFKC", code).lower()
    return "".join(character for character in plain if character.isalnum())
