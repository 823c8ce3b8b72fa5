"""How the ways from and to department systems run: for whoever operates the portal. Counts and faults, no rows."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min, Q

from accounts.codes import Range
from accounts.scope import limited_to
from data_return.models import Connector, DatasetEvent, PullRun, PushMessage, PushTarget
from data_return.models.pull import OPEN_AFTER

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, since when the oldest; stuck: what waits for a person's decision."""

    waiting: int = 0
    stuck: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class TargetBacklog:
    target: PushTarget
    backlog: Backlog


@dataclass(frozen=True, slots=True)
class Sources:
    """Connectors: switched on, of those running now, failing, and cut off (failing so often that they are asked only
    now and then). failed_runs: within the time that was asked for."""

    on: int
    running: int
    failing: int
    cut_off: int
    failed_runs: int


def list_target_backlogs() -> list[TargetBacklog]:
    """Every system that takes something. Two queries, and one for each district: the wall shows messages by area."""
    targets = list(PushTarget.objects.select_related("channel__department__area").order_by("name", "pk"))
    by_area: dict[Range, list[int]] = {}
    for target in targets:
        by_area.setdefault(target.channel.department.area.range, []).append(target.pk)
    found: dict[int, Backlog] = {}
    for area, ids in by_area.items():
        found |= _count_messages(area, ids)
    return [TargetBacklog(target, found.get(target.pk, Backlog())) for target in targets]


def add_up(lines: list[TargetBacklog]) -> Backlog:
    """All queues of the outbox as one."""
    oldest = [line.backlog.oldest for line in lines if line.backlog.oldest]
    return Backlog(
        waiting=sum(line.backlog.waiting for line in lines),
        stuck=sum(line.backlog.stuck for line in lines),
        oldest=min(oldest, default=None),
    )


def count_events() -> Backlog:
    """Events that departments' systems sent and that no worker has taken up."""
    waiting = DatasetEvent.objects.filter(state=DatasetEvent.State.WAITING)
    return Backlog(**waiting.aggregate(waiting=Count("pk"), oldest=Min("received_at")))


def count_sources(*, since: datetime) -> Sources:
    on = Q(is_on=True)
    counts = Connector.objects.aggregate(
        on=Count("pk", filter=on),
        running=Count("pk", filter=Q(lease__isnull=False)),
        failing=Count("pk", filter=on & Q(failures__gt=0)),
        cut_off=Count("pk", filter=on & Q(failures__gte=OPEN_AFTER)),
    )
    failed = PullRun.objects.filter(state=PullRun.State.FAILED, ended_at__gte=since)
    return Sources(**counts, failed_runs=failed.count())


def list_failing_connectors() -> list[Connector]:
    """Those that are on and whose source did not give what was asked, the longest first."""
    failing = Connector.objects.filter(is_on=True, failures__gt=0).select_related("dataset", "channel__department")
    return list(failing.order_by("failing_since", "pk")[:SHOWN])


def list_pull_runs() -> list[PullRun]:
    """Those that run, and the last that failed, the last first."""
    runs = PullRun.objects.filter(state__in=(PullRun.State.RUNNING, PullRun.State.FAILED))
    return list(runs.select_related("connector__dataset", "connector__channel__department").order_by("-pk")[:SHOWN])


def _count_messages(area: Range, targets: list[int]) -> dict[int, Backlog]:
    """Those of flows that are off wait for nobody."""
    waiting = Q(state=PushMessage.State.WAITING, flow__is_on=True)
    with transaction.atomic(), limited_to(area):
        messages = PushMessage.objects.within(area).filter(target__in=targets).order_by()
        counted = messages.values("target_id").annotate(
            waiting=Count("pk", filter=waiting),
            stuck=Count("pk", filter=Q(state=PushMessage.State.REFUSED)),
            oldest=Min("created_at", filter=waiting),
        )
        return {line.pop("target_id"): Backlog(**line) for line in counted}
