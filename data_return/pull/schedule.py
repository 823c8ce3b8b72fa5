"""When a connector is due: its schedule, kept as django-celery-beat's crontab, and pauses after failures.

The moment stands in PostgreSQL, so a lost Redis or a sleeping beat makes it late, never forgets it.
"""

import random
from datetime import datetime, timedelta

from django.utils.timezone import now

from data_return.models import Connector, PullRun
from data_return.models.pull import OPEN_AFTER

FIRST_PAUSE, LONGEST_PAUSE, CUT_OFF = 5, 300, 900
"""Seconds."""


def next_time(connector: Connector) -> datetime | None:
    """By its schedule; None where it has none."""
    if connector.schedule is None:
        return None
    since, wait, _ = connector.schedule.schedule.remaining_delta(now())
    moment: datetime = since + wait
    return moment


def time_after(connector: Connector, run: PullRun) -> datetime | None:
    """After a run that ended well: at once where somebody asked since it began."""
    return now() if connector.asked_at and connector.asked_at > run.started_at else next_time(connector)


def pause_after(failures: int) -> timedelta:
    """5 s, 10 s, ... up to five minutes, of which a random half; with the breaker open a quarter of an hour."""
    if failures >= OPEN_AFTER:
        return timedelta(seconds=CUT_OFF * random.uniform(0.9, 1.1))  # noqa: S311  (spreads load, guards nothing)
    longest = min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE)
    return timedelta(seconds=longest * random.uniform(0.5, 1))  # noqa: S311
