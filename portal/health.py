"""Health for balancers and process managers: /healthz (the process answers), /readyz (it can work)."""

import logging
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from accounts.access import PUBLIC, access

HEARTBEAT_KEY = "portal:worker-heartbeat"
HEARTBEAT_SECONDS = 30
log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def keep_worker_heartbeat() -> None:
    """Say that a worker lives, for the next half minute. A lost Redis is no reason to stop a worker."""
    try:
        _redis().set(HEARTBEAT_KEY, 1, ex=HEARTBEAT_SECONDS)
    except RedisError:
        log.warning("heartbeat_not_kept")


def database_answers() -> bool:
    """Whether a statement comes back from PostgreSQL."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except DatabaseError:
        return False


def queue_state() -> tuple[bool, bool]:
    """Whether Redis answers, and whether a worker lived in the last half minute."""
    try:
        return True, bool(_redis().exists(HEARTBEAT_KEY))
    except RedisError:
        return False, False


@transaction.non_atomic_requests
@never_cache
@require_safe
@access(PUBLIC)
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@transaction.non_atomic_requests
@never_cache
@require_safe
@access(PUBLIC)
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when all three are up, else 503; says which one is not, never why."""
    redis, worker = queue_state()
    parts = {"database": database_answers(), "redis": redis, "worker": worker}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)
