"""Which step leads where in the life of a correction (校核): the one table. Pure."""

from django.db.models import TextChoices

ANSWER_DAYS = 10
"""Working days that the source department has, from the day after it was asked (政务数据共享条例, 2025, article 26)."""
ROUNDS = 2
"""The village may object to a refusal once; the second answer stands."""


class Finding(TextChoices):
    """What a worker found out about a returned record or one of its values (核实结果)."""

    RIGHT = "right", "属实"
    WRONG = "wrong", "有误"
    MOVED = "moved", "已迁出"
    DEAD = "dead", "已去世"
    UNKNOWN = "unknown", "查无此人"


class State(TextChoices):
    OPEN = "open", "待部门答复"
    ACCEPTED = "accepted", "部门已采纳"
    REFUSED = "refused", "部门未采纳"
    CLOSED = "closed", "已办结"
    WITHDRAWN = "withdrawn", "已撤回"


class Action(TextChoices):
    """A step. Its value is also the verb of its line in the audit log."""

    MARK = "marked", "提出校核"
    ACCEPT = "accepted", "采纳"
    REFUSE = "refused", "不采纳"
    ACKNOWLEDGE = "acknowledged", "确认收到答复"
    OBJECT = "objected", "提出异议"
    WITHDRAW = "withdrawn", "撤回"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.OPEN, Action.ACCEPT): State.ACCEPTED,
    (State.OPEN, Action.REFUSE): State.REFUSED,
    (State.OPEN, Action.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Action.ACKNOWLEDGE): State.CLOSED,
    (State.REFUSED, Action.ACKNOWLEDGE): State.CLOSED,
    (State.REFUSED, Action.OBJECT): State.OPEN,
}
"""(from, step) -> to. A pair that is not here is a Conflict. Nothing leads out of CLOSED and WITHDRAWN."""

ANSWERS = (Action.ACCEPT, Action.REFUSE)
ANSWERED = (State.ACCEPTED, State.REFUSED)
"""The village has not taken note yet."""
DISPUTED = (Finding.WRONG, Finding.MOVED, Finding.DEAD, Finding.UNKNOWN)
"""Findings that the department has to answer."""


def next_state(state: str, action: Action, round_: int) -> State | None:
    """Where the step leads, None where it may not be taken. round_: 1 at first, 2 after an objection."""
    if action == Action.OBJECT and round_ >= ROUNDS:
        return None
    return TRANSITIONS.get((State(state), action))
