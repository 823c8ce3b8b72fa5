"""Which step leads where in the life of a complaint (举报): the one table. Pure."""

from django.db.models import TextChoices

ACCEPT_DAYS, HANDLE_DAYS, VERIFY_DAYS = 5, 30, 5
"""Working days of the discipline office: to accept, to come to an end, to verify an answer."""
ANSWER_DAYS, MOST_ANSWER_DAYS = 10, 30
"""Working days of a department, unless the office says otherwise; and the most it may give."""
CROWD = 10
"""People of whom one may have reported: a complaint names the narrowest area, from a town up, that holds as many."""


class Category(TextChoices):
    """What is reported (国办函〔2026〕12号, and what villages suffer from beside it)."""

    CLOCK_IN = "clock_in", "打卡签到"
    RANKING = "ranking", "积分排名"
    ONLINE_TIME = "online_time", "在线时长统计"
    FORCED_INSTALL = "forced_install", "强制安装、关注"
    UNADMITTED = "unadmitted", "未备案的系统或表格"
    REPEATED = "repeated", "重复要数据"
    SHORT_NOTICE = "short_notice", "要得急、时限太短"
    CHAT_WORK = "chat_work", "微信群派活、拍照留痕"
    LEAK = "leak", "泄露居民信息"
    RETALIATION = "retaliation", "打击报复"
    OTHER = "other", "其他"


class Finding(TextChoices):
    """What the office found out (核实结论)."""

    TRUE = "true", "属实"
    PARTLY = "partly", "部分属实"
    UNFOUNDED = "unfounded", "不属实"


class State(TextChoices):
    FILED = "filed", "待受理"
    ASKED = "asked", "待举报人补充"
    ACCEPTED = "accepted", "办理中"
    HANDED = "handed", "部门办理中"
    ANSWERED = "answered", "部门已答复,待核实"
    CLOSED = "closed", "已办结"
    PUBLISHED = "published", "已公开"
    REJECTED = "rejected", "不予受理"
    WITHDRAWN = "withdrawn", "已撤回"


class Action(TextChoices):
    """A step. Its value is also the verb of its line in the audit log."""

    FILE = "filed", "提交举报"
    WITHDRAW = "withdrawn", "撤回举报"
    REPLY = "replied", "补充说明"
    ACCEPT = "accepted", "受理"
    REJECT = "rejected", "不予受理"
    ASK = "asked", "请举报人补充"
    HAND = "handed", "转部门办理"
    ANSWER = "answered", "部门答复"
    SEND_BACK = "sent_back", "退回部门重办"
    CLOSE = "closed", "核实办结"
    PUBLISH = "published", "公开答复"
    RETRACT = "retracted", "撤下公开"
    OPEN = "reporter_opened", "查看举报人身份"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.FILED, Action.ACCEPT): State.ACCEPTED,
    (State.FILED, Action.REJECT): State.REJECTED,
    (State.FILED, Action.ASK): State.ASKED,
    (State.FILED, Action.HAND): State.HANDED,
    (State.FILED, Action.WITHDRAW): State.WITHDRAWN,
    (State.ASKED, Action.REPLY): State.ACCEPTED,
    (State.ASKED, Action.REJECT): State.REJECTED,
    (State.ASKED, Action.HAND): State.HANDED,
    (State.ASKED, Action.CLOSE): State.CLOSED,
    (State.ASKED, Action.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Action.ASK): State.ASKED,
    (State.ACCEPTED, Action.REPLY): State.ACCEPTED,
    (State.ACCEPTED, Action.HAND): State.HANDED,
    (State.ACCEPTED, Action.CLOSE): State.CLOSED,
    (State.ACCEPTED, Action.WITHDRAW): State.WITHDRAWN,
    (State.HANDED, Action.ANSWER): State.ANSWERED,
    (State.HANDED, Action.HAND): State.HANDED,
    (State.ANSWERED, Action.SEND_BACK): State.HANDED,
    (State.ANSWERED, Action.CLOSE): State.CLOSED,
    (State.CLOSED, Action.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Action.RETRACT): State.CLOSED,
}
"""(from, step) -> to. A pair that is not here is a Conflict. Who asks has accepted; nothing leads out of the ends.

OPEN leads nowhere: it may be taken at any time, of a complaint under a name.
"""

OF_REPORTER = (Action.FILE, Action.WITHDRAW, Action.REPLY)
TOLD_TO_REPORTER = (
    *OF_REPORTER, Action.ACCEPT, Action.REJECT, Action.ASK, Action.CLOSE, Action.PUBLISH, Action.RETRACT, Action.OPEN
)  # fmt: skip
"""Steps whose words the reporter reads; of the others only that they were taken."""
TOLD_TO_DEPARTMENT = (Action.HAND, Action.ANSWER, Action.SEND_BACK)
WAITING_AT_DESK = (State.FILED, State.ACCEPTED, State.ANSWERED)
WITH_DEPARTMENT = (State.HANDED, State.ANSWERED, State.CLOSED, State.PUBLISHED)
CLOCKS: dict[State, int] = {
    State.FILED: ACCEPT_DAYS,
    State.ACCEPTED: HANDLE_DAYS,
    State.ANSWERED: VERIFY_DAYS,
}
"""Working days that begin when a state is reached; HANDED has what the office gives. Other states have no clock."""


def next_state(state: str, action: Action) -> State | None:
    """Where the step leads, None where it may not be taken."""
    return TRANSITIONS.get((State(state), action))


def plain_name(name: str) -> str:
    """A name as it is compared: without blanks, dots and the like, so that no spelling lets its bearer look in."""
    return "".join(character for character in name if character.isalnum()).lower()
