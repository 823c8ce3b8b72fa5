"""What a process found in the last minutes, for questions over a whole district: each takes a second of both cores.

Nothing that must be shared lives here: another process asks for itself, and a restart forgets all.
"""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from accounts.scope import what_is_told

Found = TypeVar("Found")
KEPT_SECONDS = 600


def recall(question: str, find: Callable[[], Found], *, seconds: int = KEPT_SECONDS) -> Found:
    """What `find` found for the same question seen under the same scope and grants, or finds now.

    question: all that the answer depends on but these; only its digest is kept. Answers are never None.
    """
    key = hashlib.sha256(f"{what_is_told()} {question}".encode()).hexdigest()
    found: Found | None = cache.get(key)
    if found is None:
        found = find()
        cache.set(key, found, seconds)
    return found
