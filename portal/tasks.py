"""Celery doors to the roof's own work: nothing in, nothing out. Safe to run twice."""

from celery import shared_task

from portal.services.burden import count_changed, count_open
from portal.services.complaints.nightly import record_reporters_steps
from portal.services.sign_on.farewells import end_what_is_over, forget_sign_ons, tell_systems
from portal.services.sign_on.watching import watch_systems
from portal.services.systems.hooks import retire_due_systems


@shared_task(ignore_result=True)
def retire_systems_task() -> None:
    """Every night by beat: systems whose last day has come."""
    retire_due_systems()


@shared_task(ignore_result=True)
def count_burden_task() -> None:
    """Every minute by beat."""
    count_changed()


@shared_task(ignore_result=True)
def count_open_burden_task() -> None:
    """Every night by beat."""
    count_open()


@shared_task(ignore_result=True)
def record_reporters_steps_task() -> None:
    """Every night by beat: audit lines of what reporters of complaints did the day before."""
    record_reporters_steps()


@shared_task(ignore_result=True)
def end_sign_ons_task() -> None:
    """After every logout, and every half minute by beat for what Redis forgot and for what a system did not hear."""
    end_what_is_over()
    tell_systems()


@shared_task(ignore_result=True)
def forget_sign_ons_task() -> None:
    """Every night by beat."""
    forget_sign_ons()


@shared_task(ignore_result=True)
def watch_systems_task() -> None:
    """Every five minutes by beat."""
    watch_systems()
