"""Beat's schedule (定时任务): what runs by the clock, and whether the clock goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django_celery_beat.models import PeriodicTask

from portal.operation_words import CLOCKWORK

GRACE = timedelta(minutes=10)
"""Beat writes down every few minutes when it last rang, not each time."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """One entry. code: its name in CELERY_BEAT_SCHEDULE. last: when beat last sent it; None: not since it exists."""

    code: str
    last: datetime | None
    late: bool

    @property
    def name(self) -> str:
        return CLOCKWORK.get(self.code, self.code)


def list_clockwork() -> list[Clockwork]:
    """Every entry that is on, those that are late first. One query."""
    entries = PeriodicTask.objects.filter(enabled=True).select_related("interval", "crontab", "solar", "clocked")
    lines = [Clockwork(one.name, one.last_run_at, late=_is_late(one)) for one in entries.order_by("name")]
    return sorted(lines, key=lambda line: not line.late)


def last_beat(lines: list[Clockwork]) -> datetime | None:
    """When beat last sent anything."""
    return max((line.last for line in lines if line.last), default=None)


def _is_late(entry: PeriodicTask) -> bool:
    """Whether it should have been sent a while ago."""
    if entry.last_run_at is None:
        return False
    due_in: timedelta = entry.schedule.remaining_estimate(entry.last_run_at)
    return due_in < -GRACE
