"""Events in: signed, taken once, answered at once, worked off by a worker. Signed here by OpenSSL, not by our code."""

import json
import re
import subprocess
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.urls import reverse

from accounts.errors import Conflict, NotFound
from accounts.scope import acting_as
from data_return.events import wakers
from data_return.models import DatasetEvent
from data_return.services.events import forget_events, renew_secret, switch_door, work_off_events
from portal.places import ROOT
from tests.doors import audited, sign_in, watching
from tests.factories import make_dataset

pytestmark = pytest.mark.django_db
EVENT = {"specversion": "1.0", "id": "1", "source": "/canlian", "type": "dataset.changed"}
TYPE = "application/cloudevents+json"


@pytest.fixture
def dataset(cast, officers):
    return make_dataset(officers.disabled, cast.district)


@pytest.fixture
def door(officers, dataset):
    """(door, secret)"""
    return renew(officers, dataset)


@pytest.fixture
def woken(monkeypatch):
    """Names of datasets whose connector was woken."""
    names = []
    monkeypatch.setattr(wakers, "_wakers", [lambda dataset: names.append(dataset.name) or True])
    return names


def renew(officers, dataset):
    with acting_as(officers.disabled):
        return renew_secret(actor=officers.disabled, dataset=dataset)


def sign(secret, stamp, body):
    command = ["openssl", "dgst", "-sm3", "-hmac", secret]
    done = subprocess.run(command, input=f"{stamp}.".encode() + body, capture_output=True, check=True)
    return "sm3=" + done.stdout.decode().rpartition(" ")[2].strip()


def send(client, door, *, event=EVENT, body=None, stamp=None, ticket=None, signature=None, content_type=TYPE):
    body = json.dumps(event).encode() if body is None else body
    stamp = str(int(time.time())) if stamp is None else stamp
    signature = sign(door[1], stamp, body) if signature is None else signature
    headers = {"Webhook-Timestamp": stamp, "Webhook-Signature": signature}
    url = reverse("data_return:api_events", args=[ticket or door[0].ticket])
    return client.post(url, body, content_type=content_type, headers=headers)


def test_a_signed_event_is_kept_and_the_connector_is_woken_afterwards(client, dataset, door, woken):
    answer = send(client, door)
    assert (answer.status_code, answer.json()) == (202, {"id": "1"})
    assert woken == []
    assert work_off_events() == 1
    assert woken == [dataset.name]
    assert DatasetEvent.objects.get().state == "woken"
    assert work_off_events() == 0


def test_taking_an_event_costs_few_queries_and_leaves_a_line(client, door, django_assert_max_num_queries):
    with watching() as statements, django_assert_max_num_queries(12):
        send(client, door)
    assert audited(statements) == ["dataset.change_told"]


def test_many_events_of_a_dataset_are_one_change(client, dataset, door, woken):
    for number in range(5):
        send(client, door, event=EVENT | {"id": str(number)})
    assert work_off_events() == 1
    assert woken == [dataset.name]
    assert set(DatasetEvent.objects.values_list("state", flat=True)) == {"woken"}


def test_where_nothing_brings_the_dataset_the_officer_is_told(client, officers, dataset, door, monkeypatch):
    monkeypatch.setattr(wakers, "_wakers", [])
    send(client, door)
    work_off_events()
    sign_in(client, officers.disabled)
    page = client.get(reverse("data_return:dataset_events", args=[dataset.pk]))
    assert "没有设置同步" in page.content.decode()


def test_one_dataset_that_breaks_leaves_the_others_alone_and_is_tried_again(
    client, cast, officers, dataset, door, monkeypatch
):
    other = make_dataset(officers.disabled, cast.district, name="另一个")
    woken = []

    def waker(changed):
        if changed == dataset and len(woken) < 1:
            raise RuntimeError
        woken.append(changed.name)
        return True

    monkeypatch.setattr(wakers, "_wakers", [waker])
    send(client, door)
    send(client, renew(officers, other))
    assert work_off_events() == 1
    assert woken == ["另一个"]
    assert work_off_events() == 1
    assert woken == ["另一个", dataset.name]


def test_the_same_event_is_not_taken_twice(client, door, woken):
    send(client, door)
    again = send(client, door)
    assert (again.status_code, again.json()["code"]) == (409, "event_known")
    stamp, body = str(int(time.time())), json.dumps(EVENT | {"id": "2"}).encode()
    replayed = [send(client, door, body=body, stamp=stamp).status_code for _ in range(3)]
    assert replayed == [202, 409, 409]
    assert DatasetEvent.objects.count() == 2


def test_two_doors_may_use_the_same_numbers(client, cast, officers, door):
    other = renew(officers, make_dataset(officers.disabled, cast.district, name="另一个"))
    assert [send(client, one).status_code for one in (door, other)] == [202, 202]


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_an_old_or_future_event_is_refused(client, door, age):
    answer = send(client, door, stamp=str(int(time.time()) - age))
    assert (answer.status_code, answer.json()["code"]) == (401, "stale_timestamp")


@pytest.mark.parametrize("stamp", ["", "now", "1e9", "-1", "９９", "9" * 30])
def test_what_is_no_time_is_refused(client, door, stamp):
    assert send(client, door, stamp=stamp, signature="sm3=0").json()["code"] == "stale_timestamp"


