"""The queue. Redis only carries wake-up calls; what has to be done is a row in PostgreSQL (`accounts.jobs`)."""

import logging
import logging.config
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging, worker_init, worker_ready
from kombu.transport.redis import Channel

# A worker that tried to put its messages back when Redis had died ended half-way: deaf, and not to be started again.
# Nothing has to be put back: beat finds what waits.
Channel.do_restore = False

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_our_logging(**_: Any) -> None:
    """Celery's own set-up would write task arguments and plain text."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@worker_init.connect
def check_the_wall(**_: Any) -> None:
    """A worker as an owning or bypassing role would see every resident: it does not start."""
    from accounts.checks import refuse_to_start_outside_the_wall

    refuse_to_start_outside_the_wall()


@worker_ready.connect
@heartbeat_sent.connect
def tell_that_the_worker_lives(**_: Any) -> None:
    """For /readyz. The main process sends it, so it goes on while every pool process is busy."""
    from portal.health import keep_worker_heartbeat

    keep_worker_heartbeat()
