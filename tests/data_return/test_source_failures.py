"""Everything that a source can do wrong, done for real: it is named to the officer and leaves other sources alone; once
the source is well again, nothing is lost and nothing doubled."""

import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils.timezone import now

from accounts import outbound
from data_return.channels import web
from data_return.channels.faults import Fault
from data_return.models import Connector, PullRun
from data_return.pull.drift import EMPTY, MISSING, WORDS
from tests.accounts.test_ask_outside import certified
from tests.data_return.pulling import BY_TIME, Pulls, rows_of
from tests.departments.raw import Peer, raw_server
from tests.doors import sign_in
from tests.factories import make_dataset

pytestmark = pytest.mark.django_db
COUNT, SIZE = 30, 10
NUMBERED = {"rows": "rows", "total": "total"}
ORDERED = BY_TIME | {"rows": "rows"}
CURSOR = NUMBERED | {"paging": "cursor", "page_name": "after", "cursor": "next"}
GIGABYTE, PIECE = 2**30, b" " * 2**20
Params = dict[str, str]
Sick = Callable[[Peer, Params, dict[str, Any]], None]


@dataclass
class Source:
    """A department's interface over rows; sick, it answers as it is told."""

    rows: list[dict[str, Any]]
    sick: Sick | None = None
    asked: list[Params] = field(default_factory=list)

    def __call__(self, peer: Peer) -> None:
        params = {name: values[0] for name, values in parse_qs(urlsplit(peer.path).query).items()}
        self.asked.append(params)
        if self.sick is None:
            well(peer, self.page(params))
        else:
            self.sick(peer, params, self.page(params))

    def page(self, params: Params) -> dict[str, Any]:
        """By page number, by cursor, or from a time on; times are kept in order."""
        rows = [one for one in self.rows if one["updated"] >= params.get("updated_gte", "")]
        rows.sort(key=lambda one: (one["updated"], one["id"]))
        start = int(params["after"]) if "after" in params else (int(params.get("_page", 1)) - 1) * SIZE
        after = str(start + SIZE) if start + SIZE < len(rows) else None
        return {"rows": rows[start : start + SIZE], "total": len(rows), "next": after}


def well(peer: Peer, page: dict[str, Any]) -> None:
    peer.answer(json.dumps(page, ensure_ascii=False).encode())


def body_of(page: dict[str, Any]) -> bytes:
    return json.dumps(page, ensure_ascii=False).encode()


# What goes wrong -----------------------------------------------------------------------------------------------


