"""What a process found in the last minutes, for questions over a whole district: each takes a second of both cores.

Nothing that must be shared lives here: another process asks for itself, and a restart forgets all.
"""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import connection

Found = TypeVar("Found")
KEPT_SECONDS = 600


def recall(question: str, find: Callable[[], Found], *, seconds: int = KEPT_SECONDS) -> Found:
    """What `find` found for the same question seen through the same scope, or finds now.

    question: all that the answer depends on but the scope; only its digest is kept. Answers are never None.
    """
    seen = f"{getattr(connection, 'portal_scope', None)} {question}"
    key = hashlib.sha256(seen.encode()).hexdigest()
    found: Found | None = cache.get(key)
    if found is None:
        found = find()
        cache.set(key, found, seconds)
    return found
