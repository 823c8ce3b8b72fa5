"""The task monitor (任务监控): background jobs that wait, run or failed, and why. Nothing of what they are about."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Job
from portal.operation_words import JOBS

SHOWN = 50


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job with the area of the post that asked for it, and what it does in a word."""

    job: Job
    name: str


def list_open_jobs() -> list[JobLine]:
    """Those that wait or run, the oldest first."""
    jobs = Job.objects.filter(state__in=(Job.State.WAITING, Job.State.RUNNING))
    return _read(jobs.select_related("post__area").order_by("pk")[:SHOWN])


def list_failed_jobs() -> list[JobLine]:
    """Those that gave up or were refused, the last first."""
    jobs = Job.objects.filter(state=Job.State.FAILED)
    return _read(jobs.select_related("post__area").order_by("-pk")[:SHOWN])


def _read(jobs: Iterable[Job]) -> list[JobLine]:
    return [JobLine(job, JOBS.get(job.kind, job.kind)) for job in jobs]
