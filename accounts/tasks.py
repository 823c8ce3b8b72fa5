"""Celery doors to the jobs: ids in, nothing out."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils.timezone import localdate
from oauth2_provider.models import clear_expired

from accounts import limits
from accounts.audit import record_system
from accounts.audit_chain.keeping import remove_expired_lines
from accounts.audit_chain.sealing import seal_lines
from accounts.audit_chain.verifying import verify_log
from accounts.audit_export import remove_expired_audit_exports
from accounts.audit_reading import is_readable
from accounts.guesses import forget_guesses
from accounts.jobs import list_resumable_jobs, run_job
from accounts.services.unused import suspend_unused_accounts
from accounts.sessions import SessionStore
from accounts.waking import call

log = logging.getLogger(__name__)
MOST_NAMED = 50


@shared_task(ignore_result=True)
def run_job_task(job_id: int) -> None:
    """Safe to run twice: only the holder of the lease works."""
    run_job(job_id)


@shared_task(ignore_result=True)
def resume_jobs_task() -> None:
    """Every few seconds by beat: wakes what Redis forgot and what a dead worker left."""
    for job_id in list_resumable_jobs():
        call(run_job_task, job_id)


@shared_task(ignore_result=True)
def clear_sessions_task() -> None:
    """Every hour by beat: rows of sessions that are over."""
    SessionStore.clear_expired()


@shared_task(ignore_result=True)
def forget_spendings_task() -> None:
    """Every hour by beat."""
    limits.forget_spendings()
    forget_guesses()


@shared_task(ignore_result=True)
def seal_audit_task() -> None:
    """Every minute by beat, where the audit role's connection is given. The log line is for a store outside."""
    seal = seal_lines() if is_readable() else None
    if seal is not None:
        log.info("audit_sealed", extra={"seal": seal.number, "digest": bytes(seal.digest).hex()})


@shared_task(ignore_result=True)
def verify_audit_task() -> None:
    """Every night by beat: yesterday's lines. What is wrong goes to the log and, named, into the audit log."""
    if not is_readable():
        return
    day = localdate() - timedelta(days=1)
    found = verify_log(day=day)
    named = [f"{problem.fault.name.lower()}:{problem.pk}" for problem in found.problems[:MOST_NAMED]]
    result = "broken" if named else "ok"
    record_system("audit.verified", result=result, day=day.isoformat(), lines=found.lines, problems=named)
    if named:
        log.error("audit_tampered", extra={"day": day.isoformat(), "problems": " ".join(named)})


@shared_task(ignore_result=True)
def expire_audit_task() -> None:
    """Every night by beat: lines older than AUDIT_KEEP_MONTHS, and files of exports after their week."""
    remove_expired_audit_exports()
    if is_readable():
        remove_expired_lines()


@shared_task(ignore_result=True)
def suspend_unused_task() -> None:
    """Every night by beat. Safe to run twice."""
    suspend_unused_accounts()


@shared_task(ignore_result=True)
def forget_tokens_task() -> None:
    """Every hour by beat: sums of tokens that have expired."""
    clear_expired()
