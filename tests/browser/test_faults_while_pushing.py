"""Whatever is killed with -9 while reports go to a department's system: each arrives, and is kept there once."""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from redis import Redis

from registry.seeding.districts import CHONGMING, DEMO_COMMUNITIES
from tests.browser.people import wait_for
from tests.browser.pushing import Reviewer
from tests.browser.sending import Sent, send_out
from tests.databases import manage_in
from tests.departments.json_server import Ledger, ledger_server
from tests.stack import LastingStack

pytestmark = pytest.mark.faults
MOMENTS = 50 if os.environ.get("SOAK") else 1
"""How often each of them dies."""
VICTIMS = ("worker", "beat", "redis", "postgres", "flushall")
LEASE, USUAL_LEASE = "3", "45"
"""Seconds. The short one, so that most of the time something is under way that can be interrupted."""
SUBMITTED = """
SELECT r.id, r.area_code - r.area_code %% 1000000000 FROM forms_engine_report r
WHERE r.dispatch_id = %s AND r.state = 'submitted' ORDER BY r.id
"""
OPEN = "SELECT count(*) FROM data_return_pushmessage WHERE state <> 'received'"
KEYS = "SELECT key::text FROM data_return_pushmessage ORDER BY 1"
DONE = "SELECT 1 FROM accounts_job WHERE id = %s AND state = 'done'"
COMMUNITIES = "SELECT code FROM accounts_area WHERE level = 'community' AND code BETWEEN %s AND %s ORDER BY code"


@dataclass
class Line:
    """Reports that wait for their reviewers, and where they go once accepted."""

    stack: LastingStack
    reviewer: Reviewer
    ledger: Ledger
    waiting: list[tuple[int, int]]

    def accept_one(self) -> None:
        """The next one, whatever has to be waited for."""
        report, town = self.waiting.pop(0)
        wait_for(lambda: self.reviewer.ask(do="accept", report=report, town=town), "it is accepted", seconds=60)

    def kill(self, victim: str) -> None:
        """And start it again at once, as the process manager does."""
        if victim == "flushall":
            Redis.from_url(self.stack.env["REDIS_URL"]).flushall()
        else:
            self.stack.kill(victim)
            self.stack.restart(victim)

    def use_lease(self, seconds: str) -> None:
        self.stack.env["JOB_LEASE_SECONDS"] = seconds
        self.stack.restart("worker")

    def wait_until_all_arrived(self, seconds: float) -> None:
        def settled() -> bool:
            self.stack.wait_until_ready()
            return self.stack.rows(OPEN) == [(0,)]

        wait_for(settled, "every report is received", seconds=seconds)


@pytest.fixture(scope="module")
def line(lasting_stack: LastingStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with ledger_server(tmp_path_factory.mktemp("ledger"), slow=150) as ledger:
        lasting_stack.env["OUTBOUND_HOSTS"] = ledger.url
        for name in ("worker", "beat"):
            lasting_stack.restart(name)
        sent = send_to_villages(lasting_stack)
        reviewer = Reviewer(lasting_stack)
        try:
            reviewer.ask(do="prepare", form=sent.form, url=ledger.url)
            yield Line(lasting_stack, reviewer, ledger, lasting_stack.rows(SUBMITTED, sent.dispatch))
        finally:
            reviewer.stop()


def send_to_villages(stack: LastingStack) -> Sent:
    """A report for each kill."""
    areas = list(DEMO_COMMUNITIES)
    if MOMENTS > 1:
        manage_in(stack.env, "seed", "--persons", "3000", "--processes", "1", owner=True)
        areas = [code for (code,) in stack.rows(COMMUNITIES, CHONGMING, CHONGMING + 10**12 - 1)]
    sent = send_out(stack, "推送名册", areas=areas)
    wait_for(lambda: stack.rows(DONE, sent.job), "the reports are there", seconds=120)
    return sent


def test_every_report_arrives_once_whatever_is_killed(line: Line) -> None:
    line.use_lease(LEASE)
    chosen = random.SystemRandom().sample(VICTIMS * MOMENTS, len(VICTIMS) * MOMENTS)
    for victim in chosen:
        line.accept_one()
        time.sleep(random.uniform(0, 0.5))
        line.kill(victim)
    line.wait_until_all_arrived(seconds=60)

    came = [message["key"] for message in line.ledger.came()]
    kept = sorted(row["key"] for row in line.ledger.rows())
    assert kept == sorted(set(came)) == [key for (key,) in line.stack.rows(KEYS)]
    assert len(kept) == len(chosen)
    print(f"{len(chosen)} kills while {len(kept)} reports were pushed: 0 lost, 0 doubled, {len(came)} tries")


@pytest.mark.parametrize(("victim", "seconds"), [("worker", 60), ("redis", 120)])
def test_sending_goes_on_soon_with_the_lease_of_operation(line: Line, victim: str, seconds: int) -> None:
    line.use_lease(USUAL_LEASE)
    before = len(line.ledger.came())
    line.accept_one()
    wait_for(lambda: len(line.ledger.came()) > before, "it is under way")
    line.kill(victim)
    started = time.monotonic()
    line.wait_until_all_arrived(seconds=seconds)
    print(f"{victim} killed: received {time.monotonic() - started:.0f} s after its restart")
