"""The door of Prometheus: for who carries METRICS_TOKEN, which opens nothing else. Without one there is no door.

A secret of its own instead of a machine's token: figures are asked for most when the database, which keeps those, is
away. The proxy in front does not pass the address on (deploy/Caddyfile).
"""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from accounts.access import PUBLIC, access
from accounts.bearer import CHALLENGE
from accounts.errors import NotFound
from accounts.problems import problem
from portal.metrics.requests import add_requests
from portal.metrics.standing import add_standing


@transaction.non_atomic_requests
@never_cache
@require_safe
@access(PUBLIC)
def metrics(request: HttpRequest) -> HttpResponse:
    """Raises NotFound where no token is set."""
    if not settings.METRICS_TOKEN:
        raise NotFound
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        answer = problem(401, "invalid_token", "监控令牌不对。请核对 METRICS_TOKEN。")
        answer["WWW-Authenticate"] = CHALLENGE
        return answer
    registry = CollectorRegistry()
    add_requests(registry)
    add_standing(registry)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
