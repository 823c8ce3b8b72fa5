"""Celery doors to the passes over tags: nothing in, nothing out. Safe to run twice."""

from celery import shared_task

from tagging.evaluation.counting import count_month
from tagging.evaluation.keeping import refresh_all, refresh_changed


@shared_task(ignore_result=True)
def refresh_changed_task() -> None:
    """Every half minute by beat."""
    refresh_changed()


@shared_task(ignore_result=True)
def refresh_all_task() -> None:
    """Every night by beat, after the date has changed; then what everybody carries is counted for the trend."""
    refresh_all()
    count_month()
