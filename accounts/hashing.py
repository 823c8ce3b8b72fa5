"""Password hashing: Argon2id with the parameters of OWASP, never more than a few at once.

Each hash takes 19 MiB and all of a core for some hundredths of a second: a flood of logins must fill neither the memory
nor the threads. Who finds no slot within HASHING_WAIT_SECONDS is told to try again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.errors import DomainError


class HashingBusy(DomainError):
    code = "busy"
    status = 503
    default = "现在登录的人较多,请过几秒再试一次。"
    retry_after = 5


class SlottedArgon2PasswordHasher(Argon2PasswordHasher):
    """OWASP Password Storage Cheat Sheet, 2025: m = 19 MiB, t = 2, p = 1."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with slot():
            return super().verify(password, encoded)


@contextmanager
def slot() -> Iterator[None]:
    """One of the HASHING_SLOTS of this process. Raises HashingBusy."""
    slots = _slots(settings.HASHING_SLOTS)
    if not slots.acquire(timeout=settings.HASHING_WAIT_SECONDS):
        raise HashingBusy
    try:
        yield
    finally:
        slots.release()


@lru_cache(maxsize=1)
def _slots(count: Any) -> BoundedSemaphore:
    return BoundedSemaphore(count)
