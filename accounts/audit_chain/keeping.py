"""How long the log is kept. The database itself refuses to remove anything younger than six months."""

from django.conf import settings
from django.db import connections, transaction

from accounts.audit_chain.digests import expiry_proof
from accounts.audit_chain.sealing import AUDIT

# The first local day that is kept whole, and the last seal that holds nothing of it and nothing later.
_LIMITS = """
WITH kept AS (SELECT (now() AT TIME ZONE 'Asia/Shanghai' - make_interval(months => %s))::date AS day)
SELECT kept.day, coalesce(min(s.number) FILTER (
    WHERE s.day >= kept.day OR s.at >= kept.day::timestamp AT TIME ZONE 'Asia/Shanghai'
), max(s.number) + 1, 1) - 1
FROM kept LEFT JOIN accounts_auditseal s ON true GROUP BY kept.day
"""


def remove_expired_lines() -> int:
    """Remove whole days older than AUDIT_KEEP_MONTHS, with their seals. Returns how many lines.

    The function leaves a line with a proof: that seals are missing at the beginning is not held against the log.
    """
    with transaction.atomic(using=AUDIT), connections[AUDIT].cursor() as cursor:
        cursor.execute("SET TRANSACTION READ WRITE")
        cursor.execute(_LIMITS, [settings.AUDIT_KEEP_MONTHS])
        day, seal = cursor.fetchone()
        cursor.execute("SELECT accounts_expire_audit(%s, %s, %s)", [day, seal, expiry_proof(day, seal)])
        return int(cursor.fetchone()[0])
