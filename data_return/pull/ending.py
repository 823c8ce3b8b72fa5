"""What becomes of a run at its end: whether it was whole, what is deleted for that, and when the next one is due."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Subquery
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import district_of
from data_return.channels.faults import Fault, SourceFailed
from data_return.models import Connector, Dataset, PullRun, PullSeen
from data_return.models.pull import INTERNAL
from data_return.pull.keeping import SHORT
from data_return.pull.leases import holding
from data_return.pull.schedule import next_time, pause_after, time_after
from data_return.selectors.datasets import list_items
from data_return.services.writing import open_writing
from data_return.storing import count_quality

GOES_ON = {Fault.UNREACHABLE, Fault.TIMED_OUT, Fault.TOO_SLOW, Fault.RESET, Fault.RATE_LIMITED, Fault.SERVER_ERROR}
"""After these a run goes on where it was; after others it begins anew, from what all runs have kept."""
MOST_FAILURES = 8
"""One after another, before a run is given up and begun anew."""
_UNHEARD = f"""
dataset_id = %(dataset)s AND district = %(district)s AND NOT EXISTS (
  SELECT FROM data_return_pullseen s WHERE s.run_id = %(run)s AND s.key = {SHORT.format(key="r.source_key")})
"""  # noqa: S608  (our own names)
KEPT = timedelta(days=180)
State = PullRun.State


def end_run(connector_id: int, run: PullRun, lease: uuid.UUID) -> None:
    """All pages are kept. Raises SourceFailed where what was read cannot be all."""
    _check_whole(run)
    with holding(connector_id, lease) as (connector, actor):
        open_writing(actor=actor, dataset=connector.dataset)
        if _tells_deletions(connector, run):
            run.gone += _delete_unheard(actor, connector, run)
        _close(run, State.DONE, "")
        changed: dict[str, Any] = {"failures": 0, "failing_since": None, "fault": "", "drift": run.drift}
        Connector.objects.filter(pk=connector.pk).update(due_at=time_after(connector, run), **changed)
        figures = {"quality": _count(connector)} if run.written or run.gone else {}
        Dataset.objects.filter(pk=connector.dataset_id).update(loaded_at=now(), **figures)
        record(actor, "pull.done", connector, run=run.pk, came=run.came, written=run.written, gone=run.gone)


def fail_run(connector_id: int, run: PullRun, lease: uuid.UUID, fault: str, retry_after: int = 0) -> None:
    """It goes on after a pause, or is given up; what is kept of it stays."""
    with holding(connector_id, lease) as (connector, actor):
        failures = connector.failures + 1
        passes = fault == INTERNAL or (fault in Fault.values and Fault(fault).passes)
        if fault in GOES_ON and failures < MOST_FAILURES:
            PullRun.objects.filter(pk=run.pk).update(fault=fault)
        else:
            _close(run, State.FAILED, fault)
        due_at = next_time(connector) if fault != Fault.TOO_MANY_ROWS else None
        if passes:
            due_at = now() + max(pause_after(failures), timedelta(seconds=retry_after))
        since = connector.failing_since or now()
        drift = {"drift": run.drift} if run.drift else {}
        Connector.objects.filter(pk=connector.pk).update(
            failures=F("failures") + 1, fault=fault, failing_since=since, due_at=due_at, **drift
        )
        record(actor, "pull.failed", connector, result="failed", run=run.pk, fault=fault)


def _count(connector: Connector) -> dict[str, Any]:
    items = list_items(connector.dataset.live) if connector.dataset.live else []
    return count_quality(connector.dataset_id, [item.code for item in items])


def forget_runs() -> int:
    """Delete records of runs that ended long ago, not the last one of a connector. Returns how many."""
    last = PullRun.objects.filter(connector=OuterRef("connector")).order_by("-pk").values("pk")[:1]
    old = PullRun.objects.filter(ended_at__lt=now() - KEPT).exclude(pk=Subquery(last))
    return old.delete()[0]


def _check_whole(run: PullRun) -> None:
    if run.fault == Fault.TOTAL_CHANGED:
        raise SourceFailed(Fault.TOTAL_CHANGED)
    if run.is_whole and run.total is not None and run.came != run.total:
        raise SourceFailed(Fault.PAGE_MISSING if run.came < run.total else Fault.TOTAL_CHANGED)


def _tells_deletions(connector: Connector, run: PullRun) -> bool:
    """Only a list that is surely all there is tells that who is not on it is gone."""
    if connector.deletes != Connector.Deletes.WHOLE or not run.is_whole or run.nameless or run.doubled:
        return False
    return run.total is not None or run.pages == 1 or connector.way.at_once


def _delete_unheard(actor: Actor, connector: Connector, run: PullRun) -> int:
    """Raises SourceFailed(TOO_MANY_GONE)."""
    given = {"dataset": connector.dataset_id, "district": district_of(actor.area_code), "run": run.pk}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM data_return_returnedrecord r WHERE {_UNHEARD}", given)  # noqa: S608
        (count,) = cursor.fetchone()
        if count > connector.most_gone or (count and not run.came):
            raise SourceFailed(Fault.TOO_MANY_GONE)
        if count:
            cursor.execute(f"DELETE FROM data_return_returnedrecord r WHERE {_UNHEARD}", given)  # noqa: S608
    return int(count)


def _close(run: PullRun, state: State, fault: str) -> None:
    run.state, run.fault, run.ended_at = state, fault, now()
    run.save(update_fields=["state", "fault", "ended_at", "gone"])
    PullSeen.objects.filter(run=run).delete()
