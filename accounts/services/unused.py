"""Accounts without a login for long (长期未用): suspended by the schedule."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import record_system
from accounts.models import AccountChange, User
from accounts.roles import Role

_SUSPEND = """
WITH keeper AS (
    SELECT u.id FROM accounts_user u JOIN accounts_post p ON p.user_id = u.id
    WHERE u.is_active AND p.is_active AND p.role = %(security)s
      AND coalesce(p.valid_from, %(today)s) <= %(today)s AND coalesce(p.valid_until, %(today)s) >= %(today)s
    ORDER BY greatest(u.last_login, u.in_use_since) DESC, u.id LIMIT 1
), closed AS (
    UPDATE accounts_user SET is_active = false, suspension = %(unused)s
    WHERE is_active AND greatest(last_login, in_use_since) < %(before)s
      AND id NOT IN (SELECT id FROM keeper)
    RETURNING id
)
INSERT INTO accounts_accountchange (user_id, kind, moved, at)
SELECT id, %(kind)s, '{}', %(now)s FROM closed ORDER BY id RETURNING user_id
"""


@transaction.atomic
def suspend_unused_accounts() -> list[int]:
    """Close every account without a login for UNUSED_ACCOUNT_DAYS, each with an audit line. Safe to repeat.

    The security administrator who was here last stays: somebody must be able to open the others. Returns user ids.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _SUSPEND,
            {
                "security": Role.SECURITY_ADMIN,
                "today": timezone.localdate(now),
                "before": now - timedelta(days=settings.UNUSED_ACCOUNT_DAYS),
                "unused": User.Suspension.UNUSED,
                "kind": AccountChange.Kind.UNUSED,
                "now": now,
            },
        )
        closed = [user_id for (user_id,) in cursor.fetchall()]
    for user_id in closed:
        record_system("account.unused", user=user_id, days=settings.UNUSED_ACCOUNT_DAYS)
    return closed
