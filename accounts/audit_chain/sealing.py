"""New lines into seals, by the audit role: it may read lines and add seals, and change neither."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any

from django.db import connections, transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.timezone import localdate

from accounts.audit_chain.digests import BEGINNING, line_digest, seal_digest
from accounts.models import AuditEntry, AuditSeal

AUDIT = "audit"
LONGEST_STEP = timedelta(hours=6)
"""A line committed longer after it was written counts as slipped in. The longest import takes minutes."""
MOST_LINES = 5000
_ALONE = 5207722
# Becomes an anti join; what was sealed before `since` cannot hold a line written after it.
_NOT_IN_A_SEAL = """NOT EXISTS (
    SELECT FROM accounts_auditseal s CROSS JOIN LATERAL unnest(s.entry_ids) AS sealed(id)
    WHERE s.at >= %s AND sealed.id = accounts_auditentry.id
)"""


def seal_lines() -> AuditSeal | None:
    """Seal every line that is not sealed yet. Returns the last seal of the chain; None where there is none yet.

    Safe to call twice at once: the second one leaves.
    """
    with transaction.atomic(using=AUDIT):
        now = _begin()
        last = AuditSeal.objects.using(AUDIT).order_by("-number").first()
        if now is None:
            return last
        for day, lines in _batches(unsealed(since=last.at - LONGEST_STEP if last else None)):
            last = _seal(last, day, lines, now)
        return last


def unsealed(*, since: datetime | None) -> QuerySet[AuditEntry]:
    """Lines without a seal, those written before `since` left aside, in the order of their numbers."""
    lines = AuditEntry.objects.using(AUDIT).order_by("pk")
    if since is None:
        return lines
    fresh = RawSQL(_NOT_IN_A_SEAL, [since], BooleanField())  # noqa: S611  (constant text)
    return lines.filter(fresh, at__gte=since)


def _begin() -> datetime | None:
    """The database's time; None where somebody else is sealing. The role reads only unless it says otherwise."""
    with connections[AUDIT].cursor() as cursor:
        cursor.execute("SET TRANSACTION READ WRITE")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s), clock_timestamp()", [_ALONE])
        free, now = cursor.fetchone()
        return now if free else None


def _batches(lines: QuerySet[AuditEntry]) -> Iterator[tuple[Any, list[AuditEntry]]]:
    """(local day, at most MOST_LINES lines)."""
    for day, of_day in groupby(lines.iterator(chunk_size=MOST_LINES), key=lambda line: localdate(line.at)):
        while some := list(islice(of_day, MOST_LINES)):
            yield day, some


def _seal(last: AuditSeal | None, day: Any, lines: list[AuditEntry], now: datetime) -> AuditSeal:
    seal = AuditSeal(
        number=last.number + 1 if last else 1,
        day=day,
        at=now,
        entry_ids=[line.pk for line in lines],
        digests=b"".join(line_digest(line) for line in lines),
        previous=bytes(last.digest) if last else BEGINNING,
    )
    seal.digest = seal_digest(seal)
    seal.save(using=AUDIT, force_insert=True)
    return seal