def breaks_down(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    peer.answer(b"oops", "500 Internal Server Error")


def says_nothing(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    time.sleep(4)


def one_byte_per_second(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    peer.drip(body_of(page), 1)


def resets(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    body = body_of(page)
    peer.send(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    peer.send(body[: len(body) // 2])
    time.sleep(0.1)
    peer.reset()


def cuts_its_json(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    peer.answer(body_of(page)[:-150])


def writes_gbk(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    peer.answer(json.dumps(page, ensure_ascii=False).encode("gb18030"))


def gives_the_first_page_again(source: Source) -> Sick:
    return lambda peer, params, page: well(peer, source.page(params | {"_page": "1"}))


def leaves_out_a_page(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    well(peer, page if params["_page"] == "1" else page | {"rows": []})


def mixes_up_the_order(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    well(peer, page | {"rows": page["rows"][::-1]})


def leads_back(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    well(peer, page | {"next": "10" if params.get("after") == "20" else page["next"] or "20"})


def changes_its_total(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    well(peer, page | {"total": page["total"] + int(params["_page"])})


def empties_a_field(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    well(peer, page | {"rows": [one | {"phone": None} for one in page["rows"]]})


def adds_a_field(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    well(peer, page | {"rows": [one | {"address": "城桥镇"} for one in page["rows"]]})


def renames_a_field(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    renamed = [{("mobile" if name == "phone" else name): value for name, value in one.items()} for one in page["rows"]]
    well(peer, page | {"rows": renamed})


def ten_times_as_many(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    well(peer, page | {"rows": [one | {"id": n} for n in range(10) for one in page["rows"]], "total": None})


def a_gigabyte(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")
    for _ in range(GIGABYTE // len(PIECE)):
        peer.send(PIECE)


def too_many_requests(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    peer.answer(b"", "429 Too Many Requests", more="Retry-After: 600\r\n")


def a_web_page(peer: Peer, params: Params, page: dict[str, Any]) -> None:
    peer.answer("<!DOCTYPE html><html>系统维护中</html>".encode(), kind="text/html; charset=utf-8")


# The test of each ---------------------------------------------------------------------------------------------


@dataclass
class Case:
    """One source that was read once, changed, and is about to fail; and another one beside it."""

    pulls: Pulls
    client: Any
    connector: Connector
    other: Connector
    source: Source
    beside: Source

    def fails(self) -> PullRun:
        """The run that fails; the other source is read all the same."""
        run = self.pulls.run(self.connector)
        beside = self.pulls.run(self.other)
        assert (beside.state, beside.written) == (PullRun.State.DONE, 3)
        self.nothing_is_lost()
        return run

    def is_named(self, words: str) -> None:
        page = self.client.get(reverse("data_return:connector", args=[self.connector.pk])).content.decode()
        assert words in page
        assert "居民1" not in page

    def is_listed(self, words: str) -> None:
        assert words in self.client.get(reverse("data_return:connector_list")).content.decode()

    def nothing_is_lost(self) -> None:
        assert self.pulls.names(self.connector) == [one["name"] for one in self.source.rows]

    def heals(self) -> None:
        """What the source says is what is kept, each row once; once more changes nothing."""
        self.source.sick = None
        assert self.pulls.run(self.connector).state == PullRun.State.DONE
        kept = {name: one.values["person.phone"] for name, one in self.pulls.records(self.connector).items()}
        assert kept == {one["name"]: one["phone"] for one in self.source.rows}
        again = self.pulls.run(self.connector)
        assert (again.state, again.written, again.gone, again.bad) == (PullRun.State.DONE, 0, 0, 0)
        assert self.connector.fault == ""


@pytest.fixture
def case(client, cast, officers, settings, dataset, monkeypatch):
    monkeypatch.setattr(web, "SECONDS", 2)
    monkeypatch.setattr(outbound, "READ_SECONDS", 1.2)
    pulls = Pulls(officers.disabled, settings)

    @contextmanager
    def begin(asks: dict[str, str] = NUMBERED, **given: Any) -> Iterator[Case]:
        source, beside = Source(rows_of(COUNT)), Source(rows_of(COUNT))
        with raw_server(source) as url, raw_server(beside) as other_url:
            another = make_dataset(officers.disabled, cast.district, name="另一个数据集")
            by_time = {"updated_field": "updated"} if asks is ORDERED else {"deletes": "whole"}
            connector = pulls.to(url, dataset, asks=asks, page_size=SIZE, most_rows=60, **by_time | given)
            other = pulls.to(other_url, another, asks=NUMBERED, page_size=SIZE)
            for one in (connector, other):
                assert pulls.run(one).written == COUNT
            for changed in (source, beside):
                for n in (2, 14, 27):
                    changed.rows[n] |= {"phone": "13700000000", "updated": f"2026-02-01T00:00:{n}"}
            sign_in(client, officers.disabled)
            yield Case(pulls, client, connector, other, source, beside)

    return begin


@pytest.mark.parametrize(
    ("sick", "fault", "asks"),
    [
        (breaks_down, Fault.SERVER_ERROR, NUMBERED),
        (says_nothing, Fault.TIMED_OUT, NUMBERED),
        (one_byte_per_second, Fault.TOO_SLOW, NUMBERED),
        (resets, Fault.RESET, NUMBERED),
        (cuts_its_json, Fault.CUT_SHORT, NUMBERED),
        (writes_gbk, Fault.BAD_CHARSET, NUMBERED),
        (leaves_out_a_page, Fault.PAGE_MISSING, NUMBERED),
        (mixes_up_the_order, Fault.OUT_OF_ORDER, ORDERED),
        (leads_back, Fault.CURSOR_LOOP, CURSOR),
        (changes_its_total, Fault.TOTAL_CHANGED, NUMBERED),
        (ten_times_as_many, Fault.TOO_MANY_ROWS, NUMBERED),
        (a_web_page, Fault.HTML, NUMBERED),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_it_is_named_leaves_others_alone_and_loses_nothing(case, sick, fault, asks):
    with case(asks) as one:
        one.source.sick = sick
        run = one.fails()
        assert (run.fault, one.connector.fault, run.gone) == (fault, fault, 0)
        one.is_named(str(fault.label))
        one.is_listed(str(fault.label))
        one.heals()


def test_the_same_page_twice(case):
    with case() as one:
        one.source.sick = gives_the_first_page_again(one.source)
        assert one.fails().fault == Fault.PAGE_TWICE
        one.is_named(str(Fault.PAGE_TWICE.label))
        one.heals()


@pytest.mark.parametrize("sick", [breaks_down, resets, cuts_its_json])
def test_what_fails_at_the_second_page_keeps_the_first(case, sick):
    def second_page(peer: Peer, params: Params, page: dict[str, Any]) -> None:
        well(peer, page) if params["_page"] == "1" else sick(peer, params, page)

    with case() as one:
        one.source.sick = second_page
        run = one.fails()
        assert (run.pages, run.came) == (1, SIZE)
        one.heals()


@pytest.mark.parametrize(
    ("sick", "words", "stays"),
    [(empties_a_field, WORDS[EMPTY], True), (renames_a_field, WORDS[MISSING], True), (adds_a_field, "address", False)],
)
def test_a_field_that_is_null_renamed_or_extra_stops_itself_and_not_the_run(case, sick, words, stays):
    with case() as one:
        before = {name: record.values["person.phone"] for name, record in one.pulls.records(one.connector).items()}
        one.source.sick = sick
        run = one.fails()
        assert (run.state, run.came, run.fault) == (PullRun.State.DONE, COUNT, "")
        one.is_named(words)
        one.is_listed("对方字段有变化")
        after = {name: record.values["person.phone"] for name, record in one.pulls.records(one.connector).items()}
        assert (after == before) is stays
        assert one.pulls.run(one.connector).written == 0
        one.heals()


def test_a_body_of_a_gigabyte_is_not_taken_in(case):
    with case() as one:
        one.connector.channel.most_megabytes = 2
        one.connector.channel.save()
        one.source.sick = a_gigabyte
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert one.fails().fault == Fault.TOO_LARGE
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
        one.is_named(str(Fault.TOO_LARGE.label))
        one.heals()


def test_a_bad_certificate(case, tmp_path, settings):
    with case() as one:
        well_known = one.connector.channel.address
        with raw_server(one.source, certified("other.internal", tmp_path)) as url:
            settings.OUTBOUND_HOSTS = [*settings.OUTBOUND_HOSTS, url]
            one.connector.channel.address = well_known | {"base": url}
            one.connector.channel.save()
            asked = len(one.source.asked)
            assert one.fails().fault == Fault.BAD_CERTIFICATE
            assert len(one.source.asked) == asked
        one.is_named(str(Fault.BAD_CERTIFICATE.label))
        one.connector.channel.address = well_known
        one.connector.channel.save()
        one.heals()


def test_too_many_requests_are_answered_by_waiting_as_long_as_was_said(case):
    with case() as one:
        one.source.sick = too_many_requests
        assert one.fails().fault == Fault.RATE_LIMITED
        assert one.connector.due_at > now() + timedelta(seconds=590)
        one.is_named(str(Fault.RATE_LIMITED.label))
        one.heals()


def test_a_redirect_to_an_inside_address_is_not_followed(case):
    heard: list[str] = []
    with case() as one, raw_server(lambda peer: heard.append(peer.path)) as inside:
        where = f"Location: {inside}/latest/meta-data\r\n"
        one.source.sick = lambda peer, params, page: peer.answer(b"", "302 Found", more=where)
        assert one.fails().fault == Fault.REDIRECTED
        assert heard == []
        one.is_named(str(Fault.REDIRECTED.label))
        one.heals()
