"""Seeing masked items of one subject in full (查看完整信息): for minutes, in one session, counted and audited."""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError
from accounts.limits import UNMASK as LIMIT
from accounts.limits import spend
from accounts.rights import UNMASK, require
from accounts.services.sight import clean_reason, count_unmasking
from registry.catalogue import get_catalogue
from registry.layouts import HIDDEN_RULE
from registry.models import Unmasking


@transaction.atomic
def unmask(*, actor: Actor, token: str, entity: str, subject: Model, items: Collection[str], reason: str) -> Unmasking:
    """Let one session read some items of one subject in full. subject: read through the actor's scope.

    Raises ReasonMissing, TooMany within the hour, TooOften within the day, and DomainError for items that nobody may
    be shown.
    """
    require(actor, UNMASK)
    reason = clean_reason(reason)
    wanted = sorted(set(items))
    if not wanted or not all(_may_be_shown(code) for code in wanted):
        raise DomainError("请至少选一项要查看的信息。", field="items")
    spend(actor, LIMIT)
    count_unmasking(actor)
    unmasking = Unmasking(
        area_code=actor.area_code,
        post_id=actor.post_id,
        token=token,
        entity=entity,
        subject_id=subject.pk,
        items=wanted,
        expires_at=timezone.now() + timedelta(minutes=settings.UNMASK_MINUTES),
    )
    unmasking.save()
    record(actor, f"{entity}.unmasked", subject, purpose=reason, items=wanted)
    return unmasking


def _may_be_shown(code: str) -> bool:
    item = get_catalogue().items.get(code)
    return item is not None and item.mask != HIDDEN_RULE