def test_a_changed_body_time_or_signature_is_refused(client, door):
    now = int(time.time())
    body = json.dumps(EVENT).encode()
    good = sign(door[1], str(now), body)
    tries = [
        {"body": body + b" ", "stamp": str(now), "signature": good},
        {"body": body, "stamp": str(now + 1), "signature": good},
        {"body": body, "stamp": str(now), "signature": good.upper()},
        {"body": body, "stamp": str(now), "signature": good[4:]},
        {"body": body, "stamp": str(now), "signature": ""},
        {"body": body, "stamp": str(now), "signature": sign("other", str(now), body)},
    ]
    assert [send(client, door, **one).json()["code"] for one in tries] == ["bad_signature"] * len(tries)
    assert not DatasetEvent.objects.exists()


def test_an_unknown_and_a_closed_door_answer_like_a_wrong_signature(client, officers, dataset, door):
    wrong = send(client, door, signature="sm3=00")
    unknown = send(client, door, ticket=uuid.uuid4())
    with acting_as(officers.disabled):
        switch_door(actor=officers.disabled, dataset=dataset, on=False)
    closed = send(client, door)
    assert wrong.status_code == 401
    assert wrong.content == unknown.content == closed.content


def test_a_refused_event_leaves_a_line(client, door):
    with watching() as statements:
        send(client, door, signature="sm3=00")
    assert audited(statements) == ["access.refused"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "person.deleted"}, "type"),
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"id": 5}, "id"),
        ({"id": "x" * 101}, "id"),
        ({"source": None}, "source"),
        ({"time": "gestern"}, "time"),
    ],
)
def test_what_is_no_event_of_ours_is_refused(client, door, change, field):
    answer = send(client, door, event=EVENT | change)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff\xfe", b"[" * 16_000])
def test_what_is_no_object_is_refused(client, door, body):
    assert send(client, door, body=body).status_code == 400


def test_attributes_of_others_are_let_be_and_not_kept(client, door):
    answer = send(client, door, event=EVENT | {"traceparent": "00-1", "data": {"name": "张三"}})
    assert answer.status_code == 202
    assert "张三" not in str(DatasetEvent.objects.values().get())


def test_a_large_event_is_refused(client, door):
    assert send(client, door, event=EVENT | {"data": "x" * 20_000}).status_code == 413


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_another_type_of_content_is_refused(client, door, content_type):
    assert send(client, door, content_type=content_type).status_code == 415


def test_too_many_events_wait(client, door, settings):
    settings.LIMITS = settings.LIMITS | {"event": (2, 60)}
    answers = [send(client, door, event=EVENT | {"id": str(number)}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert int(answers[2]["Retry-After"]) > 0


def test_the_secret_before_holds_for_a_day(client, officers, dataset, door, monkeypatch):
    new = renew(officers, dataset)
    assert send(client, door).status_code == 202
    assert send(client, new, event=EVENT | {"id": "2"}).status_code == 202
    new[0].refresh_from_db()
    new[0].previous_until = new[0].created_at
    new[0].save(update_fields=["previous_until"])
    assert send(client, door, event=EVENT | {"id": "3"}).status_code == 401


def test_the_secret_is_sealed_at_rest_and_shown_once(client, officers, dataset):
    sign_in(client, officers.disabled)
    url = reverse("data_return:dataset_event_secret", args=[dataset.pk])
    assert "启用" in client.get(url).content.decode()
    page = client.post(url)
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    dataset.refresh_from_db()
    assert secret not in str(vars(dataset.event_door))
    assert dataset.event_door.open_secrets() == [secret]
    shown = client.get(reverse("data_return:dataset_events", args=[dataset.pk])).content.decode()
    assert secret not in shown
    assert str(dataset.event_door.ticket) in shown


def test_another_department_neither_opens_nor_closes_the_door(client, officers, dataset, door):
    with acting_as(officers.civil):
        with pytest.raises(NotFound):
            renew_secret(actor=officers.civil, dataset=dataset)
        with pytest.raises(NotFound):
            switch_door(actor=officers.civil, dataset=dataset, on=False)


def test_a_door_is_closed_once(client, officers, dataset, door):
    sign_in(client, officers.disabled)
    url = reverse("data_return:dataset_event_switch", args=[dataset.pk])
    assert client.post(url, {"on": "0"}).status_code == 302
    assert client.post(url, {"on": "0"}).status_code == 409
    with acting_as(officers.disabled), pytest.raises(Conflict):
        switch_door(actor=officers.disabled, dataset=dataset, on=False)


def test_events_are_forgotten_after_a_month(client, door, woken):
    send(client, door)
    DatasetEvent.objects.update(received_at="2026-01-01T00:00+08:00")
    assert forget_events() == 0
    work_off_events()
    assert forget_events() == 1


class Listener(BaseHTTPRequestHandler):
    """Keeps what curl sends."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.heard.append((self.headers, self.rfile.read(length)))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_): ...


def test_the_example_of_the_documentation_runs(client, door):
    """The lines of docs/api.md in a shell, with the address and secret of a door: what curl sends is taken."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("## 变更通知")[2]
    lines = "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))
    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        server.heard = []
        threading.Thread(target=server.handle_request, daemon=True).start()
        lines = re.sub(r"^ADDRESS=.*", f"ADDRESS=http://127.0.0.1:{server.server_address[1]}/", lines, flags=re.M)
        lines = re.sub(r"^SECRET=.*", f"SECRET={door[1]}", lines, flags=re.M)
        lines = lines.partition("\n\n")[0].partition('{"type"')[0]
        subprocess.run(["bash", "-ec", lines], check=True, timeout=20)
    ((headers, body),) = server.heard
    answer = send(
        client,
        door,
        body=body,
        stamp=headers["Webhook-Timestamp"],
        signature=headers["Webhook-Signature"],
        content_type=headers["Content-Type"],
    )
    assert answer.status_code == 202
