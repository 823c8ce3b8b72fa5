"""How the system runs (运行状态), for the system administrator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access
from portal.selectors.operation import get_queue, get_services, list_failed_jobs


@access(rights.OPERATE)
@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {"now": now, "services": get_services(), "queue": get_queue(now=now), "failed": list_failed_jobs()}
    return render(request, "portal/status.html", context)
