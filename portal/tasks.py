"""Celery doors to the roof's own work: nothing in, nothing out. Safe to run twice."""

from celery import shared_task

from portal.services.burden import count_changed, count_open
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
