"""Keyed digests of lines and seals. Pure, but for the key."""

import json
from collections.abc import Iterator
from datetime import UTC, date
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

from accounts.models import AuditEntry, AuditSeal
from accounts.sealing import blind_index

DIGEST_BYTES = 32
BEGINNING = bytes(DIGEST_BYTES)
"""What the first seal is chained to."""
LINE_FIELDS = (
    "id", "at", "user_id", "post_id", "post_role", "post_area", "action", "object_type", "object_id", "result",
    "purpose", "address", "reference", "subject_type", "subject_ids", "details",
)  # fmt: skip
"""Every column of a line. A column that is added later starts another list: sealed lines keep the one they had."""


def line_digest(line: AuditEntry) -> bytes:
    return _mac(b"line", canonical(line))


def seal_digest(seal: AuditSeal) -> bytes:
    """Digest of a whole seal; needs everything but `digest`."""
    head = [seal.number, seal.day.isoformat(), _moment(seal.at), seal.entry_ids]
    return _mac(b"seal", bytes(seal.previous) + bytes(seal.digests) + json.dumps(head).encode())


def expiry_proof(day: date, seal: int) -> str:
    """Hexadecimal; says that the retention, and nobody else, removed what lies before a day and up to a seal."""
    return _mac(b"expired", f"{day.isoformat()} {seal}".encode()).hex()


def canonical(line: AuditEntry) -> bytes:
    """The one spelling of a line: a JSON array in the order of LINE_FIELDS, times in UTC, keys sorted."""
    values = [_moment(line.at) if name == "at" else getattr(line, name) for name in LINE_FIELDS]
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digests_of(seal: AuditSeal) -> Iterator[tuple[int, bytes]]:
    """(line id, its digest) of each line of a seal."""
    packed = bytes(seal.digests)
    for place, pk in enumerate(seal.entry_ids):
        yield pk, packed[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]


def _moment(at: Any) -> str:
    return str(at.astimezone(UTC).isoformat(timespec="microseconds"))


def _mac(kind: bytes, content: bytes) -> bytes:
    mac = HMAC(_key(), SM3())
    mac.update(kind + b"\x00" + content)
    return mac.finalize()


@lru_cache(maxsize=1)
def _key() -> bytes:
    key: bytes | None = settings.AUDIT_KEY
    return key or blind_index("audit.chain", "")
