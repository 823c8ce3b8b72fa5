"""The made-up workers, by locust. usage, in its own environment: python -m bench.load.users PLAN RECORD

Each logs in for real, then thinks 5 to 15 seconds between two steps: long enough to read a page or type an answer. A
person who fills in forms rarely takes less for a step over a whole working day, so 200 such users are 200 at work at
the same moment, about one step each ten seconds; opening the grid alone is five requests. Who is told to come back
later does so after the seconds that Retry-After names. Steps are drawn so that of all requests about 70 % read, 20 %
fill in and 10 % search.
"""

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from locust import FastHttpUser, task
from locust.env import Environment

from bench.load.asked import Asked, Kind, Record
from bench.load.browser import Browser, wait_of
from bench.load.grid import Grid
from bench.load.plan import Member, Plan

MIX = {"community_worker": (54, 22, 6), "": (86, 0, 7)}
"""Role, or any other -> weights of the steps that read, fill in and search (a search is two requests)."""
PAGES = {"/": 4, "/reports/": 2, "/residents/": 3, "/burden/": 1, "/notices/": 2}
OTHER_PAGES = {"/": 4, "/review/": 3, "/residents/": 2, "/burden/": 2, "/notices/": 2, "/people/": 1}
DEPARTMENT_PAGES = {"/": 4, "/forms/": 3, "/burden/": 1, "/notices/": 2}
DISTRICT_PAGES = {"/": 4, "/admissions/": 2, "/residents/": 1, "/burden/": 2, "/notices/": 1, "/people/": 1}
OF_ROLE = {"community_worker": PAGES, "department_staff": DEPARTMENT_PAGES, "district_admin": DISTRICT_PAGES}
TRIES = 20


class Hall:
    """Who may work now. members: one is taken by each user that starts."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.clock = plan, time.perf_counter()
        self.members: Iterator[tuple[int, Member]] = iter(enumerate(plan.members))
        self.usual, self.flood = Event(), Event()
        self.asked: list[Asked] = []
        self.workers: list[Worker] = []

    @property
    def now(self) -> float:
        return time.perf_counter() - self.clock


hall: Hall


class Worker(FastHttpUser):  # type: ignore[misc]
    network_timeout = connection_timeout = 60.0
    concurrency = 1

    def on_start(self) -> None:
        number, self.member = next(hall.members)
        self.turn = hall.usual if number < hall.plan.timeline.users else hall.flood
        origin, address = hall.plan.origin, self.member.address
        self.browser = Browser(self.client, origin=origin, address=address, asked=hall.asked, clock=hall.clock)
        self.grid = Grid(self.member, self.browser)
        self._log_in()
        hall.workers.append(self)

    def wait_time(self) -> float:
        """Seconds between two steps."""
        return random.uniform(0.5, 1.5) * hall.plan.timeline.think

    @task  # type: ignore[untyped-decorator]
    def step(self) -> None:
        if not self.turn.is_set():
            self.turn.wait()
            gevent.sleep(self.wait_time())
        answer = self._choose()
        wait = wait_of(answer.headers) if answer is not None and answer.status_code in (429, 503) else 0
        gevent.sleep(wait)

    def _choose(self) -> Any:
        kinds = (self._read, self.grid.type, self._search)
        weights = MIX.get(self.member.role, MIX[""])
        return random.choices(kinds, weights)[0]()

    def _read(self) -> Any:
        steps = OF_ROLE.get(self.member.role, OTHER_PAGES) | dict.fromkeys(self.member.statistics, 2)
        if self.member.people:
            steps["card"] = 5
        if self.member.rows:
            steps |= {"grid": 1, "cell": 3}
        chosen = random.choices(list(steps), list(steps.values()))[0]
        if chosen == "grid":
            return self.grid.open()
        if chosen == "cell":
            return self.grid.look()
        if chosen == "card":
            return self.browser.get(Kind.READ, "card", f"/residents/{random.choice(self.member.people)}")
        return self.browser.get(Kind.READ, chosen, chosen)

    def _search(self) -> Any:
        if not self.member.names:
            return self._read()
        word = random.choice(self.member.names)
        answer = self.browser.send(Kind.SEARCH, "search", "/residents/search", {"q": word})
        if answer.status_code == 302:
            return self.browser.get(Kind.SEARCH, "found", answer.headers["Location"])
        return answer

    def _log_in(self) -> None:
        """Raises RuntimeError when the portal does not let the user in."""
        for door in (self._give_password, self._give_code):
            if not any(door() or gevent.sleep(3) for _ in range(TRIES)):
                raise RuntimeError(f"{self.member.username} was not let in")

    def _give_password(self) -> bool:
        self.browser.get(Kind.LOGIN, "login page", "/login/")
        fields = {"username": self.member.username, "password": hall.plan.password, "next": "/"}
        return bool(self.browser.send(Kind.LOGIN, "login", "/login/", fields).status_code == 302)

    def _give_code(self) -> bool:
        if not self.member.code:
            return True
        self.browser.get(Kind.LOGIN, "second factor", "/second-factor/")
        fields = {"code": self.member.code, "next": "/"}
        return bool(self.browser.send(Kind.LOGIN, "code", "/second-factor/", fields).status_code == 302)


def main(plan: Plan) -> Record:
    """All parts of a run, one after the other."""
    global hall  # noqa: PLW0603  (locust makes the users itself)
    hall = Hall(plan)
    runner = Environment(user_classes=[Worker], host=plan.url).create_local_runner()
    runner.start(len(plan.members), spawn_rate=plan.timeline.logins)
    _wait_for_logins(plan)
    begun = dict(_parts(plan))
    runner.quit()
    return Record(begun, hall.asked, [entry for worker in hall.workers for entry in worker.grid.entries()])


def _wait_for_logins(plan: Plan) -> None:
    deadline = hall.now + len(plan.members) / plan.timeline.logins * 3 + 60
    while len(hall.workers) < len(plan.members):
        if hall.now > deadline:
            raise SystemExit(f"only {len(hall.workers)} of {len(plan.members)} users got in")
        gevent.sleep(1)


def _parts(plan: Plan) -> Iterator[tuple[str, float]]:
    """(name of the part, second it began); each yields when it begins, so the order is the run itself."""
    times = plan.timeline
    hall.usual.set()
    _say(f"{times.users} users, warming up")
    gevent.sleep(times.warm)
    yield "usual", hall.now
    _say(f"{times.users} users, measured for {times.usual_seconds:.0f} s")
    gevent.sleep(times.usual_seconds)
    yield "flood", hall.now
    _say(f"{times.flood} users at once for {times.flood_seconds:.0f} s")
    hall.flood.set()
    gevent.sleep(times.flood_seconds)
    hall.flood.clear()
    yield "after", hall.now
    _say(f"{times.users} users again")
    gevent.sleep(times.settle + times.after_seconds)
    yield "end", hall.now


def _say(what: str) -> None:
    print(f"load     | {what} ({hall.now:.0f} s)", flush=True)


if __name__ == "__main__":
    main(Plan.read(Path(sys.argv[1]))).write(Path(sys.argv[2]))
