"""What stands out in the audit log: counts per day and action, and signs of misuse. Reads as the audit role."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connections
from django.db.models import Count
from django.db.models.functions import TruncDate

from accounts.audit_reading import AUDIT
from accounts.local_days import midnight
from accounts.models import AuditEntry, User

DAYS = 7
MOST_SIGNS = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """percent: of the largest."""

    name: Any
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Sign:
    """kind: key of SIGNS. who: user or address. count: what was counted, on `day`."""

    kind: str
    day: date
    user: str
    count: int


_TAKEN = "(action LIKE '%%.exported' OR action IN ('export.started', 'export.downloaded', 'audit.export_downloaded'))"
# (least count that is shown, condition, what is counted). Night: 22 to 6, local time.
SIGNS: dict[str, tuple[int, str, str]] = {
    "refusals": (20, "result = 'refused' AND user_id IS NOT NULL", "count(*)"),
    "unmaskings": (10, "action LIKE '%%.unmasked'", "count(*)"),
    "night_exports": (
        1,
        f"{_TAKEN} AND extract(hour FROM at AT TIME ZONE 'Asia/Shanghai' + interval '2 hours') < 8",
        "count(*)",
    ),
    "many_residents": (3000, "subject_type = 'registry.person'", "sum(cardinality(subject_ids))"),
}
_COUNT_SIGNS = """
SELECT (at AT TIME ZONE 'Asia/Shanghai')::date, user_id, {counted} FROM accounts_auditentry
WHERE at >= %s AND {condition} GROUP BY 1, 2 HAVING {counted} >= %s ORDER BY 1 DESC, 3 DESC LIMIT %s
"""


def count_by_day(*, today: date) -> list[Counted]:
    """Lines of each of the last DAYS days, today first."""
    lines = _recent(today).annotate(day=TruncDate("at")).values_list("day").annotate(count=Count("pk"))
    counts: dict[date, int] = dict(lines.order_by())
    days = [today - timedelta(days=back) for back in range(DAYS)]
    return _in_proportion([(day, counts.get(day, 0)) for day in days])


def count_by_action(*, today: date) -> list[Counted]:
    """Lines of the last DAYS days by action, the most frequent first."""
    lines = _recent(today).values_list("action").annotate(count=Count("pk")).order_by("-count", "action")
    return _in_proportion(list(lines))


def list_signs(*, today: date) -> list[Sign]:
    """Signs of misuse of the last DAYS days, the newest first: something to ask about, no verdict."""
    since = midnight(today - timedelta(days=DAYS - 1))
    found: list[tuple[str, date, int | None, int]] = []
    with connections[AUDIT].cursor() as cursor:
        for kind, (least, condition, counted) in SIGNS.items():
            cursor.execute(_COUNT_SIGNS.format(counted=counted, condition=condition), [since, least, MOST_SIGNS])
            found += [(kind, *row) for row in cursor.fetchall()]
    users = User.objects.using(AUDIT).filter(pk__in={user for _, _, user, _ in found if user})
    names = dict(users.values_list("pk", "username"))
    signs = [Sign(kind, day, names.get(user or 0, ""), count) for kind, day, user, count in found]
    return sorted(signs, key=lambda sign: sign.day, reverse=True)


def _recent(today: date) -> Any:
    since, until = midnight(today - timedelta(days=DAYS - 1)), midnight(today + timedelta(days=1))
    return AuditEntry.objects.using(AUDIT).filter(at__gte=since, at__lt=until)


def _in_proportion(counts: list[tuple[Any, int]]) -> list[Counted]:
    largest = max((count for _, count in counts), default=0) or 1
    return [Counted(name, count, 100 * count // largest) for name, count in counts]
