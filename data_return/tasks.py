"""Celery doors to returned data: nothing in, nothing out. Safe to run twice."""

from celery import shared_task

from data_return.services.events import forget_events, work_off_events


@shared_task(ignore_result=True)
def work_off_events_task() -> None:
    """When an event has come, and every few seconds by beat for what Redis forgot."""
    work_off_events()


@shared_task(ignore_result=True)
def forget_events_task() -> None:
    """Every night by beat."""
    forget_events()
