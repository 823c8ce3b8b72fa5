"""Every line against its seal, every seal against the one before."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.timezone import localdate

from accounts.audit_chain.digests import BEGINNING, digests_of, expiry_proof, line_digest, seal_digest
from accounts.audit_chain.sealing import AUDIT, LONGEST_STEP
from accounts.local_days import midnight
from accounts.models import AuditEntry, AuditSeal

EXPIRED = "audit.expired"
_NOT_SEALED_FOR = """NOT EXISTS (
    SELECT FROM accounts_auditseal s CROSS JOIN LATERAL unnest(s.entry_ids) AS sealed(id)
    WHERE s.day = %s AND sealed.id = accounts_auditentry.id
)"""


class Fault(StrEnum):
    CHANGED = "内容被改过"
    MISSING = "被删除"
    INSERTED = "是事后插入的"
    SEAL_CHANGED = "封存记录被改过"
    SEAL_MISSING = "前面缺少封存记录"
    ANCHOR_LOST = "与外部留存的封存摘要不符"


@dataclass(frozen=True, slots=True)
class Problem:
    """pk: of the line, or the number of the seal."""

    fault: Fault
    pk: int

    def __str__(self) -> str:
        what = "封存" if self.fault in (Fault.SEAL_CHANGED, Fault.SEAL_MISSING, Fault.ANCHOR_LOST) else "记录"
        return f"{what} {self.pk} {self.fault}"


@dataclass(slots=True)
class Findings:
    """lines: how many were compared. waiting: written, not sealed yet. last: the newest seal that was looked at."""

    lines: int = 0
    waiting: int = 0
    problems: list[Problem] = field(default_factory=list)
    last: AuditSeal | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A seal as it was noted outside of the database: shows that the end of the chain was not cut off."""

    number: int
    digest: bytes


def verify_log(*, day: date | None = None, anchor: Anchor | None = None) -> Findings:
    """Compare everything, or the lines of one local day. Reads as the audit role; changes nothing."""
    found = Findings()
    start, before = _beginning(), None
    seals = AuditSeal.objects.using(AUDIT).order_by("number")
    for seal in seals.filter(day=day) if day else seals.iterator(chunk_size=50):
        found.problems += _check_link(seal, before, start)
        if start.day is None or seal.day >= start.day:
            found.problems += _check_lines(seal)
            found.lines += len(seal.entry_ids)
        before = found.last = seal
    _look_for_unsealed(found, day, start)
    if anchor is not None:
        found.problems += _check_anchor(anchor)
    return found


@dataclass(frozen=True, slots=True)
class _Start:
    """What the retention left: the first day that is kept whole, and the last seal that was removed with its lines."""

    day: date | None = None
    seal: int = 0


def _beginning() -> _Start:
    """Told by the last line of the retention whose proof is right: anybody may write a line, nobody else a proof."""
    for line in AuditEntry.objects.using(AUDIT).filter(action=EXPIRED).order_by("-pk"):
        day, seal = date.fromisoformat(line.details["before"]), int(line.details["seal"])
        if hmac.compare_digest(line.details.get("proof", ""), expiry_proof(day, seal)):
            return _Start(day, seal)
    return _Start()


def _check_link(seal: AuditSeal, before: AuditSeal | None, start: _Start) -> Iterator[Problem]:
    if bytes(seal.digest) != seal_digest(seal):
        yield Problem(Fault.SEAL_CHANGED, seal.number)
    if seal.number == start.seal + 1:
        if start.seal == 0 and bytes(seal.previous) != BEGINNING:
            yield Problem(Fault.SEAL_MISSING, seal.number)
        return
    if before is None or before.number != seal.number - 1:
        before = AuditSeal.objects.using(AUDIT).filter(number=seal.number - 1).first()
    if before is None or bytes(before.digest) != bytes(seal.previous):
        yield Problem(Fault.SEAL_MISSING, seal.number)


def _check_lines(seal: AuditSeal) -> Iterator[Problem]:
    lines = AuditEntry.objects.using(AUDIT).in_bulk(seal.entry_ids)
    for pk, digest in digests_of(seal):
        line = lines.get(pk)
        if line is None:
            yield Problem(Fault.MISSING, pk)
        elif line_digest(line) != digest:
            yield Problem(Fault.CHANGED, pk)


def _look_for_unsealed(found: Findings, day: date | None, start: _Start) -> None:
    """A line that no seal of its day holds: still waiting if it is young, else slipped in."""
    newest = AuditSeal.objects.using(AUDIT).order_by("-number").first()
    sealed_until = newest.at - LONGEST_STEP if newest else None
    for one in [day] if day else _days(start.day):
        for pk, at in _unsealed_on(one):
            if sealed_until is None or at >= sealed_until:
                found.waiting += 1
            else:
                found.problems.append(Problem(Fault.INSERTED, pk))


def _days(first: date | None) -> Iterator[date]:
    """Local days from the oldest line to the newest."""
    lines = AuditEntry.objects.using(AUDIT)
    oldest = lines.order_by("at").values_list("at", flat=True).first()
    newest = lines.order_by("-at").values_list("at", flat=True).first()
    if oldest is None or newest is None:
        return
    day = max(localdate(oldest), first) if first else localdate(oldest)
    while day <= localdate(newest):
        yield day
        day += timedelta(days=1)


def _unsealed_on(day: date) -> list[tuple[int, datetime]]:
    unsealed = RawSQL(_NOT_SEALED_FOR, [day], BooleanField())  # noqa: S611  (constant text)
    lines = AuditEntry.objects.using(AUDIT).filter(
        unsealed, at__gte=midnight(day), at__lt=midnight(day + timedelta(days=1))
    )
    return list(lines.order_by("pk").values_list("pk", "at"))


def _check_anchor(anchor: Anchor) -> Iterator[Problem]:
    seal = AuditSeal.objects.using(AUDIT).filter(number=anchor.number).first()
    if seal is None or bytes(seal.digest) != anchor.digest:
        yield Problem(Fault.ANCHOR_LOST, anchor.number)
