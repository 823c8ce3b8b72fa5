"""A run of a connector, from its lease to its end. Safe on several workers: only the holder of the lease keeps a page.

While one page is written, the next is read and prepared in a thread that never touches our database.
"""

import gc
import logging
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from django.db import InterfaceError, OperationalError

from accounts.errors import DomainError
from accounts.origin import coming_from
from data_return.channels.faults import Fault, SourceFailed
from data_return.connectors.codec import read_back, write_down
from data_return.connectors.kinds import At, Mark, Page, SourceKind, Wanted
from data_return.connectors.shaping import earlier
from data_return.models import Connector, PullRun
from data_return.models.pull import INTERNAL, NOT_ALLOWED
from data_return.pull.ending import end_run, fail_run
from data_return.pull.keeping import keep_bad_ones, keep_page
from data_return.pull.leases import LeaseLost, claim, holding, kept_alive, release
from data_return.pull.planning import Plan, make_plan
from data_return.pull.preparing import Prepared, prepare
from data_return.pull.turns import Turns
from data_return.services.channels import open_channel

Brought = tuple[Page, Prepared]
SWITCH = 0.0005
"""Seconds. With the usual 5 ms each answer of PostgreSQL would wait so long for the thread that prepares."""
COLLECT = 200_000
"""Objects made anew until Python looks for rings among them. A page makes some hundred thousand, and none is a ring."""
log = logging.getLogger(__name__)


def run_connector(connector_id: int) -> bool:
    """Whether it was this worker's to run. What goes wrong stands on the run and on the connector."""
    lease = claim(connector_id)
    if lease is None:
        return False
    try:
        _run(connector_id, lease)
    except LeaseLost:
        log.warning("lease_lost", extra={"connector": connector_id})
    else:
        release(connector_id, lease)
    return True


def _run(connector_id: int, lease: uuid.UUID) -> None:
    with holding(connector_id, lease) as (connector, actor):
        run, plan = _begin(connector), make_plan(connector, actor)
    with coming_from(reference=f"pull:{run.pk}"), kept_alive(connector_id, lease):
        try:
            _Run(connector, run, plan, lease).all()
            end_run(connector_id, run, lease)
        except SourceFailed as failed:
            fail_run(connector_id, run, lease, failed.fault, failed.retry_after or 0)
        except DomainError:
            fail_run(connector_id, run, lease, NOT_ALLOWED)
        except (LeaseLost, OperationalError, InterfaceError):
            raise  # our own database is away: whoever comes after the lease goes on
        except Exception:
            log.exception("pull_failed", extra={"connector": connector_id, "run": run.pk})
            fail_run(connector_id, run, lease, INTERNAL)


def _begin(connector: Connector) -> PullRun:
    """The run that was left half-way, else a new one."""
    run = PullRun.objects.filter(connector=connector, state=PullRun.State.RUNNING).first()
    if run is None:
        Connector.objects.filter(pk=connector.pk).update(asked=Connector.Asked.SCHEDULE)
        return PullRun.objects.create(connector=connector, asked=connector.asked, since=_where_to_begin(connector))
    if not run.fault:
        run.takeovers += 1
    elif run.fault != Fault.TOTAL_CHANGED:
        run.fault = ""
    run.save(update_fields=["takeovers", "fault"])
    return run


def _where_to_begin(connector: Connector) -> str:
    """From where everything is kept; of what is read by update time somewhat earlier."""
    if not connector.mark or not connector.reads_changes or not connector.overlap_minutes:
        return connector.mark
    time, key = read_back(connector.mark)
    before = earlier(time, connector.overlap_minutes)
    return write_down((time, key) if before == time else (before, None))


class _Run:
    def __init__(self, connector: Connector, run: PullRun, plan: Plan, lease: uuid.UUID) -> None:
        self._connector, self._run, self._plan, self._lease = connector, run, plan, lease
        self._names: tuple[str, ...] = ()
        self._came = run.came

    def all(self) -> None:
        """Each page is kept while the next one is on its way; where the source fails, all before is kept."""
        turns = Turns(self._connector.channel_id)
        opened = open_channel(self._connector.channel, turns)
        with opened as channel, _for_pages(), ThreadPoolExecutor(1, "pull") as beside, turns:
            source = self._connector.way(channel, self._connector.asks)
            self._names = source.list_fields()
            pages = self._pages(source)
            brought = turns.until(beside.submit(self._bring, pages))
            while brought is not None:
                coming = beside.submit(self._bring, pages)
                if brought[0].at is not None:
                    turns.take_ahead()
                self._keep(*brought)
                brought = turns.until(coming)

    def _bring(self, pages: Iterator[Page]) -> Brought | None:
        """The next page, ready to be kept; None after the last one. In the other thread."""
        page = next(pages, None)
        return None if page is None else (page, prepare(page, self._names, self._plan))

    def _pages(self, source: SourceKind) -> Iterator[Page]:
        at: At = read_back(self._run.at)
        since: Mark | None = read_back(self._run.since) if self._run.since else None
        wanted = self._wanted()
        while True:
            page = source.read(replace(wanted, since=since), at)
            self._check_volume(page)
            yield page
            if page.at is None:
                return
            at, since = page.at, page.mark or since

    def _wanted(self) -> Wanted:
        connector, plan = self._connector, self._plan
        if self._names and not plan.needed <= set(self._names):
            raise SourceFailed(Fault.FIELDS_GONE)
        return Wanted(
            size=connector.page_size,
            fields=tuple(name for name in self._names if name in plan.fields),
            key=connector.key_field,
            updated=connector.updated_field if connector.reads_changes else "",
        )

    def _check_volume(self, page: Page) -> None:
        self._came += page.size + len(page.broken)
        if max(self._came, page.total or 0) > self._connector.most_rows:
            raise SourceFailed(Fault.TOO_MANY_ROWS)

    def _keep(self, page: Page, prepared: Prepared) -> None:
        if prepared.bad:
            self._plan = replace(self._plan, waits=True)
        with holding(self._connector.pk, self._lease) as (connector, actor):
            if prepared.is_mostly_bad:
                keep_bad_ones(actor=actor, connector=connector, prepared=prepared)
            else:
                self._note_total(page)
                keep_page(actor=actor, connector=connector, run=self._run, page=page, prepared=prepared)
        if prepared.is_mostly_bad:
            raise SourceFailed(Fault.MOSTLY_BAD)

    def _note_total(self, page: Page) -> None:
        if self._run.total is None:
            self._run.total = page.total
        elif page.total is not None and page.total != self._run.total:
            self._run.fault = Fault.TOTAL_CHANGED


@contextmanager
def _for_pages() -> Iterator[None]:
    """Threads of this process take turns more often and Python collects less often, until the block ends."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(COLLECT, *threshold[1:])
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)
