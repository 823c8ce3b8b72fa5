"""Whoever finds no place is told so at once, and nothing of it reaches the database."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import yaml
from django.test import Client

from portal.busy import LATEST, SOONEST
from portal.embedded.child import Child
from portal.places import ROOT
from portal.programs import web
from portal.shedding import REFUSED, THREADS, WAITING, WORKING, LoadShedder
from tests.portal.test_answer_headers import wrong_headers
from tests.stack import PortalStack

PATIENCE, LONG = 10, 60


class Slow:
    """An application that works until it is let go. seen: paths; refused: those that it was told to refuse."""

    def __init__(self) -> None:
        self.go, self.seen, self.refused = threading.Event(), [], []

    def __call__(self, environment, start_response):
        if environment.get(REFUSED):
            self.refused.append(environment["PATH_INFO"])
        else:
            self.seen.append(environment["PATH_INFO"])
            assert self.go.wait(PATIENCE)
        return [b""]


def until(condition: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def clients() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(10) as pool:
        yield pool


def ask(shedder, path="/"):
    return shedder({"PATH_INFO": path}, lambda *_: None)


def full(clients, working=1, waiting=2):
    """A shedder, its application, and the requests that take all places."""
    slow = Slow()
    shedder = LoadShedder(slow, always=("/healthz",), working=working, waiting=waiting)
    inside = [clients.submit(ask, shedder, f"/{number}") for number in range(working + waiting)]
    until(lambda: shedder._places._value == 0 and slow.seen)
    return shedder, slow, inside


def test_whoever_finds_no_place_is_refused_at_once(clients):
    shedder, slow, _ = full(clients)
    ask(shedder, "/late")
    assert slow.refused == ["/late"]
    slow.go.set()


def test_whoever_waits_is_served_when_a_thread_is_free(clients):
    _, slow, inside = full(clients)
    assert len(slow.seen) == 1
    slow.go.set()
    assert [one.result(PATIENCE) for one in inside] == [[b""]] * 3
    assert sorted(slow.seen) == ["/0", "/1", "/2"]


def test_a_place_is_free_again_afterwards(clients):
    shedder, slow, inside = full(clients)
    slow.go.set()
    for one in inside:
        one.result(PATIENCE)
    ask(shedder, "/later")
    assert (slow.seen[-1], slow.refused) == ("/later", [])


def test_health_checks_are_never_refused(clients):
    shedder, slow, _ = full(clients)
    health = clients.submit(ask, shedder, "/healthz")
    slow.go.set()
    health.result(PATIENCE)
    assert slow.refused == []


def test_a_broken_request_gives_its_place_back():
    def broken(environment, start_response):
        raise ZeroDivisionError

    shedder = LoadShedder(broken, always=("/healthz",), working=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            ask(shedder)


@pytest.fixture
def busy():
    """A client whose requests find no place. Without the database: a test that asked it would fail."""
    return Client(**{REFUSED: True})


def test_a_browser_is_told_when_to_come_back(busy):
    answer = busy.get("/")
    assert answer.status_code == 503
    assert SOONEST <= int(answer["Retry-After"]) <= LATEST
    assert f"请过 {answer['Retry-After']} 秒再试一次" in answer.content.decode()
    assert "系统正忙" in answer.content.decode()


def test_the_refusal_has_the_headers_of_every_answer(busy):
    assert wrong_headers(busy.get("/")) == {}


def test_a_script_is_told_by_problem_details(busy):
    answer = busy.post("/api/v1/reports/1/cells/", "{}", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(answer.content)["code"] == "busy"
    assert "Retry-After" in answer


def test_a_part_of_a_page_is_told_by_a_part(busy):
    answer = busy.get("/", headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert "<html" not in answer.content.decode()


def test_those_refused_together_do_not_come_back_together(busy):
    assert len({busy.get("/")["Retry-After"] for _ in range(60)}) > 3


def test_a_client_cannot_mark_itself(client, db):
    assert client.get("/login/", headers={REFUSED: "1"}).status_code == 200


def test_many_refusals_are_one_line_in_the_log(busy, caplog):
    for _ in range(20):
        busy.get("/")
    assert [record.message for record in caplog.records if record.name == "portal.busy"] == ["load_shed"]


def options_of(command: list[str]) -> dict[str, str]:
    """--name value, and --name=value."""
    words = [word for part in command for word in part.split("=", 1)]
    return {name: words[place + 1] for place, name in enumerate(words[:-1]) if name.startswith("--")}


def test_granian_has_a_thread_for_every_place_and_some_to_refuse():
    child: Child = web({}, 8000)
    assert int(options_of(list(child.argv))["--blocking-threads"]) == THREADS > WORKING + WAITING


def test_the_production_shape_starts_granian_alike():
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    inside, own = options_of(composed["services"]["web"]["command"]), options_of(list(web({}, 8000).argv))
    names = ("--blocking-threads", "--backpressure", "--backlog", "--interface")
    assert [inside[name] for name in names] == [own[name] for name in names]
    assert inside["--workers"] == f"${{WEB_WORKERS:-{own['--workers']}}}"


def test_the_number_of_processes_can_be_set():
    assert options_of(list(web({"WEB_WORKERS": "7"}, 8000).argv))["--workers"] == "7"


@pytest.mark.faults
def test_the_running_portal_refuses_what_it_has_no_place_for_and_recovers(portal_stack: PortalStack) -> None:
    """Requests whose bodies never come take every place of both processes."""
    host = urlsplit(portal_stack.url).netloc
    deadline = time.monotonic() + LONG
    with ExitStack() as stack:
        while not _is_refused(host):  # the system shares connections out as it likes, not half to each process
            assert time.monotonic() < deadline
            for _ in range(100):
                stack.enter_context(_half_sent(host))
    until(lambda: _asked(host)[0] == 200, seconds=LONG)


def _half_sent(host: str) -> socket.socket:
    name, _, port = host.partition(":")
    half = socket.create_connection((name, int(port)), timeout=PATIENCE)
    head = f"POST /login/ HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    half.sendall(f"{head}Content-Length: 10\r\n\r\n".encode())
    return half


def _is_refused(host: str) -> bool:
    """Whether all places are taken by now; a request that still found one waits in vain."""
    try:
        status, retry_after, said = _asked(host, patience=2)
    except TimeoutError:
        return False
    return status == 503 and retry_after.isdigit() and "系统正忙" in said


def _asked(host: str, *, patience: float = PATIENCE) -> tuple[int, str, str]:
    """Status, Retry-After and text of the login page."""
    connection = HTTPConnection(host, timeout=patience)
    connection.request("GET", "/login/")
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Retry-After", ""), said
