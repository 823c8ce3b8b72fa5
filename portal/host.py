"""What the portal stands on outside of the database: room for files, and the certificate that browsers are shown."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from django.conf import settings

LITTLE_ROOM = 10
"""Percent of the disk left, below which somebody should look."""
SOON = 30
"""Days to the end of the certificate, from which on somebody should ask for another: authorities take their time."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Where uploaded files lie. free, total: bytes; 0 of 0 where the folder cannot be reached."""

    free: int
    total: int
    writable: bool

    @property
    def percent_free(self) -> int:
        return self.free * 100 // self.total if self.total else 0

    @property
    def is_well(self) -> bool:
        return self.writable and self.percent_free >= LITTLE_ROOM


@dataclass(frozen=True, slots=True)
class Certificate:
    """given: CERTIFICATE_FILE names one. until: its last moment; None where the file cannot be read."""

    given: bool
    until: datetime | None = None

    def days_left(self, now: datetime) -> int | None:
        """Whole days; below 0 when it has ended."""
        return (self.until - now).days if self.until else None

    def is_well(self, now: datetime) -> bool:
        left = self.days_left(now)
        return left is not None and left >= SOON


def look_at_storage() -> Storage:
    """Before the first upload the folder is not there yet: then it is where it will be made."""
    wanted = Path(settings.MEDIA_ROOT).absolute()
    folder = next(one for one in (wanted, *wanted.parents) if one.exists())
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return Storage(free=0, total=0, writable=False)
    return Storage(free=usage.free, total=usage.total, writable=os.access(folder, os.W_OK))


def look_at_certificate() -> Certificate:
    """The first one in the file, which is the server's own; those of its authority may follow."""
    if not settings.CERTIFICATE_FILE:
        return Certificate(given=False)
    try:
        read = x509.load_pem_x509_certificates(Path(settings.CERTIFICATE_FILE).read_bytes())
    except (OSError, ValueError):
        return Certificate(given=True)
    return Certificate(given=True, until=read[0].not_valid_after_utc)
