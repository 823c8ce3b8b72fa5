"""HTTP channels: three ways to log in, and every way in which an answer can fail, each from a real server."""

import hashlib
import hmac
import json
import time
from decimal import Decimal

import pytest

from data_return.channels import web
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.kinds import Terms
from data_return.channels.web import WebForm, WebKind
from tests.accounts.test_ask_outside import certified
from tests.departments.json_server import json_server
from tests.departments.raw import Peer, raw_server
from tests.oidc.running import CLIENT_ID, CLIENT_SECRET, provider

TINY = Terms(most_bytes=100_000)


def address(url: str, login: str = "none", **more) -> dict:
    given = {
        "base": url,
        "charset": "utf-8",
        "login": login,
        "token_url": "",
        "client_id": "",
        "scope": "",
        "app_id": "",
    }
    return given | more


@pytest.fixture
def opened(settings):
    """Open a channel to an address of this machine."""

    def open_it(url: str, login: str = "none", *, secrets=None, terms=TINY, also=(), **more):
        settings.OUTBOUND_HOSTS = [url, *also]
        return WebKind().open(address(url, login, **more), secrets or {}, terms)

    return open_it


@pytest.fixture
def failing(opened):
    """The fault that a script's answer is taken for."""

    def fail(script, **more) -> SourceFailed:
        with raw_server(script) as url, opened(url, **more) as channel, pytest.raises(SourceFailed) as caught:
            channel.read_json("rows")
        return caught.value

    return fail


def test_rows_of_a_real_server_are_read_and_fractions_keep_their_digits(opened, tmp_path):
    rows = [{"id": 1, "name": "王小明", "amount": 1234567.10}]
    with json_server(tmp_path, rows=rows) as url, opened(url) as channel:
        (read,) = channel.read_json("rows", {"_page": "1"})
    assert read == {"id": 1, "name": "王小明", "amount": Decimal("1234567.1")}


def test_what_is_sent_arrives_once_and_the_answer_is_handed_back(opened, tmp_path):
    with json_server(tmp_path, rows=[]) as url, opened(url) as channel:
        sent = channel.ask("POST", "rows", body=b'{"name": "x"}', headers={"Content-Type": "application/json"})
        assert sent.check().json() == {"id": 1, "name": "x"}
        assert len(channel.read_json("rows")) == 1
        assert channel.ask("GET", "nothing").status == 404


def test_a_token_is_carried(opened):
    def tell(peer: Peer) -> None:
        peer.answer(json.dumps(peer.headers.get("authorization")).encode())

    with raw_server(tell) as url, opened(url, "bearer", secrets={"token": "t0"}) as channel:
        assert channel.read_json() == "Bearer t0"


def test_a_signature_can_be_checked_by_the_department_without_our_code(opened):
    seen = {}

    def check(peer: Peer) -> None:
        seen.update(peer.headers)
        empty = hashlib.new("sm3", b"").hexdigest()
        lines = ["GET", peer.path, peer.headers["x-timestamp"], peer.headers["x-nonce"], empty]
        right = "sm3=" + hmac.new(b"key", "\n".join(lines).encode(), "sm3").hexdigest()
        peer.answer(json.dumps(hmac.compare_digest(right, peer.headers["x-signature"])).encode())

    with raw_server(check) as url, opened(url, "signed", secrets={"sign_key": "key"}, app_id="a1") as channel:
        assert channel.read_json("v1/rows", {"page": "2", "town": "城桥镇"}) is True
        first = seen["x-nonce"]
        channel.read_json("v1/rows")
    assert seen["x-app-id"] == "a1"
    assert seen["x-nonce"] != first


