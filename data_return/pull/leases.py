"""The lease of a connector: one worker runs it, and a dead one is followed within `lease_time()` and five seconds."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.models import Post
from accounts.scope import limited_to
from data_return.models import Connector

LONGEST_LEASE = 30
"""Seconds."""
JOINED = ("channel", "dataset__live", "schedule", "post__user", "post__area", "post__department")


class LeaseLost(Exception):
    """Another worker took the run over; what this one has read is not kept."""


def lease_time() -> timedelta:
    return timedelta(seconds=min(settings.JOB_LEASE_SECONDS, LONGEST_LEASE))


def list_due_connectors() -> list[int]:
    """Connectors with something to do and nobody at it, whose post has not ended."""
    posts = Post.objects.valid_on(localdate())
    due = Connector.objects.filter(_claimable(), post__in=posts).order_by("due_at")
    return list(due.values_list("pk", flat=True))


def claim(connector_id: int) -> uuid.UUID | None:
    lease = uuid.uuid4()
    posts = Post.objects.valid_on(localdate())
    claimed = Connector.objects.filter(_claimable(), pk=connector_id, post__in=posts)
    return lease if claimed.update(lease=lease, lease_until=now() + lease_time()) else None


def release(connector_id: int, lease: uuid.UUID) -> None:
    Connector.objects.filter(pk=connector_id, lease=lease).update(lease=None, lease_until=None)


@contextmanager
def holding(connector_id: int, lease: uuid.UUID) -> Iterator[tuple[Connector, Actor]]:
    """A transaction in the name and scope of who switched it on, that nobody else can take the run from.

    Raises LeaseLost where somebody has.
    """
    with transaction.atomic():
        locked = Connector.objects.select_for_update(of=("self",)).select_related(*JOINED)
        connector = locked.filter(pk=connector_id, lease=lease).first()
        if connector is None:
            raise LeaseLost
        Connector.objects.filter(pk=connector_id).update(lease_until=now() + lease_time())
        actor = connector.post.as_actor(second_factor=True)
        with limited_to(actor.scope):
            yield connector, actor


@contextmanager
def kept_alive(connector_id: int, lease: uuid.UUID) -> Iterator[None]:
    """Renews the lease while a source takes its time, from a thread that dies with the worker."""
    over = Event()

    def renew() -> None:
        try:
            while not over.wait(lease_time().total_seconds() / 3):
                Connector.objects.filter(pk=connector_id, lease=lease).update(lease_until=now() + lease_time())
        finally:
            connection.close()

    beating = Thread(target=renew, daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()


def _claimable() -> Q:
    at = now()
    return Q(is_on=True, due_at__lte=at) & (Q(lease=None) | Q(lease_until__lt=at))
