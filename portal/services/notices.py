"""Writes of notices (通知): write, publish, recall; departments publish through the district's desk; and of guides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from django.db import transaction
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.approvals.kinds import Kind as ApprovalKind
from accounts.approvals.rules import Action
from accounts.audit import record
from accounts.errors import Conflict, DomainError
from accounts.models import Approval, Area
from accounts.rights import DECIDE_NOTICES, KEEP_GUIDES, SEND_NOTICES, require
from accounts.roles import Role
from portal.models import Guide, Notice, NoticeFile, NoticeReceipt
from portal.models.notices import unit_of
from portal.selectors.notices import NOTICE, get_approval_of, get_guide, get_sent, is_for
from registry.evidence import Kind, Taken, take_in

FILES_AS, GUIDE_AS = "portal.notice", "portal.guide"
"""What attachments and guides are sealed as."""
MOST_PAGES = 200
State = Notice.State


@dataclass(frozen=True, slots=True)
class Letter:
    """What a notice says, to whom, and when. files: (name, content) as uploaded."""

    title: str
    body: str
    areas: Sequence[Area]
    roles: Sequence[Role]
    since: date
    until: date
    files: Sequence[tuple[str, bytes]] = field(default=(), repr=False)


@transaction.atomic
def write_notice(*, actor: Actor, letter: Letter) -> Notice:
    """A draft of the actor's town, district or department. Raises NotAllowed, NotFound for an area outside."""
    require(actor, SEND_NOTICES, *(area.code for area in letter.areas))
    notice = Notice(area_id=actor.area_code, department_id=actor.department_id, created_by_id=actor.post_id)
    _put(notice, letter)
    notice.areas.set(letter.areas)
    if notice.department_id is not None:
        approvals.draft(actor=actor, kind=NOTICE, subject=notice, title=notice.title)
    record(actor, "notice.written", notice)
    return notice


@transaction.atomic
def change_notice(*, actor: Actor, pk: int, seen: int, letter: Letter, keep: Sequence[int]) -> Notice:
    """A draft, or one that came back. keep: attachments that stay. Raises Conflict once published or handed in."""
    require(actor, SEND_NOTICES, *(area.code for area in letter.areas))
    notice = _lock(actor, pk, seen)
    if not notice.is_open:
        raise Conflict("这条通知已经发布或提交,不能修改。需要修改请先撤回,再另写一条。")
    notice.version += 1
    notice.files.exclude(pk__in=keep).delete()
    _put(notice, letter)
    notice.areas.set(letter.areas)
    record(actor, "notice.changed", notice)
    return notice


@transaction.atomic
def publish_notice(*, actor: Actor, pk: int, seen: int) -> Notice:
    """A town or the district publishes at once, a department hands it to the district's desk. Raises Conflict."""
    require(actor, SEND_NOTICES)
    notice = _lock(actor, pk, seen)
    if not notice.is_open:
        raise Conflict(f"这条通知现在是“{notice.get_state_display()}”,刚才的一步没有生效。请刷新后再看。")
    if notice.until < localdate():
        raise DomainError("截止日期已过,请先修改。", field="until")
    if notice.department_id is not None:
        approval = get_approval_of(notice)
        approvals.submit(actor=actor, approval=approval, seen=approval.version, title=notice.title)
        notice.refresh_from_db()
        return notice
    _keep(notice, State.PUBLISHED)
    record(actor, "notice.published", notice)
    return notice


@transaction.atomic
def recall_notice(*, actor: Actor, pk: int, seen: int) -> Notice:
    """Take a published one off, or one that waits at the desk back. Raises Conflict."""
    require(actor, SEND_NOTICES)
    notice = _lock(actor, pk, seen)
    if notice.state == State.SUBMITTED:
        approval = get_approval_of(notice)
        approvals.withdraw(actor=actor, approval=approval, seen=approval.version)
        notice.refresh_from_db()
    elif notice.state == State.PUBLISHED:
        _keep(notice, State.RECALLED)
        record(actor, "notice.recalled", notice)
    else:
        raise Conflict("这条通知没有发布,不用撤回。请刷新后再看。")
    return notice


