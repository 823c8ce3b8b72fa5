"""Waking a worker (唤起): the message carries ids, the work is a row in PostgreSQL that beat finds without it, too."""

import logging
from threading import Thread
from typing import Any

from kombu.exceptions import OperationalError as BrokerDown

log = logging.getLogger(__name__)


def wake(task: Any, *ids: int) -> None:
    """Put a Celery task into the queue without waiting: the Redis client tries for six seconds before it gives up, a
    worker at the screen must not. To be called when the transaction has committed."""
    Thread(target=call, args=(task, *ids), daemon=True).start()


def call(task: Any, *ids: int) -> None:
    """Put it there now. Where Redis is away, beat finds the row a little later."""
    try:
        task.apply_async(ids, retry=False)
    except BrokerDown:
        log.warning("queue_unreachable", extra={"task": task.name, "ids": list(ids)})
