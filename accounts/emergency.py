"""The running emergency view (应急查看) of a session: which post it belongs to and when it ends. Server-side."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import Emergency

KEY = "emergency"


def emergency_end(session: SessionBase, post_id: int) -> datetime | None:
    """When the emergency view of this post ends; None where none runs. Another post of the user does not inherit it."""
    kept = session.get(KEY)
    if not kept or kept["post"] != post_id:
        return None
    until = datetime.fromisoformat(kept["until"])
    return until if until > timezone.now() else None


def enter_emergency(session: SessionBase, emergency: "Emergency") -> None:
    session[KEY] = {"id": emergency.pk, "post": emergency.post_id, "until": emergency.until.isoformat()}


def leave_emergency(session: SessionBase) -> int | None:
    """Mask again at once. Returns the id of the emergency that ran."""
    kept = session.pop(KEY, None)
    return int(kept["id"]) if kept else None