def test_a_token_is_fetched_once_from_a_real_provider_and_renewed_at_its_end(opened, monkeypatch):
    told = []

    def tell(peer: Peer) -> None:
        told.append(peer.headers["authorization"])
        peer.answer(b"[]")

    with provider("http://127.0.0.1/back") as issuer, raw_server(tell) as url:
        more = {"token_url": f"{issuer}/token", "client_id": CLIENT_ID}
        with opened(url, "client", secrets={"client_secret": CLIENT_SECRET}, also=[issuer], **more) as channel:
            channel.read_json()
            channel.read_json()
            now = time.monotonic()
            monkeypatch.setattr(web.time, "monotonic", lambda: now + 7200)
            channel.read_json()
        stranger = opened(url, "client", secrets={"client_secret": "wrong"}, also=[issuer], **more)
        with stranger as channel, pytest.raises(SourceFailed) as caught:
            channel.read_json()
    assert told[0].startswith("Bearer ")
    assert told[0] == told[1] != told[2]
    assert caught.value.fault == Fault.LOGIN_REFUSED


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("500 Oh", Fault.SERVER_ERROR),
        ("503 Busy", Fault.SERVER_ERROR),
        ("504 Late", Fault.TIMED_OUT),
        ("401 Who", Fault.LOGIN_REFUSED),
        ("403 No", Fault.LOGIN_REFUSED),
        ("404 Where", Fault.NOT_FOUND),
        ("422 What", Fault.REFUSED),
        ("304 Same", Fault.REDIRECTED),
    ],
)
def test_a_status_is_named(failing, status, fault):
    assert failing(lambda peer: peer.answer(b"", status)).fault == fault


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", None)])
def test_a_request_to_slow_down_tells_until_when(failing, said, seconds):
    error = failing(lambda peer: peer.answer(b"", "429 Slow", more=f"Retry-After: {said}\r\n"))
    assert (error.fault, error.retry_after) == (Fault.RATE_LIMITED, seconds)


def test_no_answer_in_time(failing, monkeypatch):
    monkeypatch.setattr("accounts.outbound.READ_SECONDS", 0.3)
    assert failing(lambda peer: time.sleep(2)).fault == Fault.TIMED_OUT


