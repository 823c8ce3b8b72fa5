"""Joint review (联审): departments, or a role in an area, give an opinion until their clock ends. The desk decides."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.approvals.clock import add_working_days
from accounts.approvals.refusals import NeedsNote, NotAReviewer, ReviewOver
from accounts.approvals.rules import Action, Opinion
from accounts.approvals.selectors import is_requester
from accounts.approvals.services import lock_for_desk
from accounts.approvals.steps import check_move, lock, move
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Approval, ApprovalReviewer, Area, Department
from accounts.models.approvals import asked_of
from accounts.rights import require
from accounts.roles import Role

MOST_DAYS = 30


@transaction.atomic
def invite_reviewers(
    *,
    actor: Actor,
    approval: Approval,
    seen: int,
    days: int,
    departments: Sequence[Department] = (),
    offices: Sequence[tuple[Role, Area]] = (),
) -> list[ApprovalReviewer]:
    """Ask for opinions within `days` working days; one who has not answered yet gets the new time.

    Raises NotAReviewer for nobody, the requesting department and one of another area, Conflict, NotAllowed, NotFound.
    """
    locked = lock_for_desk(actor, approval, Action.INVITE, seen)
    _check_invited(actor, locked, departments, offices)
    due_on = add_working_days(localdate(), min(max(days, 1), MOST_DAYS))
    invited = [_invite(locked, due_on, department=department) for department in departments]
    invited += [_invite(locked, due_on, role=role, area=area) for role, area in offices]
    move(actor, locked, Action.INVITE, f"请{'、'.join(one.name for one in invited)}在 {due_on:%Y-%m-%d} 前给出意见。")
    return invited


@transaction.atomic
def give_opinion(*, actor: Actor, approval: Approval, seen_round: int, opinion: Opinion, text: str = "") -> None:
    """Answer once for the own department. A round is enough to have seen: others answer at the same time.

    Raises NeedsNote (its field is `text`) for an objection or a condition without words, ReviewOver past the clock,
    Conflict for a second answer, NotAllowed for the requester in another post, NotFound for who was not asked.
    """
    locked = lock(approval)
    require(actor, locked.rules.review_right)
    asked = locked.reviewers.filter(asked_of(actor)).select_related("department", "area")
    mine = asked.order_by("-round", F("at").asc(nulls_first=True)).first()
    if mine is None:
        raise NotFound
    if is_requester(actor=actor, approval=locked):
        raise NotAllowed("这一件是您本人申请的,联审意见须由其他人给出。")
    check_move(locked, Action.OPINE, locked.version)
    _check_answerable(locked, mine, seen_round)
    if opinion != Opinion.AGREE and not text.strip():
        raise NeedsNote("请写明不同意的理由或要满足的条件。", field="text")
    mine.opinion, mine.text, mine.post_id, mine.at = opinion, text.strip()[:500], actor.post_id, now()
    mine.save(update_fields=["opinion", "text", "post", "at"])
    words = f"{mine.name}:{opinion.label}{'。' if mine.text else ''}{mine.text}"
    move(actor, locked, Action.OPINE, words, reviewer=mine.pk, opinion=opinion.value)


def _check_invited(
    actor: Actor, approval: Approval, departments: Sequence[Department], offices: Sequence[tuple[Role, Area]]
) -> None:
    if not departments and not offices:
        raise NotAReviewer("请至少选择一个部门。", field="departments")
    if approval.department_id in [department.pk for department in departments]:
        raise NotAReviewer("申请部门不能审自己的申请,请改选其他部门。", field="departments")
    codes = [department.area_id for department in departments] + [area.code for _, area in offices]
    require(actor, approval.rules.decide_right, *codes)


def _invite(
    approval: Approval, due_on: date, *, department: Department | None = None, role: str = "", area: Area | None = None
) -> ApprovalReviewer:
    reviewer, created = ApprovalReviewer.objects.get_or_create(
        approval=approval,
        round=approval.round,
        department=department,
        role=role,
        area=area,
        defaults={"due_on": due_on},
    )
    if reviewer.opinion:
        raise Conflict(f"{reviewer.name}已经给出意见,不用再请。请刷新页面后再看。")
    if not created:
        reviewer.due_on = due_on
        reviewer.save(update_fields=["due_on"])
    return reviewer


def _check_answerable(approval: Approval, mine: ApprovalReviewer, seen_round: int) -> None:
    if mine.round != approval.round or seen_round != approval.round:
        raise Conflict(f"“{approval.title}”已经重新提交,刚才的意见没有生效。请刷新页面后再看。")
    if mine.opinion:
        raise Conflict(f"{mine.name}已经给过意见({mine.get_opinion_display()}),刚才的一步没有生效。")
    if mine.is_overdue:
        raise ReviewOver
