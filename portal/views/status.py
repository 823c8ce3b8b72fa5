"""How the system runs (运行状态), for the system administrator: services at a glance, tasks one by one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.htmx import go
from accounts.notices import tell
from accounts.services.jobs import retry_job, stop_job
from data_return.selectors.operation import (
    add_up,
    count_events,
    count_sources,
    list_failing_connectors,
    list_pull_runs,
    list_target_backlogs,
)
from portal.host import look_at_certificate, look_at_storage
from portal.selectors.database import get_database
from portal.selectors.operation import RECENT, get_queue, get_services
from portal.selectors.schedule import last_beat, list_clockwork
from portal.selectors.tasks import list_failed_jobs, list_open_jobs


@access(rights.OPERATE)
@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    now, certificate, clockwork = timezone.now(), look_at_certificate(), list_clockwork()
    context = {
        "now": now,
        "services": get_services(),
        "database": get_database(),
        "last_beat": last_beat(clockwork),
        "late": sum(line.late for line in clockwork),
        "storage": look_at_storage(),
        "certificate": certificate,
        "certificate_days": certificate.days_left(now),
        "certificate_is_well": certificate.is_well(now),
        "queue": get_queue(now=now),
        "outbox": add_up(list_target_backlogs()),
        "events": count_events(),
        "sources": count_sources(since=now - RECENT),
    }
    return render(request, "portal/status.html", context)


@access(rights.OPERATE)
@never_cache
@require_safe
def status_tasks(request: HttpRequest) -> HttpResponse:
    """Jobs, runs of connectors, pushes, events and the schedule on one page."""
    context = {
        "now": timezone.now(),
        "open_jobs": list_open_jobs(),
        "failed_jobs": list_failed_jobs(),
        "connectors": list_failing_connectors(),
        "runs": list_pull_runs(),
        "targets": list_target_backlogs(),
        "events": count_events(),
        "clockwork": list_clockwork(),
    }
    return render(request, "portal/status_tasks.html", context)


@access(rights.OPERATE)
@require_POST
def status_task_retry(request: HttpRequest, pk: int) -> HttpResponse:
    retry_job(actor=actor_of(request), pk=pk)
    tell(request, f"任务 {pk} 已重新排队。")
    return go(request, "portal:status_tasks")


@access(rights.OPERATE)
@require_POST
def status_task_stop(request: HttpRequest, pk: int) -> HttpResponse:
    stop_job(actor=actor_of(request), pk=pk)
    tell(request, f"任务 {pk} 已停止。")
    return go(request, "portal:status_tasks")
