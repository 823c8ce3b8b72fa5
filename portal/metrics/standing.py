"""How things stand at the moment of the question: services, queues, connectors, the clock, the certificate.

Read anew each time. Where the database is away, what it would have told is left out and `portal_up` says so.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.guesses import count_guesses
from data_return.selectors.operation import Backlog, add_up, count_events, count_sources, list_target_backlogs
from portal.host import look_at_certificate, look_at_storage
from portal.selectors.database import get_database
from portal.selectors.operation import RECENT, get_queue, get_services
from portal.selectors.schedule import list_clockwork

Values = Iterable[tuple[str, float]]


class Standing(Collector):
    """For one answer."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        services = get_services()
        up = [("database", services.database), ("redis", services.redis), ("worker", services.worker)]
        yield _gauge("portal_up", "Whether it answers: 1 or 0.", "part", up)
        yield from _host(now)
        if services.database:
            try:
                yield from [*_database(), *_queues(now), *_sources(now), *_clockwork(), _guesses()]
            except DatabaseError:
                # It went away in between; the next question finds out.
                return


def add_standing(registry: CollectorRegistry) -> None:
    registry.register(Standing())


def _host(now: datetime) -> Iterator[Metric]:
    storage, left = look_at_storage(), look_at_certificate().days_left(now)
    room = [("free", storage.free), ("total", storage.total)]
    yield _gauge("portal_storage_bytes", "Disk that holds uploaded files.", "kind", room)
    if left is not None:
        yield GaugeMetricFamily("portal_certificate_days_left", "Days to the end of the certificate.", value=left)


def _database() -> Iterator[Metric]:
    database = get_database()
    states = database.connections.items()
    yield _gauge("portal_database_connections", "Connections of web and workers by state.", "state", states)
    limit, longest = "portal_database_connections_limit", "portal_database_longest_transaction_seconds"
    yield GaugeMetricFamily(limit, "Connections that the server allows to all.", value=database.limit)
    yield GaugeMetricFamily(longest, "Age of the longest transaction.", value=database.longest)
    yield GaugeMetricFamily("portal_database_bytes", "Size of the database.", value=database.size)


def _queues(now: datetime) -> Iterator[Metric]:
    """Jobs, outbox, events: how many wait, since when, how many are stuck (failed within a day, or refused)."""
    jobs = get_queue(now=now)
    backlogs = {
        "jobs": Backlog(jobs.waiting, jobs.failed, jobs.oldest),
        "outbox": add_up(list_target_backlogs()),
        "events": count_events(),
    }
    ages = [(name, (now - one.oldest).total_seconds() if one.oldest else 0) for name, one in backlogs.items()]
    waiting = [(name, one.waiting) for name, one in backlogs.items()]
    stuck = [(name, one.stuck) for name, one in backlogs.items()]
    yield _gauge("portal_queue_waiting", "What waits for a worker.", "queue", waiting)
    yield _gauge("portal_queue_oldest_seconds", "How long the first one has waited.", "queue", ages)
    yield _gauge("portal_queue_stuck", "What waits for a person: jobs failed in 24 h, refused pushes.", "queue", stuck)
    yield GaugeMetricFamily("portal_jobs_running", "Background jobs that a worker holds.", value=jobs.running)


def _sources(now: datetime) -> Iterator[Metric]:
    sources = count_sources(since=now - RECENT)
    states = [(name, getattr(sources, name)) for name in ("on", "running", "failing", "cut_off")]
    yield _gauge("portal_connectors", "Connectors to departments; cut_off: breaker open.", "state", states)
    failed = "portal_pull_runs_failed"
    yield GaugeMetricFamily(failed, "Runs of connectors that failed in 24 h.", value=sources.failed_runs)


def _clockwork() -> Iterator[Metric]:
    times = [(line.code, line.last.timestamp()) for line in list_clockwork() if line.last]
    yield _gauge("portal_beat_last_run_timestamp_seconds", "When beat last sent a scheduled task.", "task", times)


def _guesses() -> Metric:
    what = "Passwords that did not open in the last 15 minutes."
    return GaugeMetricFamily("portal_login_failures", what, value=count_guesses())


def _gauge(name: str, what: str, label: str, values: Values) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[label])
    for value_of, value in values:
        family.add_metric([value_of], float(value))
    return family
