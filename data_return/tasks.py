"""Celery doors to returned data: ids in, nothing out. Safe to run twice."""

from celery import shared_task

from accounts.waking import call
from data_return.pull.ending import forget_runs
from data_return.pull.leases import list_due_connectors
from data_return.pull.running import run_connector
from data_return.push.queue import MOST_AT_ONCE, list_due_targets, work_off
from data_return.services.events import forget_events, work_off_events


@shared_task(ignore_result=True)
def work_off_events_task() -> None:
    """When an event has come, and every few seconds by beat for what Redis forgot."""
    work_off_events()


@shared_task(ignore_result=True)
def forget_events_task() -> None:
    """Every night by beat."""
    forget_events()


@shared_task(ignore_result=True)
def push_task(target_id: int) -> None:
    """When something was put into the outbox. Only the holder of the lease sends; after many, others get a turn."""
    if work_off(target_id) >= MOST_AT_ONCE:
        call(push_task, target_id)


@shared_task(ignore_result=True)
def resume_pushes_task() -> None:
    """Every few seconds by beat: what Redis forgot, what waits for the end of a pause, what a dead worker left."""
    for target_id in list_due_targets():
        call(push_task, target_id)


@shared_task(ignore_result=True)
def pull_task(connector_id: int) -> None:
    """When somebody asked for a run. Only the holder of the lease runs."""
    run_connector(connector_id)


@shared_task(ignore_result=True)
def forget_runs_task() -> None:
    """Every night by beat."""
    forget_runs()


@shared_task(ignore_result=True)
def resume_pulls_task() -> None:
    """Every few seconds by beat: what is due by its schedule, what waits for the end of a pause, what a dead worker
    left, what Redis forgot."""
    for connector_id in list_due_connectors():
        call(pull_task, connector_id)
