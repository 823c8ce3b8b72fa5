"""Requests to the desk (标签申请): add, change, merge, retire. Nobody changes the catalogue in another way.

send: False keeps a draft, which only who asks sees, to look at what it would do before it is handed in.
seen: version of the approval that the actor's page showed. Raised by all: Conflict for a step that was taken already,
NotAllowed for the requesting side or without the right, NotFound, TagRefused and BadCondition for what cannot stand.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.approvals.rules import Action, State
from accounts.approvals.steps import check_move, lock
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Approval
from accounts.models.approvals import requested_at
from accounts.rights import PROPOSE_TAGS, require
from tagging.checks import refuse_used, settle_definition
from tagging.importing.letting_in import settle_import
from tagging.importing.mapping import RowsRefused, suggest
from tagging.importing.reading import read_catalogue
from tagging.merging import settle_merge
from tagging.models import Kind, Tag, TagChange
from tagging.selectors.catalogue import may_change
from tagging.selectors.changes import TAG, get_approval_of

Step = TagChange.Step
NOT_AT_WORK = (State.DRAFTED, State.APPROVED, State.REFUSED)
ENDING = (Step.RETIRE, Step.MERGE)
FIXED = (*ENDING, Step.IMPORT)


@transaction.atomic
def propose_tag(*, actor: Actor, values: Mapping[str, Any], reason: str, send: bool = True) -> TagChange:
    """Ask for a new tag of the actor's area. values: of a `Definition`; the level of a dynamic tag is worked out."""
    return _begin(actor, TagChange(step=Step.ADD, reason=reason, **values), send)


@transaction.atomic
def propose_change(*, actor: Actor, tag: Tag, values: Mapping[str, Any], reason: str, send: bool = True) -> TagChange:
    """Ask that a tag means something else from now on."""
    return _begin(actor, TagChange(step=Step.CHANGE, tag=_lock_tag(actor, tag), reason=reason, **values), send)


@transaction.atomic
def propose_merge(*, actor: Actor, tag: Tag, into: Tag, reason: str, send: bool = True) -> TagChange:
    """Ask that a tag ends and another stands for it. Raises TagRefused, AboveClearance."""
    locked = _lock_tag(actor, tag)
    change = TagChange(step=Step.MERGE, tag=locked, into=into, reason=reason, **locked.definition())
    return _begin(actor, change, send)


@transaction.atomic
def propose_retirement(*, actor: Actor, tag: Tag, reason: str, send: bool = True) -> TagChange:
    """Ask that a tag is used no more. What it meant, and who carried it, stays on record. Raises TagInUse."""
    locked = _lock_tag(actor, tag)
    change = TagChange(step=Step.RETIRE, tag=locked, reason=reason, **locked.definition())
    return _begin(actor, change, send)


@transaction.atomic
def begin_import(*, actor: Actor, data: bytes, filename: str, reason: str) -> TagChange:
    """A draft with the rows of a standard catalogue, each mapped to the tags that it seems to mean.

    Raises UploadRefused, RowsRefused with what is wrong in which row.
    """
    require(actor, PROPOSE_TAGS, actor.area_code)
    sheet = read_catalogue(data, filename)
    if sheet.errors:
        raise RowsRefused(sheet.errors)
    name = PurePath(filename).stem[:20]
    usual = {"kind": Kind.BASIC, "level": max(row.values["level"] for row in sheet.rows), "purpose": "标准标签目录"}
    change = TagChange(step=Step.IMPORT, name=name, meaning=f"{len(sheet.rows)} 个标签", reason=reason, **usual)
    change.rows = suggest(sheet.rows, area_code=actor.area_code)
    change.area_id, change.department_id = actor.area_code, actor.department_id
    change.save()
    approvals.draft(actor=actor, kind=TAG, subject=change, title=str(change))
    return change


@transaction.atomic
def map_import(*, actor: Actor, change: TagChange, olds: Mapping[int, Sequence[int]], seen: int) -> None:
    """Say which tags the rows mean. olds: number of the row -> keys; rows that are left out mean none."""
    _lock_own(actor, change, seen)
    if change.step != Step.IMPORT:
        raise NotFound
    change.rows = [row | {"olds": list(olds.get(row["number"], ()))} for row in change.rows]
    change.save(update_fields=["rows"])


@transaction.atomic
def revise_change(
    *, actor: Actor, change: TagChange, values: Mapping[str, Any], reason: str, seen: int, send: bool = True
) -> None:
    """Mend a draft, or what was returned or withdrawn, and hand it in again. values: of a merge only `into`, of a
    retirement none; what it would do is to be counted anew.
    """
    approval = _lock_own(actor, change, seen)
    for name, value in values.items():
        if change.step not in FIXED or name == "into":
            setattr(change, name, value)
    change.reason = reason
    _check(actor, change)
    change.save(update_fields=[*change.definition(), "into", "reason"])
    change.impacts.all().delete()
    if send:
        approvals.submit(actor=actor, approval=approval, seen=seen, title=str(change))


@transaction.atomic
def submit_change(*, actor: Actor, change: TagChange, seen: int) -> None:
    """Hand in a draft, or what was withdrawn, as it stands."""
    approval = _lock_own(actor, change, seen)
    _check(actor, change)
    change.save(update_fields=["level"])
    approvals.submit(actor=actor, approval=approval, seen=seen, title=str(change))


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


def _lock_tag(actor: Actor, tag: Tag, but: TagChange | None = None) -> Tag:
    """The tag for a request of its owner. Raises Conflict where another request about it is open."""
    locked = Tag.objects.select_for_update(of=("self",)).select_related("area", "department").get(pk=tag.pk)
    if not may_change(actor, locked):
        raise NotAllowed("这个标签由其他单位负责,请联系该单位申请修改。")
    others = locked.changes.exclude(state__in=NOT_AT_WORK).exclude(pk=but.pk if but else 0)
    if not locked.is_live or others.exists():
        raise Conflict(f"“{locked.name}”已停用,或另有一件申请还没有办完。请在标签申请里查看。")
    return locked


def _lock_own(actor: Actor, change: TagChange, seen: int) -> Approval:
    """The approval of an own request that can be handed in, and its tag. Raises Conflict for one that cannot now."""
    require(actor, PROPOSE_TAGS)
    approval = lock(get_approval_of(actor=actor, change=change))
    if not Approval.objects.filter(requested_at(actor), pk=approval.pk).exists():
        raise NotFound
    check_move(approval, Action.SUBMIT, seen)
    change.refresh_from_db(from_queryset=TagChange.objects.select_for_update(of=("self",)))
    if change.tag:
        change.tag = _lock_tag(actor, change.tag, but=change)
    return approval


def _check(actor: Actor, change: TagChange) -> None:
    """Whether the desk can be asked for it; works out what follows from it."""
    if change.step == Step.RETIRE and change.tag:
        refuse_used(change.tag)
    elif change.step == Step.MERGE:
        settle_merge(actor, change)
    elif change.step == Step.IMPORT:
        settle_import(actor, change)
    else:
        settle_definition(actor, change)


def _begin(actor: Actor, change: TagChange, send: bool) -> TagChange:  # noqa: FBT001
    require(actor, PROPOSE_TAGS, actor.area_code)
    change.area_id, change.department_id = actor.area_code, actor.department_id
    _check(actor, change)
    change.save()
    approval: Approval = approvals.draft(actor=actor, kind=TAG, subject=change, title=str(change))
    if send:
        approvals.submit(actor=actor, approval=approval, seen=approval.version)
        change.refresh_from_db(fields=["state"])
    return change
