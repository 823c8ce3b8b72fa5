"""Background jobs (后台任务) that survive a killed worker, a lost Redis and a doubled message.

A handler is a generator: each `next()` is one step in its own transaction, seen through the scope of the post that
asked, and yields progress. The step, the progress and the renewed lease commit together. A worker that lost its
lease cannot commit. A handler starts anew after a crash, so it finds out from the database what is left to do.

What waits for somebody else, such as a department's system, is yielded as `Outside`: it runs between two steps, so that
no transaction stays open meanwhile, and comes back as the value of the `yield`, or as the refusal that it raised.
"""

import logging
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import waking
from accounts.actors import Actor
from accounts.errors import DomainError, NotFound
from accounts.models import Job, Post
from accounts.models.jobs import MAX_ATTEMPTS
from accounts.origin import coming_from
from accounts.scope import acting_as

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """done of total steps; total may grow while the work is counted."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Outside:
    """Work outside of any transaction and scope. The lease is kept alive while it lasts."""

    work: Callable[[], Any]


Steps = Generator[Progress | Outside, Any, dict[str, Any]]
Handler = Callable[..., Steps]
_handlers: dict[str, Handler] = {}


class LeaseLost(Exception):
    """Another worker took the job over; this one must not commit."""


def job_handler(kind: str) -> Callable[[Handler], Handler]:
    """Register a handler `(actor, job, **params) -> Steps` for a kind, such as "forms_engine.prefill"."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def start_job(actor: Actor, kind: str, *, total: int = 0, **params: Any) -> Job:
    """Write the job in the running transaction and wake a worker when it commits."""
    if kind not in _handlers:
        raise LookupError(f"no handler for {kind}")
    job = Job.objects.create(kind=kind, post_id=actor.post_id, params=params, total=total)
    transaction.on_commit(lambda: wake(job.pk))
    return job


def wake(job_id: int) -> None:
    """Tell a worker, without waiting."""
    from accounts.tasks import run_job_task

    waking.wake(run_job_task, job_id)


def get_job(*, actor: Actor, pk: int) -> Job:
    """One of the actor's own jobs. Raises NotFound."""
    job = Job.objects.filter(post_id=actor.post_id, pk=pk).first()
    if job is None:
        raise NotFound
    return job


def list_resumable_jobs() -> list[int]:
    """Jobs that wait for a worker or whose worker died."""
    return list(Job.objects.filter(_claimable()).order_by("pk").values_list("pk", flat=True)[:100])


def run_job(job_id: int) -> None:
    """Work the job off. Safe to call twice or on two workers: only the holder of the lease commits."""
    lease = _claim(job_id)
    if lease is None:
        return
    job = Job.objects.select_related("post__user", "post__area", "post__department").get(pk=job_id)
    if not Post.objects.valid_on(timezone.localdate()).filter(pk=job.post_id).exists():
        _finish(job, lease, Job.State.FAILED, message="发起这个任务的岗位已结束或已停用,任务没有继续。")
        return
    try:
        with coming_from(reference=f"job:{job_id}"):
            _run_steps(job, lease)
    except LeaseLost:
        log.warning("lease_lost", extra={"job": job_id})
    except DomainError as refusal:
        _finish(job, lease, Job.State.FAILED, message=refusal.message)
    except Exception:
        log.exception("job_failed", extra={"job": job_id, "kind": job.kind})
        _release(job, lease)


def _run_steps(job: Job, lease: uuid.UUID) -> None:
    actor = job.post.as_actor(second_factor=True)
    steps = _handlers[job.kind](actor, job, **job.params)
    go_on: Callable[[], Progress | Outside] = partial(next, steps)
    result: dict[str, Any] | None = None
    while result is None:
        with acting_as(actor):
            _renew(job, lease)
            try:
                said = go_on()
                progress = {"done": said.done, "total": said.total} if isinstance(said, Progress) else {}
                _keep(job, lease, **progress)
            except StopIteration as end:
                result = end.value or {}
                _finish(job, lease, Job.State.DONE, result=result)
                break
        go_on = _waited_for(said, steps, job, lease) if isinstance(said, Outside) else partial(next, steps)


def _waited_for(said: Outside, steps: Steps, job: Job, lease: uuid.UUID) -> Callable[[], Progress | Outside]:
    """Do the work; what it gave, or refused, is how the handler goes on in its next step."""
    try:
        with _kept_alive(job, lease):
            given = said.work()
    except DomainError as refusal:
        return partial(steps.throw, refusal)
    return partial(steps.send, given)


@contextmanager
def _kept_alive(job: Job, lease: uuid.UUID) -> Iterator[None]:
    """Renew the lease from a thread: whoever waits for a slow system is not dead."""
    over = Event()

    def renew() -> None:
        try:
            while not over.wait(settings.JOB_LEASE_SECONDS / 3):
                _keep(job, lease)
        finally:
            connection.close()  # a thread has one of its own

    thread = Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def _claimable() -> Q:
    dead = Q(state=Job.State.RUNNING, lease_until__lt=timezone.now())
    return Q(state=Job.State.WAITING) | dead


def _lease_time() -> timedelta:
    """How long a step may take before the job counts as left alone."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _claim(job_id: int) -> uuid.UUID | None:
    lease, now = Job.new_lease(), timezone.now()
    claimed = Job.objects.filter(_claimable(), pk=job_id).update(
        state=Job.State.RUNNING,
        lease=lease,
        lease_until=now + _lease_time(),
        started_at=now,
        attempts=F("attempts") + 1,
    )
    return lease if claimed else None


def _renew(job: Job, lease: uuid.UUID) -> None:
    """Locks the row until the step commits, so that nobody can take the job over half-way through a step."""
    if not Job.objects.select_for_update().filter(pk=job.pk, lease=lease, state=Job.State.RUNNING).exists():
        raise LeaseLost


def _keep(job: Job, lease: uuid.UUID, **progress: int) -> None:
    Job.objects.filter(pk=job.pk, lease=lease).update(lease_until=timezone.now() + _lease_time(), **progress)


def _finish(job: Job, lease: uuid.UUID, state: Job.State, **fields: Any) -> None:
    Job.objects.filter(pk=job.pk, lease=lease).update(
        state=state, lease=None, lease_until=None, finished_at=timezone.now(), **fields
    )


def _release(job: Job, lease: uuid.UUID) -> None:
    """After an unexpected error: try again later, or give up and say so."""
    job.refresh_from_db(fields=["attempts"])
    if job.attempts >= MAX_ATTEMPTS:
        message = "后台处理多次没有成功,已停止。请把任务编号告诉系统管理员。"
        _finish(job, lease, Job.State.FAILED, message=message)
        return
    pause = timedelta(seconds=2**job.attempts)
    Job.objects.filter(pk=job.pk, lease=lease).update(lease_until=timezone.now() + pause)
