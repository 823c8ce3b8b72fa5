"""What the system administrator may do about background jobs: let one that gave up try again, stop one that hangs.

Neither shows or changes what the job is about: it goes on in the name and scope of the post that asked for it.
"""

from django.db import transaction
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, NotFound
from accounts.jobs import wake
from accounts.models import Job
from accounts.rights import OPERATE, require

STOPPED = "系统管理员停止了这个任务。需要时请重新发起;再次停住请联系系统管理员。"


@transaction.atomic
def retry_job(*, actor: Actor, pk: int) -> Job:
    """Begin anew: a handler finds out by itself what is left to do. Raises NotFound, Conflict (it did not give up)."""
    require(actor, OPERATE)
    job = _lock(pk)
    if not job.gave_up:
        raise Conflict("只有多次出错后停止的任务可以重试。被拒绝的任务,请发起人按原因改正后重新发起。")
    job.state, job.attempts, job.message, job.finished_at = Job.State.WAITING, 0, "", None
    job.save(update_fields=["state", "attempts", "message", "finished_at"])
    record(actor, "job.retried", job, kind=job.kind)
    transaction.on_commit(lambda: wake(job.pk))
    return job


@transaction.atomic
def stop_job(*, actor: Actor, pk: int) -> Job:
    """End one that waits or runs; its worker has lost the lease and commits no further step.

    Raises NotFound, Conflict (it is over).
    """
    require(actor, OPERATE)
    job = _lock(pk)
    if job.is_over:
        raise Conflict("这个任务已经结束,请刷新后再看。")
    job.state, job.message, job.finished_at = Job.State.FAILED, STOPPED, now()
    job.lease = job.lease_until = None
    job.save(update_fields=["state", "message", "finished_at", "lease", "lease_until"])
    record(actor, "job.stopped", job, kind=job.kind)
    return job


def _lock(pk: int) -> Job:
    """Raises NotFound; Conflict while a step is under way, which holds the row to its end."""
    job = Job.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if job is not None:
        return job
    if Job.objects.filter(pk=pk).exists():
        raise Conflict("任务正在处理其中一步,请过一会儿再试。")
    raise NotFound
