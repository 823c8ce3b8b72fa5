"""How the system runs, without a word about residents: services, and the queue of background jobs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from accounts.models import Job
from portal.health import database_answers, queue_state

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Services:
    """Whether each answers now."""

    database: bool
    redis: bool
    worker: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Counts of jobs; done and failed: of the last 24 hours. oldest: since when the first one waits."""

    waiting: int
    running: int
    done: int
    failed: int
    oldest: datetime | None


def get_services() -> Services:
    redis, worker = queue_state()
    return Services(database=database_answers(), redis=redis, worker=worker)


def get_queue(*, now: datetime) -> Queue:
    waiting = Q(state=Job.State.WAITING)
    recent = Q(finished_at__gte=now - RECENT)
    return Queue(
        **Job.objects.aggregate(
            waiting=Count("pk", filter=waiting),
            running=Count("pk", filter=Q(state=Job.State.RUNNING)),
            done=Count("pk", filter=recent & Q(state=Job.State.DONE)),
            failed=Count("pk", filter=recent & Q(state=Job.State.FAILED)),
            oldest=Min("created_at", filter=waiting),
        )
    )
