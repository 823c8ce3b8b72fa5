"""Audit (审计): one line in the same transaction as the effect. The app role can add lines, not read or change them."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from accounts.actors import Actor
from accounts.models.audit import AuditEntry
from accounts.origin import present_origin

Subjects = tuple[str, Sequence[int]]
NOBODY: Subjects = ("", ())
LONGEST_PURPOSE = 200


def those(rows: Sequence[models.Model]) -> Subjects:
    """Rows of one model as `subjects` of a line."""
    return (rows[0]._meta.label_lower, [row.pk for row in rows]) if rows else NOBODY


def record(
    actor: Actor,
    action: str,
    obj: models.Model | None = None,
    *,
    result: str = "ok",
    purpose: str = "",
    subjects: Subjects = NOBODY,
    **details: Any,
) -> None:
    """Write who in which post did what to which object. details: ids, codes and counts; never personal data.

    purpose: why, as chosen or typed. subjects: type and ids of those whose data was shown or taken along; see `those`.
    What is read or done during an emergency view (应急查看) says so.
    """
    kind, ids = subjects
    if actor.client_id is not None:
        details["client"] = actor.client_id
    _write(
        action,
        result,
        details | ({"emergency": True} if actor.emergency_until else {}),
        user_id=actor.user_id,
        post_id=actor.post_id,
        post_role=actor.role,
        post_area=actor.area_code,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        purpose=purpose[:LONGEST_PURPOSE],
        subject_type=kind,
        subject_ids=list(ids),
    )


def record_system(action: str, *, result: str = "ok", **details: Any) -> None:
    """The same for an effect that no post caused: a command, a schedule, a login that failed."""
    _write(action, result, details)


def record_user(user_id: int, action: str, *, result: str = "ok", **details: Any) -> None:
    """The same for a step outside every post: logging in and out, the second factor, choosing the post."""
    _write(action, result, details, user_id=user_id)


def _write(action: str, result: str, details: dict[str, Any], **fields: Any) -> None:
    origin = present_origin()
    AuditEntry.objects.create(
        action=action, result=result, details=details, address=origin.address, reference=origin.reference, **fields
    )
