"""The outbox: in order, once, each target by itself; what fails waits, what is refused goes to the desk."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from accounts.errors import Conflict, DomainError, NotFound
from accounts.models import Department, Post
from accounts.scope import acting_as
from data_return.channels.faults import Fault, SourceFailed
from data_return.models import Channel, PushFlow, PushMessage, PushTarget
from data_return.push import queue, topics
from data_return.push.queue import MOST_STRIKES, list_due_targets, pause_after, work_off
from data_return.push.topics import About, Content, FileContent, NotToSend, PushField, Topic, register_topic
from data_return.services.push import give_up, put_into_outbox, retry_messages, send_ready, try_now
from data_return.services.push_setup import switch_flow, switch_target
from tests.departments.json_server import Ledger, ledger_server
from tests.departments.raw import raw_server
from tests.doors import audited, watching
from tests.factories import EAST, WEST

pytestmark = pytest.mark.django_db
SOURCE = 7
State = PushMessage.State


class Numbers(Topic):
    """Messages about numbers, for tests: what one holds is told here."""

    code, name, head = "numbers", "数", {"message": "编号", "period": "期次"}

    def __init__(self):
        self.failing: dict[int, Exception] = {}

    def list_sources(self, actor):
        return [(SOURCE, "数表")]

    def require_source(self, actor, source_id):
        if source_id != SOURCE:
            raise NotFound

    def title(self, source_id):
        return "数表"

    def list_fields(self, source_id):
        return [PushField("n", "数")]

    def list_ready(self, actor, source_id):
        return [about(1), about(2)]

    def name_abouts(self, actor, ids):
        return {pk: f"第 {pk} 件" for pk in ids}

    def build(self, actor, source_id, about_id):
        if about_id in self.failing:
            raise self.failing[about_id]
        return Content({"period": "四季度"}, [{"n": about_id}])

    def build_file(self, actor, source_id, about_id, key):
        return FileContent(f"{key}.csv", str(about_id).encode(), 1)


def about(number: int, version: int = 1) -> About:
    return About(number, version, EAST if number % 2 else WEST)


@pytest.fixture
def numbers(monkeypatch):
    monkeypatch.setattr(topics, "_topics", dict(topics._topics))
    topic = Numbers()
    register_topic(topic)
    return topic


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    with ledger_server(tmp_path) as server:
        yield server


@dataclass
class Ways:
    """Makes targets with one flow each, for the department of the cast."""

    cast: object
    settings: object

    def to(self, url: str, name: str = "民政系统", **answer: str) -> PushTarget:
        self.settings.OUTBOUND_HOSTS = [*self.settings.OUTBOUND_HOSTS, url]
        staff = self.cast.department
        address = {"base": url, "charset": "utf-8", "login": "none", "token_url": "", "scope": "", "client_id": ""}
        channel = Channel.objects.create(
            department=Department.objects.get(pk=staff.department_id), name=name, kind="http", address=address,
            per_minute=6000, created_by_id=staff.post_id,
        )  # fmt: skip
        target = PushTarget.objects.create(
            channel=channel, name=name, path="reports", is_on=True, answer=answer, created_by_id=staff.post_id
        )
        fields = [{"key": "n", "name": "number", "as_names": False, "values": {}}]
        mapping = {"head": {"message": "message"}, "rows": "rows", "fields": fields}
        PushFlow.objects.create(
            target=target, topic="numbers", source_id=SOURCE, is_on=True, post_id=staff.post_id, mapping=mapping
        )
        return target


@pytest.fixture
def ways(cast, settings, numbers) -> Ways:
    return Ways(cast, settings)


def put(cast, *numbers: int) -> None:
    with acting_as(cast.town):
        put_into_outbox("numbers", [(SOURCE, about(number)) for number in numbers])


def messages(cast, target) -> list[PushMessage]:
    with acting_as(cast.department):
        return list(PushMessage.objects.visible_to(cast.department).filter(target=target).order_by("pk"))


def states(cast, target) -> list[str]:
    return [one.state for one in messages(cast, target)]


def sent(ledger: Ledger) -> list[int]:
    return [row["rows"][0]["number"] for row in ledger.rows()]


def test_what_is_put_in_arrives_in_order_with_its_key_and_gets_its_number(cast, ways, ledger):
    target = ways.to(ledger.url, number="id")
    put(cast, 3, 1, 2)
    assert list_due_targets() == [target.pk]
    assert work_off(target.pk) == 3
    assert sent(ledger) == [3, 1, 2]
    kept = messages(cast, target)
    assert [one.number for one in kept] == ["1", "2", "3"]
    assert [str(one.key) for one in kept] == [row["message"] for row in ledger.rows()]
    assert list_due_targets() == []


def test_putting_the_same_in_twice_is_one_message(cast, ways, ledger):
    target = ways.to(ledger.url)
    put(cast, 1)
    put(cast, 1, 2)
    work_off(target.pk)
    assert sent(ledger) == [1, 2]


def test_what_is_rolled_back_is_not_in_the_outbox(cast, ways, ledger):
    target = ways.to(ledger.url)
    with acting_as(cast.town):
        put_into_outbox("numbers", [(SOURCE, about(1))])
        transaction.set_rollback(True)
    assert messages(cast, target) == []


def test_where_nothing_takes_it_nothing_is_kept_and_one_query_is_spent(cast, numbers, django_assert_num_queries):
    with acting_as(cast.town), django_assert_num_queries(1):
        assert put_into_outbox("numbers", [(SOURCE, about(1))]) == 0


def test_a_message_sent_again_after_a_crash_is_taken_once(cast, ways, ledger, monkeypatch):
    """The target took it, and the worker died before it could write that down."""
    target = ways.to(ledger.url, number="id")
    put(cast, 1, 2)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(queue, "_keep_receipt", die)
        with pytest.raises(KeyboardInterrupt):
            work_off(target.pk)
    assert sent(ledger) == [1]
    assert states(cast, target) == ["waiting", "waiting"]
    assert work_off(target.pk) == 2
    assert sent(ledger) == [1, 2]
    assert [line["again"] for line in ledger.came()] == [False, True, False]
    assert [one.number for one in messages(cast, target)] == ["1", "2"]


def test_a_body_is_the_same_however_often_it_is_sent(cast, ways, ledger, monkeypatch):
    target = ways.to(ledger.url)
    put(cast, 1)
    monkeypatch.setattr(queue, "_keep_receipt", lambda *_: False)
    for _ in range(3):
        work_off(target.pk)
    assert len({line["bytes"] for line in ledger.came()}) == 1
    assert len(ledger.came()) == 3


def test_a_lease_keeps_others_off_until_it_ends(cast, ways, ledger):
    target = ways.to(ledger.url)
    put(cast, 1)
    PushTarget.objects.filter(pk=target.pk).update(lease=uuid.uuid4(), lease_until=now() + timedelta(seconds=20))
    assert list_due_targets() == []
    assert work_off(target.pk) == 0
    PushTarget.objects.filter(pk=target.pk).update(lease_until=now() - timedelta(seconds=1))
    assert list_due_targets() == [target.pk]
    assert work_off(target.pk) == 1


def test_a_lease_is_over_well_within_a_minute(settings):
    settings.JOB_LEASE_SECONDS = 3600
    assert queue.lease_time() <= timedelta(seconds=30)


def test_a_worker_that_lost_its_lease_keeps_nothing(cast, ways, ledger, monkeypatch):
    target = ways.to(ledger.url)
    put(cast, 1)
    deliver = queue.deliver

    def slowly(*given):
        answer = deliver(*given)
        PushTarget.objects.filter(pk=target.pk).update(lease=uuid.uuid4())
        return answer

    monkeypatch.setattr(queue, "deliver", slowly)
    assert work_off(target.pk) == 0
    assert states(cast, target) == ["waiting"]


def test_a_target_that_is_away_pauses_and_keeps_its_order(cast, ways, ledger, tmp_path):
    target = ways.to("http://127.0.0.1:1")
    put(cast, 1, 2)
    assert work_off(target.pk) == 0
    target.refresh_from_db()
    assert (target.fault, target.failures) == ("unreachable", 1)
    assert target.retry_at > now()
    assert list_due_targets() == []
    assert states(cast, target) == ["waiting", "waiting"]
    assert messages(cast, target)[0].tries == 1
    since = target.failing_since
    PushTarget.objects.update(retry_at=None)
    work_off(target.pk)
    target.refresh_from_db()
    assert (target.failures, target.failing_since) == (2, since)
    Channel.objects.update(address=target.channel.address | {"base": ledger.url})
    ways.settings.OUTBOUND_HOSTS = [ledger.url]
    PushTarget.objects.update(retry_at=None)
    assert work_off(target.pk) == 2
    target.refresh_from_db()
    assert (target.fault, target.failures, target.failing_since) == ("", 0, None)
    assert sent(ledger) == [1, 2]


def test_pauses_grow_to_five_minutes_and_differ():
    for failures, longest in [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (50, 300)]:
        pauses = {pause_after(failures) for _ in range(20)}
        assert len(pauses) > 1
        assert all(longest / 2 <= pause.total_seconds() <= longest for pause in pauses)


def test_one_target_that_is_away_leaves_the_others_alone(cast, ways, ledger):
    away, well = ways.to("http://127.0.0.1:1", "坏的"), ways.to(ledger.url, "好的")
    put(cast, 1)
    assert set(list_due_targets()) == {away.pk, well.pk}
    for target in list_due_targets():
        work_off(target)
    assert states(cast, away) == ["waiting"]
    assert states(cast, well) == ["received"]


@pytest.mark.parametrize(
    ("status", "fault"),
    [("401 Unauthorized", "login_refused"), ("404 Not Found", "not_found"), ("503 Busy", "server_error")],
)
def test_trouble_of_the_whole_target_is_named_and_nothing_goes_to_the_desk(cast, ways, status, fault):
    with raw_server(lambda peer: peer.answer(b"{}", status)) as url:
        target = ways.to(url)
        put(cast, 1)
        work_off(target.pk)
    target.refresh_from_db()
    assert target.fault == fault
    assert target.fault_in_words
    assert states(cast, target) == ["waiting"]


def test_a_target_may_say_how_long_to_wait(cast, ways):
    with raw_server(lambda peer: peer.answer(b"{}", "429 Slow down", more="Retry-After: 120\r\n")) as url:
        target = ways.to(url)
        put(cast, 1)
        work_off(target.pk)
    target.refresh_from_db()
    assert 100 < (target.retry_at - now()).total_seconds() <= 120


def test_a_refused_message_goes_to_the_desk_with_its_reason_and_the_next_one_follows(cast, ways):
    def answer(peer):
        if not hasattr(test, "asked"):
            test.asked = True
            peer.answer('{"message": "第 1 行 13900002207 编码不对"}'.encode(), "422 No")
        else:
            peer.answer(b'{"id": 9}', "201 Created")

    test = type("Test", (), {})
    with raw_server(answer) as url:
        target = ways.to(url, number="id")
        put(cast, 1, 2)
        assert work_off(target.pk) == 2
    first, second = messages(cast, target)
    assert (first.state, first.fault, first.words) == ("refused", "refused", "第 1 行 13**** 编码不对")
    assert "编码" not in first.said
    assert (second.state, second.number) == ("received", "9")


def test_a_target_may_refuse_with_200(cast, ways):
    with raw_server(lambda peer: peer.answer('{"code": 500, "msg": "备案号不存在"}'.encode())) as url:
        target = ways.to(url, ok="code", ok_is="0", why="msg")
        put(cast, 1)
        work_off(target.pk)
    (one,) = messages(cast, target)
    assert (one.state, one.words) == ("refused", "备案号不存在")


@pytest.mark.parametrize("rules", [{}, {"number": "id"}, {"ok": "code", "ok_is": "0"}])
def test_a_page_with_200_is_no_receipt(cast, ways, rules):
    with raw_server(lambda peer: peer.answer(b"<!doctype html><p>login", kind="text/html")) as url:
        target = ways.to(url, **rules)
        put(cast, 1)
        work_off(target.pk)
    target.refresh_from_db()
    assert (target.fault, states(cast, target)) == ("html", ["waiting"])


@pytest.mark.parametrize("body", [b"", b"OK", b'{"id": 1}'])
def test_where_nothing_is_read_any_plain_answer_with_200_is_a_receipt(cast, ways, body):
    with raw_server(lambda peer: peer.answer(body, kind="text/plain")) as url:
        target = ways.to(url)
        put(cast, 1)
        work_off(target.pk)
    assert states(cast, target) == ["received"]


def test_a_target_that_breaks_on_one_message_is_given_some_tries_then_the_next_one_follows(cast, ways):
    with raw_server(lambda peer: peer.answer(b"{}", "500 Oops")) as url:
        target = ways.to(url)
        put(cast, 1, 2)
        for _ in range(MOST_STRIKES):
            PushTarget.objects.update(retry_at=None)
            work_off(target.pk)
    first, second = messages(cast, target)
    assert (first.state, first.strikes, first.tries) == ("refused", MOST_STRIKES, MOST_STRIKES)
    assert (second.state, second.tries) == ("waiting", 1)


def test_what_can_not_be_made_goes_to_the_desk_and_is_not_sent(cast, ways, ledger, numbers):
    target = ways.to(ledger.url)
    numbers.failing[1] = NotToSend("没有授权,没有发送。")
    put(cast, 1, 2)
    work_off(target.pk)
    first, second = messages(cast, target)
    assert (first.state, first.words, second.state) == ("refused", "没有授权,没有发送。", "received")
    assert sent(ledger) == [2]


def test_what_breaks_in_the_portal_is_tried_again_and_then_on_the_desk(cast, ways, ledger, numbers):
    target = ways.to(ledger.url)
    numbers.failing[1] = KeyError("bug")
    put(cast, 1, 2)
    work_off(target.pk)
    assert states(cast, target) == ["waiting", "waiting"]
    for _ in range(MOST_STRIKES - 1):
        PushTarget.objects.update(retry_at=None)
        work_off(target.pk)
    assert states(cast, target) == ["refused", "received"]


@pytest.fixture
def refused(cast, ways, ledger, numbers, officers):
    """A target whose first message was refused, and the second received."""
    target = ways.to(ledger.url)
    numbers.failing[1] = NotToSend("没有授权,没有发送。")
    put(cast, 1, 2)
    work_off(target.pk)
    numbers.failing.clear()
    return target


def test_the_desk_sends_again_under_the_same_key(cast, officers, ledger, refused):
    key = messages(cast, refused)[0].key
    with acting_as(officers.civil), watching() as statements:
        ids = [one.pk for one in messages(cast, refused)]
        assert retry_messages(actor=officers.civil, target=refused, ids=ids) == 1
    assert audited(statements) == ["push.retried"]
    work_off(refused.pk)
    assert sent(ledger) == [2, 1]
    assert ledger.rows()[1]["message"] == str(key)


def test_the_desk_gives_up_with_a_reason(cast, officers, refused):
    pk = messages(cast, refused)[0].pk
    with acting_as(officers.civil):
        with pytest.raises(DomainError) as refusal:
            give_up(actor=officers.civil, target=refused, ids=[pk], note="不")
        assert refusal.value.field == "note"
        assert give_up(actor=officers.civil, target=refused, ids=[pk], note="对方已手工录入") == 1
    work_off(refused.pk)
    assert states(cast, refused) == ["given_up", "received"]


def test_what_is_under_way_can_not_be_given_up(cast, officers, refused):
    PushTarget.objects.update(lease=uuid.uuid4(), lease_until=now() + timedelta(seconds=20))
    with acting_as(officers.civil), pytest.raises(Conflict):
        give_up(actor=officers.civil, target=refused, ids=[1], note="对方已手工录入")


def test_the_desk_of_another_department_finds_nothing(cast, officers, refused):
    with acting_as(officers.disabled):
        for step in (
            lambda: retry_messages(actor=officers.disabled, target=refused, ids=[1]),
            lambda: give_up(actor=officers.disabled, target=refused, ids=[1], note="对方已手工录入"),
            lambda: try_now(actor=officers.disabled, target=refused),
            lambda: switch_target(actor=officers.disabled, target=refused, on=False),
        ):
            with pytest.raises(NotFound):
                step()


def test_a_target_that_is_off_sends_nothing_and_what_is_put_in_waits(cast, officers, ways, ledger):
    target = ways.to(ledger.url)
    with acting_as(officers.civil):
        switch_target(actor=officers.civil, target=target, on=False)
    put(cast, 1)
    assert list_due_targets() == []
    assert work_off(target.pk) == 0
    with acting_as(officers.civil):
        switch_target(actor=officers.civil, target=target, on=True)
    work_off(target.pk)
    assert sent(ledger) == [1]


def test_a_flow_whose_post_has_ended_waits_until_somebody_takes_it_over(cast, ways, ledger):
    target = ways.to(ledger.url)
    put(cast, 1)
    Post.objects.filter(pk=cast.department.post_id).update(is_active=False)
    assert list_due_targets() == []
    assert work_off(target.pk) == 0
    Post.objects.filter(pk=cast.department.post_id).update(is_active=True)
    with acting_as(cast.department):
        switch_flow(actor=cast.department, flow=target.flows.get(), on=True)
    assert work_off(target.pk) == 1


def test_what_was_ready_before_is_sent_on_demand_and_once(cast, ways, ledger):
    target = ways.to(ledger.url)
    put(cast, 2)
    flow = target.flows.get()
    with acting_as(cast.department):
        assert send_ready(actor=cast.department, flow=flow) == 1
        assert send_ready(actor=cast.department, flow=flow) == 0
    work_off(target.pk)
    assert sent(ledger) == [2, 1]


def test_each_message_leaves_lines_in_the_name_of_whoever_switched_it_on(cast, ways, ledger):
    target = ways.to(ledger.url)
    put(cast, 1)
    with watching() as statements:
        work_off(target.pk)
    assert audited(statements) == ["push.sent", "push.received"]
    assert f"push:{messages(cast, target)[0].pk}" in str(statements)


def test_a_village_sees_the_messages_about_itself_only(cast, ways, ledger):
    target = ways.to(ledger.url)
    put(cast, 1, 2)
    for actor, wanted in ((cast.worker, [1]), (cast.neighbour, [2]), (cast.town, [1, 2])):
        with acting_as(actor):
            seen = PushMessage.objects.visible_to(actor).filter(target=target).order_by("pk")
            assert [one.about_id for one in seen] == wanted
            assert PushMessage.objects.count() == len(wanted)


@pytest.mark.django_db(transaction=True)
def test_messages_of_a_target_are_numbered_in_the_order_in_which_their_transactions_end(cast, ways, ledger):
    """The one that puts in first is first, though the other began before: the second waits for its end."""
    from threading import Thread

    target = ways.to(ledger.url)
    second_done = []

    def second():
        put(cast, 2)
        second_done.append(True)
        connection.close()

    with acting_as(cast.town):
        put_into_outbox("numbers", [(SOURCE, about(1))])
        other = Thread(target=second)
        other.start()
        other.join(0.5)
        assert second_done == []
    other.join(10)
    assert second_done == [True]
    assert [one.about_id for one in messages(cast, target)] == [1, 2]


def test_a_fault_of_every_kind_has_words():
    assert all(str(fault.label).endswith("。") for fault in Fault)
    assert isinstance(SourceFailed(Fault.HTML), DomainError)
