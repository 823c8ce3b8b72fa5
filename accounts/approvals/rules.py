"""Which step leads where: the one table of every approval. Pure."""

from django.db.models import TextChoices


class State(TextChoices):
    DRAFTED = "drafted", "草拟"
    SUBMITTED = "submitted", "待审"
    RETURNED = "returned", "退回补充"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class Action(TextChoices):
    """A step. Its value is also the verb of its line in the audit log."""

    DRAFT = "drafted", "草拟"
    SUBMIT = "submitted", "提交"
    WITHDRAW = "withdrawn", "撤回修改"
    RETURN = "returned", "退回补充"
    CONSENT = "consented", "一方同意"
    APPROVE = "approved", "同意"
    REFUSE = "refused", "不同意"
    INVITE = "reviewers_invited", "发起联审"
    OPINE = "opinion_given", "联审意见"
    REMARK = "remarked", "审核中"


class Side(TextChoices):
    """Who decides. Most kinds have the desk alone; some also need the consent of a department (共同审批)."""

    DESK = "desk", "主管部门"
    PARTNER = "partner", "共同审批部门"


class Opinion(TextChoices):
    """What a reviewer of a joint review (联审) answers. No answer is no opinion, never consent."""

    AGREE = "agree", "同意"
    CONDITIONS = "conditions", "有条件同意"
    OBJECT = "object", "不同意"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFTED, Action.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Action.SUBMIT): State.SUBMITTED,
    (State.WITHDRAWN, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Action.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Action.RETURN): State.RETURNED,
    (State.SUBMITTED, Action.CONSENT): State.SUBMITTED,
    (State.SUBMITTED, Action.APPROVE): State.APPROVED,
    (State.SUBMITTED, Action.REFUSE): State.REFUSED,
    (State.SUBMITTED, Action.INVITE): State.SUBMITTED,
    (State.SUBMITTED, Action.OPINE): State.SUBMITTED,
    (State.SUBMITTED, Action.REMARK): State.SUBMITTED,
}
"""(from, step) -> to. A pair that is not here is a Conflict. Nothing leads out of APPROVED and REFUSED."""

BY_REQUESTER = (Action.DRAFT, Action.SUBMIT, Action.WITHDRAW)
"""Whoever ever took one of these belongs to the requesting side and may not decide."""

DECISIONS = (Action.RETURN, Action.APPROVE, Action.REFUSE)
"""Steps that end the wait at the desk."""

OWN_BUSINESS = (State.DRAFTED, State.WITHDRAWN)
"""States that concern the requester alone; the desk does not see them."""


def next_state(state: str, action: Action) -> State | None:
    """Where the step leads, None where it may not be taken."""
    return TRANSITIONS.get((State(state), action))