@transaction.atomic
def note_read(*, actor: Actor, notice: Notice) -> None:
    """That the actor's unit has opened it, once. Of the person nothing is kept, no audit line either."""
    if is_for(actor=actor, notice=notice):
        NoticeReceipt.objects.bulk_create(
            [NoticeReceipt(notice=notice, read_on=localdate(), **unit_of(actor))], ignore_conflicts=True
        )


@transaction.atomic
def add_guide(*, actor: Actor, title: str, summary: str, category: str, data: bytes) -> Guide:
    """A PDF for the library. Raises EvidenceRefused (field `evidence`) for what is no PDF."""
    require(actor, KEEP_GUIDES)
    taken = _pdf(data)
    guide = Guide.objects.create(
        title=title, summary=summary, category=category, area_id=actor.area_code, sealed=taken.sealed,
        added_by_id=actor.post_id, added_on=localdate(),
    )  # fmt: skip
    record(actor, "guide.added", guide)
    return guide


@transaction.atomic
def retire_guide(*, actor: Actor, pk: int) -> Guide:
    """Take it off the library."""
    require(actor, KEEP_GUIDES)
    guide = get_guide(actor=actor, pk=pk)
    guide.retired_on = localdate()
    guide.save(update_fields=["retired_on"])
    record(actor, "guide.retired", guide)
    return guide


def on_submit(actor: Actor, approval: Approval) -> None:
    _keep(_of(approval), State.SUBMITTED)


def on_withdraw(actor: Actor, approval: Approval) -> None:
    _keep(_of(approval), State.DRAFT)


def on_return(actor: Actor, approval: Approval) -> None:
    _keep(_of(approval), State.RETURNED)


def on_refuse(actor: Actor, approval: Approval) -> None:
    _keep(_of(approval), State.REFUSED)


def on_approve(actor: Actor, approval: Approval) -> None:
    _keep(_of(approval), State.PUBLISHED)


KIND = ApprovalKind(
    code=NOTICE,
    subject=Notice,
    request_right=SEND_NOTICES,
    decide_right=DECIDE_NOTICES,
    decide_days=3,
    hooks={
        Action.SUBMIT: on_submit,
        Action.WITHDRAW: on_withdraw,
        Action.RETURN: on_return,
        Action.REFUSE: on_refuse,
        Action.APPROVE: on_approve,
    },
    verbs={Action.APPROVE: "published"},
)


def _of(approval: Approval) -> Notice:
    return Notice.objects.select_for_update(of=("self",)).get(pk=approval.subject_id)


def _lock(actor: Actor, pk: int, seen: int) -> Notice:
    """One of the own unit, as the page showed it. The approval is locked before it, as everywhere."""
    notice = get_sent(actor=actor, pk=pk)
    if notice.department_id is not None:
        Approval.objects.select_for_update().get(pk=get_approval_of(notice).pk)
    locked = Notice.objects.select_for_update(of=("self",)).get(pk=pk)
    if locked.version != seen:
        raise Conflict("别人刚刚改过这条通知,刚才的一步没有生效。请刷新后再看。")
    return locked


def _keep(notice: Notice, state: Notice.State) -> None:
    notice.state, notice.version = state, notice.version + 1
    if state == State.PUBLISHED:
        notice.published_at = now()
    notice.save(update_fields=["state", "version", "published_at"])


def _put(notice: Notice, letter: Letter) -> None:
    notice.title, notice.body = letter.title, letter.body
    notice.roles = [role.value for role in letter.roles]
    notice.since, notice.until = letter.since, letter.until
    notice.save()
    taken = take_in([data for _, data in letter.files], sealed_as=FILES_AS, most_pages=MOST_PAGES)
    NoticeFile.objects.bulk_create(
        NoticeFile(notice=notice, name=_name(name, one), kind=one.kind, sealed=one.sealed)
        for (name, _), one in zip(letter.files, taken, strict=True)
    )


def _name(name: str, taken: Taken) -> str:
    """As its sender called it, with the ending of what it is kept as."""
    return f"{PurePath(name).stem[:90]}.{'pdf' if taken.kind == Kind.PDF else 'jpg'}"


def _pdf(data: bytes) -> Taken:
    (taken,) = take_in([data], sealed_as=GUIDE_AS, most_pages=MOST_PAGES)
    if taken.kind != Kind.PDF:
        raise DomainError("指南请用 PDF。Word、PPT 请先另存为 PDF。", field="evidence")
    return taken
