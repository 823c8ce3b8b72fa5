"""Reads of channels: those of the own department, and how the last try ended."""

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.errors import NotFound
from accounts.models import Job
from data_return.models import Channel

TRY = "data_return.try_channel"
"""Kind of the job that tries a channel."""


def list_channels(*, actor: Actor) -> QuerySet[Channel]:
    """Those of the actor's department, by name."""
    return Channel.objects.visible_to(actor)


def get_channel(*, actor: Actor, pk: int) -> Channel:
    """One of them. Raises NotFound."""
    channel = list_channels(actor=actor).filter(pk=pk).first()
    if channel is None:
        raise NotFound
    return channel


def find_own_try(*, actor: Actor, channel: Channel) -> Job | None:
    """The actor's last try of it, running or over; jobs belong to who asked."""
    return Job.objects.filter(kind=TRY, post_id=actor.post_id, params__channel_id=channel.pk).first()
