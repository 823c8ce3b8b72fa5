"""Celery doors to the jobs: ids in, nothing out."""

from celery import shared_task

from accounts import limits
from accounts.jobs import call_worker, list_resumable_jobs, run_job
from accounts.sessions import SessionStore


@shared_task(ignore_result=True)
def run_job_task(job_id: int) -> None:
    """Safe to run twice: only the holder of the lease works."""
    run_job(job_id)


@shared_task(ignore_result=True)
def resume_jobs_task() -> None:
    """Every few seconds by beat: wakes what Redis forgot and what a dead worker left."""
    for job_id in list_resumable_jobs():
        call_worker(job_id)


@shared_task(ignore_result=True)
def clear_sessions_task() -> None:
    """Every hour by beat: rows of sessions that are over."""
    SessionStore.clear_expired()


@shared_task(ignore_result=True)
def forget_spendings_task() -> None:
    """Every hour by beat."""
    limits.forget_spendings()
