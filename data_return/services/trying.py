"""Try a channel (试连): whether the other side answers and lets the login pass, as a job, for it may take its time."""

from django.db import transaction

from accounts.actors import Actor
from accounts.audit import record
from accounts.jobs import Outside, Steps, start_job
from accounts.models import Job
from accounts.rights import CONNECT_SYSTEMS, require
from data_return.models import Channel
from data_return.selectors.channels import TRY, get_channel
from data_return.services.channels import open_channel


@transaction.atomic
def start_try(*, actor: Actor, channel: Channel) -> Job:
    """Raises NotFound."""
    require(actor, CONNECT_SYSTEMS)
    found = get_channel(actor=actor, pk=channel.pk)
    record(actor, "channel.tried", found)
    return start_job(actor, TRY, channel_id=found.pk)


def try_channel(actor: Actor, job: Job, *, channel_id: int) -> Steps:
    """Safe to repeat. What the other side does wrong ends the job with the sentence that says so."""
    channel = get_channel(actor=actor, pk=channel_id)
    yield Outside(lambda: _greet(channel))
    return {"channel": channel.pk}


def _greet(channel: Channel) -> None:
    with open_channel(channel) as opened:
        channel.way.greet(opened)
