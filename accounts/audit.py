"""Audit (审计): one line in the same transaction as the effect. The app role can add lines, not read or change them."""

from typing import Any

from django.db import models

from accounts.actors import Actor
from accounts.models.audit import AuditEntry


def record(actor: Actor, action: str, obj: models.Model | None = None, *, result: str = "ok", **details: Any) -> None:
    """Write who in which post did what to which object. details: ids, codes and counts; never personal data."""
    AuditEntry.objects.create(
        user_id=actor.user_id,
        post_id=actor.post_id,
        action=action,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        result=result,
        details=details,
    )


def record_system(action: str, *, result: str = "ok", **details: Any) -> None:
    """The same for an effect that no post caused: a command, a schedule, a login that failed."""
    AuditEntry.objects.create(action=action, result=result, details=details)


def record_user(user_id: int, action: str, *, result: str = "ok", **details: Any) -> None:
    """The same for a step outside every post: logging in and out, the second factor, choosing the post."""
    AuditEntry.objects.create(user_id=user_id, action=action, result=result, details=details)
