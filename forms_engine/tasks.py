"""Celery doors to the forms engine: ids in, nothing out."""

from celery import shared_task

from forms_engine.services.give import remove_expired_exports


@shared_task(ignore_result=True)
def remove_expired_exports_task() -> None:
    """Every hour by beat. Safe to run twice."""
    remove_expired_exports()
