"""Telling a person what managers did with the account since the last login: a reset nobody asked for must be seen."""

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AccountChange, User
from accounts.notices import warn

Kind = AccountChange.Kind
TOLD = (Kind.PASSWORD_ISSUED, Kind.FACTOR_RESET, Kind.POST_ADDED, Kind.POST_ENDED, Kind.POST_MOVED, Kind.REACTIVATED)
MOST = 5


def tell_changes(request: HttpRequest, *, user: User) -> None:
    """A line for each change that the person was not told yet, newest last."""
    news = AccountChange.objects.filter(user=user, kind__in=TOLD).select_related("by__user").order_by("-pk")
    if user.changes_told_at is not None:
        news = news.filter(at__gt=user.changes_told_at)
    changes = list(news[:MOST])
    if not changes:
        return
    for change in reversed(changes):
        warn(request, _sentence(change))
    user.changes_told_at = timezone.now()
    user.save(update_fields=["changes_told_at"])


def _sentence(change: AccountChange) -> str:
    who = change.by.user.full_name if change.by else "系统"
    when = timezone.localtime(change.at)
    return (
        f"{when:%Y-%m-%d %H:%M},管理员{who}为您办理了“{change.get_kind_display()}”。不是您要办的,请马上联系上级管理员。"
    )
