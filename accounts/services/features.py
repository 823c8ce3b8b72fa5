"""Switching optional parts of the portal off and on again. What they hold stays as it is."""

from django.db import transaction
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict
from accounts.features import Feature
from accounts.models import FeaturePause
from accounts.rights import SWITCH_FEATURES, require


@transaction.atomic
def switch_off(*, actor: Actor, feature: Feature, reason: str) -> FeaturePause:
    """From the next request on nobody holds the rights of the feature. Raises Conflict where it is off already."""
    require(actor, SWITCH_FEATURES)
    begun = {"reason": reason, "begun_by_id": actor.post_id}
    pause, fresh = FeaturePause.objects.get_or_create(feature=feature, ended_at=None, defaults=begun)
    if not fresh:
        raise Conflict("这项功能已经停用了,请刷新后再看。")
    record(actor, "feature.switched_off", pause, feature=str(feature), reason=reason)
    return pause


@transaction.atomic
def switch_on(*, actor: Actor, feature: Feature, reason: str) -> FeaturePause:
    """Whoever held the rights by role holds them again, nobody else. Raises Conflict where it is on already."""
    require(actor, SWITCH_FEATURES)
    pause = FeaturePause.objects.going_on().select_for_update().filter(feature=feature).first()
    if pause is None:
        raise Conflict("这项功能已经恢复了,请刷新后再看。")
    pause.end_reason, pause.ended_by_id, pause.ended_at = reason, actor.post_id, now()
    pause.save(update_fields=["end_reason", "ended_by", "ended_at"])
    record(actor, "feature.switched_on", pause, feature=str(feature), reason=reason)
    return pause
