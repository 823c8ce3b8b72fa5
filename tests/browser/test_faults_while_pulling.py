"""Whatever is killed with -9 while a department's data come in: each row is there once, as the source has it."""

import json
import os
import random
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from redis import Redis

from portal.places import ROOT
from tests.browser.people import wait_for
from tests.data_return.test_take_events import EVENT, TYPE, sign
from tests.departments.raw import Peer, raw_server
from tests.factories import make_id_number
from tests.stack import LastingStack

pytestmark = pytest.mark.faults
MOMENTS = 50 if os.environ.get("SOAK") else 1
"""How often each of them dies."""
VICTIMS = ("worker", "beat", "redis", "postgres", "flushall")
LEASE, USUAL_LEASE = "3", "45"
"""Seconds. The short one, so that most of the time something is under way that can be interrupted."""
NEW, CHANGED, SLOW = 40, 10, 0.1
"""Rows that come and rows that change before each kill; seconds that the source takes for a page."""
BEHIND = 10 * (NEW + CHANGED)
"""Rows that may be missing at the next kill, as ten kills bring them; more is waited for, a minute at most."""
KEPT = "SELECT values->>'person.name', values->>'person.phone' FROM data_return_returnedrecord ORDER BY id"
KEYS = "SELECT count(*), count(DISTINCT source_key) FROM data_return_returnedrecord"
RUNNING = "SELECT 1 FROM data_return_pullrun WHERE state = 'running' AND pages > 0 AND id > %s"
RUNS = "SELECT id, state, written, takeovers FROM data_return_pullrun ORDER BY id"


@dataclass
class Ledger:
    """The source, which is the judge: what it has is what must be kept."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    _clock: Any = field(default_factory=count)

    def __call__(self, peer: Peer) -> None:
        """From a time on, in the order of time and number, page by page."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(peer.path).query).items()}
        time.sleep(SLOW)
        found = [one for one in list(self.rows.values()) if one["updated"] >= asked.get("since", "")]
        found.sort(key=lambda one: (one["updated"], one["id"]))
        size = int(asked["size"])
        start = (int(asked["page"]) - 1) * size
        peer.answer(json.dumps({"rows": found[start : start + size]}).encode())

    def goes_on(self) -> None:
        """Some come, some change."""
        for _ in range(NEW):
            n = len(self.rows) + 1
            born = date(1940, 1, 1) + timedelta(days=n // 500)  # a day has a thousand numbers
            self.rows[n] = {"id": n, "card": make_id_number(born), "name": f"居民{n}", **self._news()}
        for n in random.sample(sorted(self.rows), CHANGED):
            self.rows[n] = self.rows[n] | self._news()

    def _news(self) -> dict[str, str]:
        n = next(self._clock)
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n // 3)
        return {"phone": f"139{n:08d}", "updated": moment.isoformat()}


@dataclass
class Pulled:
    stack: LastingStack
    ledger: Ledger
    door: dict[str, str]

    def say_changed(self) -> None:
        """A signed event, sent until it is taken, as a department's system does."""
        body = json.dumps(EVENT | {"id": str(uuid.uuid4())}).encode()

        def sent() -> bool:
            stamp = str(int(time.time()))
            signed = {"Webhook-Timestamp": stamp, "Webhook-Signature": sign(self.door["secret"], stamp, body)}
            try:
                answer = requests.post(
                    self.stack.url + self.door["path"], data=body, headers=signed | {"Content-Type": TYPE}, timeout=10
                )
            except requests.RequestException:
                return False
            return answer.status_code in (202, 409)

        wait_for(sent, "the event is taken", seconds=60)

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

    def wait_until_all_is_there(self, seconds: float, but: int = 0) -> None:
        """but: rows that may be missing, or not changed yet."""

        def there() -> bool:
            self.stack.wait_until_ready()
            kept = Counter(self.stack.rows(KEPT))
            return (Counter(self.told()) - kept).total() <= but and (but > 0 or kept == Counter(self.told()))

        wait_for(there, f"all that the source has is kept, but {but}", seconds=seconds)

    def told(self) -> list[tuple[str, str]]:
        return [(one["name"], one["phone"]) for one in self.ledger.rows.values()]

    def runs(self) -> list[tuple[Any, ...]]:
        return self.stack.rows(RUNS)


@pytest.fixture(scope="module")
def pulled(lasting_stack: LastingStack) -> Iterator[Pulled]:
    ledger = Ledger()
    with raw_server(ledger) as url:
        lasting_stack.env["OUTBOUND_HOSTS"] = url
        for name in ("worker", "beat"):
            lasting_stack.restart(name)
        program = [sys.executable, "-m", "tests.browser.pulling", url]
        made = subprocess.run(program, env=lasting_stack.env, cwd=ROOT, capture_output=True, text=True, check=True)
        yield Pulled(lasting_stack, ledger, json.loads(made.stdout.splitlines()[-1]))


def test_every_row_is_there_once_whatever_is_killed(pulled: Pulled) -> None:
    pulled.use_lease(LEASE)
    chosen = random.SystemRandom().sample(VICTIMS * MOMENTS, len(VICTIMS) * MOMENTS)
    for victim in chosen:
        pulled.wait_until_all_is_there(seconds=60, but=BEHIND)
        pulled.ledger.goes_on()
        pulled.say_changed()
        time.sleep(random.uniform(0, 1.5))
        pulled.kill(victim)
    pulled.wait_until_all_is_there(seconds=60)
    assert pulled.stack.rows(KEYS) == [(len(pulled.ledger.rows),) * 2]

    interrupted = sum(takeovers for *_, takeovers in pulled.runs())
    print(
        f"{len(chosen)} kills while {len(pulled.ledger.rows)} rows were pulled: 0 lost, 0 doubled, "
        f"{len(pulled.runs())} runs, {interrupted} taken over"
    )


def test_after_all_that_one_more_run_changes_nothing(pulled: Pulled) -> None:
    before = pulled.stack.rows(KEPT)
    wait_for(lambda: all(state != "running" for _, state, *_ in pulled.runs()), "it is quiet", seconds=60)
    ((last, *_),) = pulled.runs()[-1:]
    pulled.say_changed()
    wait_for(lambda: pulled.runs()[-1][:2] > (last, "done"), "it runs once more", seconds=60)
    wait_for(lambda: pulled.runs()[-1][1] == "done", "it ends", seconds=60)
    assert [written for pk, _, written, _ in pulled.runs() if pk > last] == [0]
    assert pulled.stack.rows(KEPT) == before


@pytest.mark.parametrize("victim", ["worker", "redis"])
def test_pulling_goes_on_soon_with_the_lease_of_operation(pulled: Pulled, victim: str) -> None:
    pulled.use_lease(USUAL_LEASE)
    ((last, *_),) = pulled.runs()[-1:]
    for _ in range(3):
        pulled.ledger.goes_on()
    pulled.say_changed()
    wait_for(lambda: pulled.stack.rows(RUNNING, last), "a run is under way", seconds=60)
    pulled.kill(victim)
    started = time.monotonic()
    pulled.wait_until_all_is_there(seconds=60)
    print(f"{victim} killed: all is there {time.monotonic() - started:.0f} s after its restart")
