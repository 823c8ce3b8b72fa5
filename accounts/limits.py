"""Limits (限量): how often, and how much, one user may search, export, unmask or import.

Each limit is a token bucket of `amount` units that fills up again over its window (settings.LIMITS). It is kept as one
time per payer and kind, "paid until": spending moves it ahead, and it may not lie further ahead than the window (the
generic cell rate algorithm, ITU-T I.371). One statement checks and takes, so two requests at once cannot both have the
last unit. It lives in PostgreSQL: Redis may be lost, and a limit with it would be no limit.

A step spends inside its own transaction. A refusal takes nothing, so its rollback changes nothing; a step that breaks
gets back what it paid, having handed nothing out. What costs work before it can be refused is therefore counted first.
"""

from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.errors import DomainError
from accounts.models.limits import Spending

SEARCH, EXPORT, UNMASK, IMPORT, COUNT, TOKEN = "search", "export", "unmask", "import", "count", "token"
EVENT, SIGN_ON = "event", "sign_on"
ROWS_PER_UNIT = 1000
NAMES = {
    SEARCH: "查找",
    EXPORT: "导出",
    UNMASK: "查看完整信息",
    IMPORT: "导入",
    COUNT: "试算",
    TOKEN: "获取令牌",
    EVENT: "通知",
    SIGN_ON: "单点登录",
}

_SPEND = """
INSERT INTO accounts_spending AS kept (payer, what, paid_until)
VALUES (%(payer)s, %(what)s, statement_timestamp() + %(price)s)
ON CONFLICT (payer, what) DO UPDATE
SET paid_until = greatest(kept.paid_until, statement_timestamp()) + %(price)s
WHERE greatest(kept.paid_until, statement_timestamp()) + %(price)s <= statement_timestamp() + %(window)s
RETURNING 1
"""
_WAIT = """
SELECT paid_until + %(price)s - statement_timestamp() - %(window)s
FROM accounts_spending WHERE payer = %(payer)s AND what = %(what)s
"""


class TooMany(DomainError):
    """The limit is used up. retry_after: seconds until the same step fits again."""

    code = "too_many"
    status = 429

    def __init__(self, what: str, wait: timedelta) -> None:
        self.what = what
        super().__init__(f"{NAMES.get(what, '操作')}得太频繁,已暂停。请在{_in_words(wait)}后再试。")
        self.retry_after = max(1, ceil(wait.total_seconds()))


def spend(actor: Actor, what: str, cost: int = 1) -> None:
    """Take `cost` units of the user's limit, whatever post he is in. what: a key of settings.LIMITS. Raises TooMany."""
    _spend(f"user:{actor.user_id}", what, cost)


def spend_from(address: str, what: str, cost: int = 1) -> None:
    """The same for a door that anybody may knock at: the limit belongs to the client's address."""
    _spend(f"address:{address}", what, cost)


def spend_by_client(client_id: int, what: str, cost: int = 1) -> None:
    """The same for a connected system that has not proved yet who it is. client_id: primary key."""
    _spend(f"client:{client_id}", what, cost)


def spend_at_door(door_id: int, what: str, cost: int = 1) -> None:
    """The same for events of a department's system, which have proved who sent them. door_id: primary key."""
    _spend(f"door:{door_id}", what, cost)


def rows_cost(rows: int) -> int:
    """Units of an export: one for asking, one for each thousand rows."""
    return 1 + rows // ROWS_PER_UNIT


def forget_spendings() -> int:
    """Delete what is worked off long ago. Returns how many."""
    return Spending.objects.filter(paid_until__lt=now() - timedelta(days=1)).delete()[0]


def _spend(payer: str, what: str, cost: int) -> None:
    amount, seconds = settings.LIMITS[what]
    window = timedelta(seconds=seconds)
    # What is dearer than the whole limit takes all of it: it passes once, when nothing else was spent.
    given: dict[str, Any] = {
        "payer": payer,
        "what": what,
        "window": window,
        "price": window * min(cost, amount) / amount,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, given)
        if cursor.fetchone() is None:
            cursor.execute(_WAIT, given)
            raise TooMany(what, cursor.fetchone()[0])


def _in_words(wait: timedelta) -> str:
    seconds = max(1, ceil(wait.total_seconds()))
    if seconds < 90:
        return f" {seconds} 秒"
    minutes = ceil(seconds / 60)
    return f" {minutes} 分钟" if minutes < 90 else f" {ceil(minutes / 60)} 小时"
