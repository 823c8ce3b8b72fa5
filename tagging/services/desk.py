"""Requests to the desk (标签申请): add, change, retire. Nobody changes the catalogue in another way.

seen: version of the approval that the actor's page showed. Raised by all: Conflict for a step that was taken already,
NotAllowed for the requesting side or without the right, NotFound, TagRefused and BadCondition for what cannot stand.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.approvals.rules import State
from accounts.errors import Conflict, NotAllowed
from accounts.models import Approval
from accounts.rights import PROPOSE_TAGS, require
from tagging.checks import refuse_used, settle_definition
from tagging.models import Tag, TagChange
from tagging.selectors.catalogue import may_change
from tagging.selectors.changes import TAG, get_approval_of

Step = TagChange.Step
OVER = (State.APPROVED, State.REFUSED)


@transaction.atomic
def propose_tag(*, actor: Actor, values: Mapping[str, Any], reason: str) -> TagChange:
    """Ask for a new tag of the actor's area. values: of a `Definition`; the level of a dynamic tag is worked out."""
    return _hand_in(actor, TagChange(step=Step.ADD, reason=reason, **values))


@transaction.atomic
def propose_change(*, actor: Actor, tag: Tag, values: Mapping[str, Any], reason: str) -> TagChange:
    """Ask that a tag means something else from now on."""
    return _hand_in(actor, TagChange(step=Step.CHANGE, tag=_lock_tag(actor, tag), reason=reason, **values))


@transaction.atomic
def propose_retirement(*, actor: Actor, tag: Tag, reason: str) -> TagChange:
    """Ask that a tag is used no more. What it meant, and who carried it, stays on record. Raises TagInUse."""
    locked = _lock_tag(actor, tag)
    refuse_used(locked)
    change = TagChange(step=Step.RETIRE, tag=locked, reason=reason, **locked.definition())
    return _hand_in(actor, change)


@transaction.atomic
def revise_change(*, actor: Actor, change: TagChange, values: Mapping[str, Any], reason: str, seen: int) -> None:
    """Hand in a returned or withdrawn request again, mended."""
    require(actor, PROPOSE_TAGS)
    approval = get_approval_of(actor=actor, change=change)
    for name, value in (values if change.step != Step.RETIRE else {}).items():
        setattr(change, name, value)
    change.reason = reason
    if change.step != Step.RETIRE:
        settle_definition(actor, change)
    approvals.submit(actor=actor, approval=approval, seen=seen, title=str(change))
    change.save(update_fields=[*change.definition(), "reason"])


def withdraw_change(*, actor: Actor, change: TagChange, seen: int) -> None:
    """Take a request back before it is decided."""
    approvals.withdraw(actor=actor, approval=get_approval_of(actor=actor, change=change), seen=seen)


def approve_change(*, actor: Actor, change: TagChange, seen: int, note: str = "") -> None:
    """Let it into the catalogue."""
    approvals.approve(actor=actor, approval=get_approval_of(actor=actor, change=change), seen=seen, note=note)


def return_change(*, actor: Actor, change: TagChange, seen: int, note: str) -> None:
    """Back to the requester with what is missing. Raises NeedsNote."""
    approvals.return_(actor=actor, approval=get_approval_of(actor=actor, change=change), seen=seen, note=note)


def refuse_change(*, actor: Actor, change: TagChange, seen: int, note: str) -> None:
    """The end: no. Raises NeedsNote."""
    approvals.refuse(actor=actor, approval=get_approval_of(actor=actor, change=change), seen=seen, note=note)


def _lock_tag(actor: Actor, tag: Tag) -> Tag:
    """The tag for a request of its owner. Raises Conflict where another request about it is open."""
    locked = Tag.objects.select_for_update(of=("self",)).get(pk=tag.pk)
    if not may_change(actor, locked):
        raise NotAllowed("这个标签由其他单位负责,请联系该单位申请修改。")
    if not locked.is_live or locked.changes.exclude(state__in=OVER).exists():
        raise Conflict(f"“{locked.name}”已停用,或另有一件申请还没有办完。请在标签申请里查看。")
    return locked


def _hand_in(actor: Actor, change: TagChange) -> TagChange:
    require(actor, PROPOSE_TAGS, actor.area_code)
    change.area_id, change.department_id = actor.area_code, actor.department_id
    if change.step != Step.RETIRE:
        settle_definition(actor, change)
    change.save()
    approval: Approval = approvals.draft(actor=actor, kind=TAG, subject=change, title=str(change))
    approvals.submit(actor=actor, approval=approval, seen=approval.version)
    change.refresh_from_db(fields=["state"])
    return change
