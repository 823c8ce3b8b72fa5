"""What a session may read in full at the moment."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.actors import Actor
from registry.models import Unmasking


@dataclass(frozen=True, slots=True)
class Sight:
    """items: codes that are read in full, until a moment; none without one."""

    items: frozenset[str] = frozenset()
    until: datetime | None = None


def get_sight(*, actor: Actor, token: str, entity: str, pk: int) -> Sight:
    """What was unmasked of one subject for this session and post and has not expired. No query without a token."""
    if not token:
        return Sight()
    live = Unmasking.objects.visible_to(actor).filter(
        post_id=actor.post_id, token=token, entity=entity, subject_id=pk, expires_at__gt=timezone.now()
    )
    found = list(live.values_list("items", "expires_at"))
    items = frozenset(code for codes, _ in found for code in codes)
    return Sight(items, min((until for _, until in found), default=None))
