"""Seeing more than the clearance of a post: counted by day, announced, ended."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError, NotFound
from accounts.models import Emergency, EmergencyReceipt, SightCount, User
from accounts.rights import UNMASK, WATCH_UNMASKING, require

SHORTEST_REASON = 4


class TooOften(DomainError):
    """The day's limit of the user is used up."""

    code = "too_often"
    status = 429


class ReasonMissing(DomainError):
    code = "reason_missing"
    default = f"请写明原因,至少 {SHORTEST_REASON} 个字。"


def clean_reason(reason: str) -> str:
    """Raises ReasonMissing for one that says nothing."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise ReasonMissing(field="reason")
    return reason


def count_unmasking(actor: Actor) -> None:
    """Count one subject more for today, over all posts of the user. Call it inside the transaction that unmasks.

    The last one of the day writes the alarm. Raises TooOften beyond it.
    """
    used = _lock_day(actor)["opened"]
    if used >= settings.UNMASK_PER_DAY:
        raise TooOften(
            f"今天已查看完整信息 {used} 次,达到每日上限,安全管理员和上级管理员已收到告警。确有需要,请联系上级管理员。"
        )
    last = used + 1 == settings.UNMASK_PER_DAY
    _add(actor, opened=1, alarmed_at=timezone.now() if last else None)
    if last:
        record(actor, "unmask.alarm", result="alarm", count=used + 1)


@transaction.atomic
def open_emergency(*, actor: Actor, reason: str) -> Emergency:
    """Begin an emergency view (应急查看) of the own area: everything unmasked for minutes, the heads are told.

    Raises ReasonMissing, TooOften, and DomainError while one is running.
    """
    require(actor, UNMASK, actor.area_code)
    reason = clean_reason(reason)
    if actor.emergency_until:
        raise DomainError("应急查看正在进行,不用再开一次。")
    if _lock_day(actor)["emergencies"] >= settings.EMERGENCIES_PER_DAY:
        raise TooOften(f"今天已用过 {settings.EMERGENCIES_PER_DAY} 次应急查看。请逐人“查看完整信息”,或联系上级管理员。")
    until = timezone.now() + timedelta(minutes=settings.EMERGENCY_MINUTES)
    emergency = Emergency(area_code=actor.area_code, post_id=actor.post_id, reason=reason, until=until)
    emergency.save()
    _add(actor, emergencies=1)
    record(actor, "emergency.opened", emergency, purpose=reason, until=until.isoformat(timespec="seconds"))
    return emergency


@transaction.atomic
def end_emergency(*, actor: Actor, pk: int) -> None:
    """Before its time. Safe to repeat."""
    require(actor, UNMASK)
    found = Emergency.objects.visible_to(actor).filter(pk=pk, post_id=actor.post_id, ended_at=None)
    if found.update(ended_at=timezone.now()):
        record(actor, "emergency.ended", Emergency(pk=pk))


@transaction.atomic
def acknowledge_emergency(*, actor: Actor, pk: int) -> None:
    """A head of the area has taken note. Safe to repeat. Raises NotFound outside the area and for one's own."""
    require(actor, WATCH_UNMASKING)
    emergency = Emergency.objects.visible_to(actor).exclude(post__user_id=actor.user_id).filter(pk=pk).first()
    if emergency is None:
        raise NotFound
    _, new = EmergencyReceipt.objects.get_or_create(
        district=emergency.district, area_code=emergency.area_code, emergency=emergency, post_id=actor.post_id
    )
    if new:
        record(actor, "emergency.acknowledged", emergency)


def _lock_day(actor: Actor) -> dict[str, int]:
    """What the user used today, in whatever post. Locks the user: two requests must not share the last one."""
    User.objects.select_for_update().get(pk=actor.user_id)
    today = SightCount.objects.filter(post__user_id=actor.user_id, day=timezone.localdate())
    used = today.aggregate(opened=Sum("opened", default=0), emergencies=Sum("emergencies", default=0))
    return {"opened": int(used["opened"]), "emergencies": int(used["emergencies"])}


def _add(actor: Actor, *, opened: int = 0, emergencies: int = 0, alarmed_at: datetime | None = None) -> None:
    kept, _ = SightCount.objects.get_or_create(post_id=actor.post_id, day=timezone.localdate())
    kept.opened, kept.emergencies = F("opened") + opened, F("emergencies") + emergencies
    kept.alarmed_at = alarmed_at or kept.alarmed_at
    kept.save(update_fields=["opened", "emergencies", "alarmed_at"])
