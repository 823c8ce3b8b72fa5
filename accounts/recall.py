"""What was found in the last minutes, for questions over a whole town or district: each takes a second of both cores.

In Redis, for all processes. Nothing that must be kept lives here: without Redis, whoever asks finds out for himself.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, TypeVar

from django.core.cache import caches
from redis import RedisError

from accounts.scope import what_is_told

Found = TypeVar("Found")
KEPT_SECONDS = 600
log = logging.getLogger(__name__)


class Json:
    """How `CACHES` keeps an answer. Not pickled: whoever can write into Redis must not have code run here."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, kept: bytes) -> Any:
        return json.loads(kept)


def recall(question: str, kind: type[Found], find: Callable[[], Found], *, seconds: int = KEPT_SECONDS) -> Found:
    """What `find` found for the same question seen under the same scope and grants, or finds now.

    question: all that the answer depends on but these; only its digest is kept. kind: a dataclass of numbers and texts;
    its fields are part of the question, for Redis outlives an upgrade.
    """
    shape = [kind.__qualname__, *(one.name for one in fields(kind))]  # type: ignore[arg-type]
    key = hashlib.sha256(f"{shape} {what_is_told()} {question}".encode()).hexdigest()
    kept = _get(key)
    if kept is not None:
        return kind(**kept)
    found = find()
    _set(key, asdict(found), seconds)  # type: ignore[call-overload]
    return found


def _get(key: str) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] | None = caches["shared"].get(key)
    except RedisError as error:
        log.warning("recall_unreachable", extra={"error": type(error).__name__})
        return None
    return kept


def _set(key: str, found: dict[str, Any], seconds: int) -> None:
    try:
        caches["shared"].set(key, found, seconds)
    except RedisError as error:
        log.warning("recall_unreachable", extra={"error": type(error).__name__})
