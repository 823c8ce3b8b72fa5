"""The steps of an approval. `seen` is the version that the actor's page showed: an older one is a Conflict (409).

Every step locks the row, asks the right that the kind declares, looks into the one table of transitions, and leaves
its trace and its audit line in the same transaction. Raised by all: NotFound (not the actor's), NotAllowed, Conflict.
"""

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.approvals.clock import add_working_days
from accounts.approvals.kinds import get_kind
from accounts.approvals.refusals import NeedsNote, ReviewRunning
from accounts.approvals.rules import Action, Opinion, Side
from accounts.approvals.selectors import is_requester, list_consents, list_reviewers
from accounts.approvals.steps import audit, check_move, leave_trace, lock, move
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Approval, Department
from accounts.models.approvals import requested_at
from accounts.rights import holds, require


@transaction.atomic
def draft(*, actor: Actor, kind: str, subject: Model, title: str, partner: Department | None = None) -> Approval:
    """Begin a request about a saved object. partner: the department that must consent, too, where the kind asks one.

    Raises Conflict where it has one already.
    """
    rules = get_kind(kind)
    if bool(rules.partner_right) != (partner is not None):
        raise ValueError("a partner is named exactly where the kind has such a side")
    require(actor, rules.request_right, actor.area_code)
    owner = {"requester_id": actor.post_id, "department_id": actor.department_id, "area_id": actor.area_code}
    owner |= {"partner_id": partner.pk if partner else None}
    approval, created = Approval.objects.get_or_create(
        kind=kind, subject_id=subject.pk, defaults={"title": title[:200], **owner}
    )
    if not created:
        raise Conflict
    leave_trace(actor, approval, Action.DRAFT)
    audit(actor, approval, Action.DRAFT)
    return approval


@transaction.atomic
def submit(*, actor: Actor, approval: Approval, seen: int, title: str = "") -> Approval:
    """Hand it to the desk: a new round, and the desk's clock begins. title: as it is called now."""
    locked = _lock_own(actor, approval)
    check_move(locked, Action.SUBMIT, seen)
    locked.title = title[:200] or locked.title
    locked.round += 1
    locked.submitted_at = now()
    locked.due_on = add_working_days(localdate(), locked.rules.decide_days)
    move(actor, locked, Action.SUBMIT)
    return locked


@transaction.atomic
def withdraw(*, actor: Actor, approval: Approval, seen: int) -> Approval:
    """Take it back before it is decided; it may be submitted again."""
    locked = _lock_own(actor, approval)
    check_move(locked, Action.WITHDRAW, seen)
    move(actor, locked, Action.WITHDRAW)
    return locked


@transaction.atomic
def return_(*, actor: Actor, approval: Approval, seen: int, note: str) -> Approval:
    """Back to the requester with what is missing. Raises NeedsNote."""
    locked, side = _lock_to_decide(actor, approval, Action.RETURN, seen)
    move(actor, locked, Action.RETURN, _required(note, "请写明要补充什么,对方才知道怎么改。"), side=side)
    return locked


@transaction.atomic
def refuse(*, actor: Actor, approval: Approval, seen: int, note: str) -> Approval:
    """The end: no. Raises NeedsNote."""
    locked, side = _lock_to_decide(actor, approval, Action.REFUSE, seen)
    move(actor, locked, Action.REFUSE, _required(note, "请写明不同意的理由。"), side=side)
    return locked


@transaction.atomic
def approve(*, actor: Actor, approval: Approval, seen: int, note: str = "", **terms: Any) -> Approval:
    """The end: yes; of two sides the first only consents, and the second ends it. terms: for the hook of the kind.

    The two consents come from two people, and hold for this round. Raises Conflict for a second one of the same side,
    ReviewRunning while an invited opinion is awaited and its clock runs; NeedsNote without a reason
    against an objection.
    """
    locked, side = _lock_to_decide(actor, approval, Action.APPROVE, seen)
    action = _check_consents(actor, locked, side)
    reviewers = list_reviewers(locked)
    awaited = [one.name for one in reviewers if one.is_awaited]
    if awaited:
        raise ReviewRunning(f"联审还没有结束,在等{'、'.join(awaited)}的意见。请等意见到齐或期限过后再办。")
    if any(one.opinion == Opinion.OBJECT for one in reviewers):
        _required(note, "联审中有部门不同意,请写明仍然同意的理由。")
    move(actor, locked, action, note, side=side, **terms)
    return locked


@transaction.atomic
def remark(*, actor: Actor, approval: Approval, seen: int, note: str, **terms: Any) -> Approval:
    """Something that the desk changed while deciding; terms: for the hook, which changes it."""
    locked = lock_for_desk(actor, approval, Action.REMARK, seen)
    move(actor, locked, Action.REMARK, note, **terms)
    return locked


def lock_for_desk(actor: Actor, approval: Approval, action: Action, seen: int) -> Approval:
    """The row, locked, for somebody of the desk who does not belong to the requesting side."""
    locked = lock(approval)
    require(actor, locked.rules.decide_right, locked.area_id)
    _check_apart(actor, locked)
    check_move(locked, action, seen)
    return locked


def _lock_to_decide(actor: Actor, approval: Approval, action: Action, seen: int) -> tuple[Approval, Side]:
    """The row, locked, and the side that the actor stands for: the partner department, else the desk."""
    locked = lock(approval)
    partner = locked.partner_id is not None and locked.partner_id == actor.department_id
    if not (partner and holds(actor, locked.rules.partner_right)):
        return lock_for_desk(actor, locked, action, seen), Side.DESK
    _check_apart(actor, locked)
    check_move(locked, action, seen)
    return locked, Side.PARTNER


def _check_apart(actor: Actor, approval: Approval) -> None:
    if is_requester(actor=actor, approval=approval):
        raise NotAllowed("这一件是您本人或您所在部门申请的,须由其他人审核。")


def _check_consents(actor: Actor, approval: Approval, side: Side) -> Action:
    """What saying yes means now: the end, or one of two consents. Raises Conflict, NotAllowed."""
    if approval.partner_id is None:
        return Action.APPROVE
    given = list_consents(approval)
    if side in [step.side for step in given]:
        raise Conflict(f"“{approval.title}”您这一方已经同意,在等另一方审核,不用再办。")
    if actor.user_id in [step.post.user_id for step in given]:
        raise NotAllowed("另一方的同意是您本人给出的,这一方须由其他人审核。")
    return Action.APPROVE if given else Action.CONSENT


def _lock_own(actor: Actor, approval: Approval) -> Approval:
    """The row, locked, for the requesting department, or for the requester who has none."""
    locked = lock(approval)
    require(actor, locked.rules.request_right)
    if not Approval.objects.filter(requested_at(actor), pk=locked.pk).exists():
        raise NotFound
    return locked


def _required(note: str, sentence: str) -> str:
    if not note.strip():
        raise NeedsNote(sentence, field="note")
    return note