def test_silence_in_the_middle(failing, monkeypatch):
    monkeypatch.setattr("accounts.outbound.READ_SECONDS", 0.3)

    def stop(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1")
        time.sleep(2)

    assert failing(stop).fault == Fault.TIMED_OUT


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: "])
def test_one_byte_after_another(failing, monkeypatch, head):
    monkeypatch.setattr(web, "SECONDS", 0.5)

    def drip(peer: Peer) -> None:
        peer.send(head)
        peer.drip(b"1" * 900, 0.02)

    assert failing(drip).fault == Fault.TOO_SLOW


def test_a_connection_that_breaks_in_the_middle(failing):
    def breaks(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n[1, 2")
        time.sleep(0.1)
        peer.reset()

    assert failing(breaks).fault == Fault.RESET


def test_an_answer_shorter_than_it_said(failing):
    assert failing(lambda peer: peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n[1]")).fault == Fault.RESET


def test_a_connection_that_closes_without_a_word(failing):
    assert failing(lambda peer: None).fault == Fault.RESET


@pytest.mark.parametrize("body", ['[{"name": "王', '[{"a": 1}, {"b": tr', "[1, 2", '{"a":', '[{"a": 1},', ""])
def test_cut_json(failing, body):
    assert failing(lambda peer: peer.answer(body.encode())).fault == Fault.CUT_SHORT


@pytest.mark.parametrize("body", [b"[NaN]", b"[" * 100_000, b"9" * 5000, b"{'a': 1, 'b': 2}", b'{"a": 1} {"b": 2}'])
def test_what_is_no_json(failing, body):
    assert failing(lambda peer: peer.answer(body)).fault == Fault.NOT_JSON


@pytest.mark.parametrize(
    ("body", "agreed"),
    [('["城桥镇"]'.encode("gbk"), "utf-8"), ('["城桥镇"]'.encode(), "gb18030"), (b'["\xff\xff"]', "gb18030")],
)
def test_another_charset_than_agreed(failing, body, agreed):
    assert failing(lambda peer: peer.answer(body), charset=agreed).fault == Fault.BAD_CHARSET


def test_gbk_is_read_where_it_was_agreed(opened):
    body = '["㛃镇", "王"]'.encode("gb18030")
    with raw_server(lambda peer: peer.answer(body)) as url, opened(url, charset="gb18030") as channel:
        assert channel.read_json() == ["㛃镇", "王"]


@pytest.mark.parametrize(
    ("kind", "body"), [("text/html", b"<p>login"), ("application/json", b"\n<!DOCTYPE html><html>")]
)
def test_a_page_instead_of_data(failing, kind, body):
    assert failing(lambda peer: peer.answer(body, kind=kind)).fault == Fault.HTML


def test_a_gigabyte_stops_at_the_limit(opened):
    sent = [0]

    def pour(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        for _ in range(1024):
            peer.send(b" " * 2**20)
            sent[0] += 2**20

    with raw_server(pour) as url, opened(url) as channel, pytest.raises(SourceFailed) as caught:
        channel.read_json()
    assert caught.value.fault == Fault.TOO_LARGE
    assert sent[0] < 64 * 2**20


def test_a_bad_certificate_and_nothing_is_sent(opened, tmp_path):
    heard = []
    tls = certified("other.internal", tmp_path)
    with raw_server(lambda peer: heard.append(peer.path), tls) as url, pytest.raises(SourceFailed) as caught:
        opened(url, "bearer", secrets={"token": "t0"}).read_json()
    assert (caught.value.fault, heard) == (Fault.BAD_CERTIFICATE, [])


def test_a_redirect_to_an_inner_address_is_not_followed(failing):
    heard = []
    with raw_server(lambda peer: heard.append(peer.path)) as inner:
        where = f"Location: {inner}/latest/meta-data\r\n"
        assert failing(lambda peer: peer.answer(b"", "302 There", more=where)).fault == Fault.REDIRECTED
    assert heard == []


def test_what_is_sent_follows_no_redirect_at_all(opened):
    heard = []

    def lead(peer: Peer) -> None:
        heard.append((peer.method, peer.path))
        peer.answer(b"", "302 There", more="Location: /other\r\n")

    with raw_server(lead) as url, opened(url) as channel, pytest.raises(SourceFailed) as caught:
        channel.ask("POST", "rows", body=b"{}").check()
    assert (caught.value.fault, heard) == (Fault.REDIRECTED, [("POST", "/rows")])


def test_an_address_that_nobody_listed_and_one_where_nobody_is(opened, settings):
    with opened("http://127.0.0.1:9") as channel, pytest.raises(SourceFailed) as caught:
        channel.read_json()
    assert caught.value.fault == Fault.UNREACHABLE
    settings.OUTBOUND_HOSTS = []
    with pytest.raises(SourceFailed) as caught:
        channel.read_json()
    assert caught.value.fault == Fault.NOT_LISTED


def test_every_request_takes_its_turn(opened):
    turns = []
    terms = Terms(turn=lambda: turns.append(1))
    with raw_server(lambda peer: peer.answer(b"[]")) as url, opened(url, terms=terms) as channel:
        channel.read_json()
        channel.ask("POST", body=b"{}")
    assert len(turns) == 2


def test_the_form_asks_for_what_the_login_needs():
    given = {"base": "https://a.example.cn/v1", "charset": "utf-8", "login": "client", "client_id": "c"}
    form = WebForm(given)
    assert set(form.errors) == {"token_url", "client_secret"}
    known = WebForm(given | {"token_url": "https://a.example.cn/t"}, known=frozenset({"client_secret"}))
    assert known.is_valid()


def test_every_fault_has_a_sentence_that_says_what_to_do():
    for fault in Fault:
        assert str(fault.label).endswith("。")
        assert SourceFailed(fault).code == f"source_{fault.value}"
