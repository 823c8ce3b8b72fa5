"""The pages of connectors: set up step by step, switched on, looked at, and the desk of rows that were not fit."""

import pytest
import requests
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule

from accounts.jobs import run_job
from accounts.models import Job
from accounts.scope import acting_as
from data_return.models import Channel, Connector, PullRun, QuarantinedRow
from data_return.pull.schedule import next_time
from data_return.services.events import take_event, work_off_events
from data_return.services.pull_setup import register_connector
from portal.selectors.todo import count_todo
from tests.data_return.pulling import ASKS, MAPPING, WEB, Pulls, row, rows_of
from tests.data_return.test_take_events import renew
from tests.departments.json_server import json_server
from tests.doors import audited, sign_in, watching
from tests.factories import make_dataset, make_id_number

pytestmark = pytest.mark.django_db
BAD_NUMBER = "310230194001010000"


@pytest.fixture
def pulls(officers, settings) -> Pulls:
    return Pulls(officers.disabled, settings)


@pytest.fixture
def source(tmp_path):
    """Twelve people, under names that only their contents tell."""
    rows = [{"id": one["id"], "sfzh": one["card"], "姓名": one["name"], "dh": one["phone"]} for one in rows_of(12)]
    with json_server(tmp_path, rows=rows) as url:
        yield url


@pytest.fixture
def channel(officers, settings, source):
    settings.OUTBOUND_HOSTS = [source]
    return Channel.objects.create(
        department_id=officers.disabled.department_id, name="残联接口", kind="http", address=WEB | {"base": source},
        per_minute=6000, created_by_id=officers.disabled.post_id,
    )  # fmt: skip


def page(client, name, *keys):
    return client.get(reverse(f"data_return:{name}", args=keys))


def press(client, name, /, *keys, **given):
    return client.post(reverse(f"data_return:{name}", args=keys), given)


def test_an_officer_sets_up_a_source_step_by_step_and_it_runs(client, officers, pulls, dataset, channel):
    sign_in(client, officers.disabled)
    new = f"{reverse('data_return:connector_new')}?dataset={dataset.pk}&channel={channel.pk}"
    assert "数据列表的位置" in client.get(new).content.decode()
    assert client.post(new, ASKS).status_code == 302
    connector = Connector.objects.get()
    run_job(Job.objects.get(kind="data_return.test_connector").pk)
    tested = page(client, "connector_source", connector.pk).content.decode()
    assert "读到 12 条样例" in tested or "读到 20 条样例" in tested
    shown = page(client, "connector_fields", connector.pk)
    text = shown.content.decode()
    proposed = {one["name"]: one["item"] for one, _ in shown.context["form"].lines}
    assert proposed == {"id": "", "sfzh": "person.id_number", "姓名": "person.name", "dh": "person.phone"}
    assert "居**" in text
    assert "居民1" not in text
    assert "139000000" not in text
    given = {"item-1": "person.id_number", "item-2": "person.name", "item-3": "person.phone"}
    assert press(client, "connector_fields", connector.pk, **given, key_field="id", deletes="whole").status_code == 302
    limits = {"page_size": 5, "most_rows": 100, "most_gone": 3, "overlap_minutes": 0}
    assert press(client, "connector_schedule", connector.pk, every="day", at="06:30", **limits).status_code == 302
    assert press(client, "connector_switch", connector.pk, on="1").status_code == 302
    connector.refresh_from_db()
    assert (connector.is_on, connector.schedule.hour, connector.schedule.minute) == (True, "6", "30")
    assert pulls.run(connector).written == 12
    text = page(client, "connector", connector.pk).content.decode()
    assert "✓ 完成" in text
    assert "每天 06:30" in text
    assert dataset.name in page(client, "connector_list").content.decode()


def test_a_test_that_fails_says_why(client, officers, dataset, channel):
    sign_in(client, officers.disabled)
    channel.address |= {"base": channel.address["base"] + "/nothing"}
    channel.save()
    new = f"{reverse('data_return:connector_new')}?dataset={dataset.pk}&channel={channel.pk}"
    client.post(new, ASKS)
    run_job(Job.objects.get(kind="data_return.test_connector").pk)
    assert "对方没有这个地址" in page(client, "connector_source", Connector.objects.get().pk).content.decode()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "没有它,认不出每条数据说的是谁"),
        ({"item-1": "person.id_number", "updated_field": "id"}, "请同时选择编号字段"),
        ({"item-1": "person.id_number", "key_field": "id", "updated_field": "id"}, "没有设置按更新时间查询"),
        ({"item-1": "person.id_number", "deletes": "mark"}, "请选择删除标记字段"),
        ({"item-1": "person.id_number", "item-2": "person.id_number"}, "已经选给了"),
    ],
)
def test_fields_that_do_not_do_are_told(client, officers, pulls, dataset, source, given, says):
    connector = pulls.to(source, dataset, is_on=False, mapping={})
    fields = [{"name": name, "item": "", "why": "", "examples": []} for name in ("id", "sfzh", "姓名")]
    connector.seal_sample({"rows": 1, "total": None, "fields": fields})
    connector.save()
    sign_in(client, officers.disabled)
    answer = press(client, "connector_fields", connector.pk, **{"deletes": "never"} | given)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_what_is_not_mapped_is_not_switched_on(client, officers, pulls, dataset, source):
    connector = pulls.to(source, dataset, is_on=False, mapping={})
    sign_in(client, officers.disabled)
    assert press(client, "connector_switch", connector.pk, on="1").status_code == 422
    connector.refresh_from_db()
    assert not connector.is_on


def test_a_dataset_has_one_source(officers, pulls, dataset, channel, source):
    pulls.to(source, dataset)
    with acting_as(officers.disabled), pytest.raises(Exception, match="已经有对接"):
        register_connector(actor=officers.disabled, dataset=dataset, channel=channel, kind="http_json", asks=ASKS)


def test_another_source_is_read_from_the_beginning(client, officers, pulls, dataset, source):
    connector = pulls.to(source, dataset, mark='["2026-01-01", 1]')
    running = PullRun.objects.create(connector=connector, asked="schedule")
    sign_in(client, officers.disabled)
    assert press(client, "connector_source", connector.pk, **ASKS | {"path": "people"}).status_code == 302
    connector.refresh_from_db()
    running.refresh_from_db()
    assert (connector.mark, connector.asks["path"], running.state) == ("", "people", "failed")


@pytest.mark.parametrize("who", ["civil", "nowhere"])
def test_another_department_finds_nothing(client, officers, pulls, dataset, source, who):
    connector = pulls.to(source, dataset)
    sign_in(client, getattr(officers, who))
    assert page(client, "connector", connector.pk).status_code == 404
    assert dataset.name not in page(client, "connector_list").content.decode()


@pytest.fixture
def quarantined(pulls, dataset, tmp_path):
    """(connector, rows at the desk): a wrong number, and a phone that is none."""
    folder = tmp_path / "bad"
    folder.mkdir()
    rows = [row(1), row(2, card=BAD_NUMBER), row(3, phone="没有")]
    with json_server(folder, rows=rows) as url:
        connector = pulls.to(url, dataset)
        pulls.run(connector)
        yield connector, pulls.quarantined(connector)


def test_the_desk_shows_why_and_nothing_in_clear_and_leaves_a_line(client, officers, pulls, quarantined):
    connector, rows = quarantined
    sign_in(client, officers.disabled)
    with watching() as statements:
        text = page(client, "connector", connector.pk).content.decode()
    assert audited(statements) == ["pull.desk_read"]
    assert "校验位不符" in text
    assert BAD_NUMBER not in text
    assert "居民2" not in text
    assert len(rows) == 2
    with acting_as(officers.disabled):
        assert count_todo(actor=officers.disabled)["pulls"] == 1


def test_rows_are_read_again_and_those_that_are_fit_leave(client, officers, pulls, quarantined):
    """The mapping was wrong: without the phone the third row is fit."""
    connector, rows = quarantined
    Connector.objects.filter(pk=connector.pk).update(mapping={k: v for k, v in MAPPING.items() if k != "person.phone"})
    sign_in(client, officers.disabled)
    assert press(client, "connector_desk", connector.pk, step="retry", rows=[one.pk for one in rows]).status_code == 302
    assert [one.pk for one in pulls.quarantined(connector)] == [rows[0].pk]
    assert "居民3" in pulls.names(connector)


def test_a_dropped_row_stays_away_until_it_changes(client, officers, pulls, quarantined):
    connector, rows = quarantined
    sign_in(client, officers.disabled)
    assert press(client, "connector_desk", connector.pk, step="drop", rows=[rows[0].pk], note="").status_code == 422
    press(client, "connector_desk", connector.pk, step="drop", rows=[rows[0].pk], note="对方已注销")
    assert pulls.run(connector).bad == 0
    kept = pulls.quarantined(connector)[0]
    assert (kept.state, kept.sealed) == (QuarantinedRow.State.DROPPED, "")
    requests.patch(f"{connector.channel.address['base']}/rows/2", json={"card": "3102301940010100"}, timeout=5)
    assert pulls.run(connector).bad == 1
    assert pulls.quarantined(connector)[0].state == QuarantinedRow.State.WAITING


def test_a_row_that_was_overtaken_overwrites_nothing(client, officers, pulls, dataset, tmp_path):
    number = make_id_number()
    with json_server(tmp_path, rows=[row(1, card=number, phone="没有")]) as url:
        connector = pulls.to(url, dataset)
        pulls.run(connector)
        requests.delete(f"{url}/rows/1", timeout=5)
        requests.post(f"{url}/rows", json=row(2, card=number), timeout=5)
        pulls.run(connector)
    (old,) = pulls.quarantined(connector)
    Connector.objects.filter(pk=connector.pk).update(mapping={k: v for k, v in MAPPING.items() if k != "person.phone"})
    sign_in(client, officers.disabled)
    press(client, "connector_desk", connector.pk, step="retry", rows=[old.pk])
    assert pulls.names(connector) == ["居民2"]
    assert pulls.quarantined(connector) == []


def test_drift_is_told_and_looked_at(client, officers, pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=[one | {"extra": 1} for one in rows_of(12)]) as url:
        connector = pulls.to(url, dataset, mapping=MAPPING | {"person.phone": "mobile"})
        pulls.run(connector)
        sign_in(client, officers.disabled)
        text = page(client, "connector", connector.pk).content.decode()
        assert "对方没有这个字段了" in text
        assert "extra" in text
        assert press(client, "connector_drift", connector.pk).status_code == 302
        pulls.run(connector)
    assert connector.drift["new"] == []


def test_the_department_says_that_it_changed_and_a_run_begins(officers, pulls, dataset, source):
    connector = pulls.to(source, dataset, due_at=None)
    door, _ = renew(officers, dataset)
    take_event(door=door, number="1")
    assert work_off_events() == 1
    connector.refresh_from_db()
    assert connector.due_at is not None
    run = pulls.run(connector)
    assert run.asked == "event"


def test_a_second_officer_who_switches_off_later_is_told(client, officers, pulls, dataset, source):
    connector = pulls.to(source, dataset)
    sign_in(client, officers.disabled)
    assert press(client, "connector_switch", connector.pk, on="0").status_code == 302
    assert press(client, "connector_switch", connector.pk, on="0").status_code == 409
    assert press(client, "connector_run", connector.pk).status_code == 409


@pytest.mark.parametrize(("minute", "hour"), [("*/5", "*"), ("0", "*/6"), ("30", "6")])
def test_the_next_time_follows_the_schedule(pulls, dataset, source, minute, hour):
    connector = pulls.to(source, dataset)
    connector.schedule = CrontabSchedule.objects.create(minute=minute, hour=hour, timezone="Asia/Shanghai")
    moment = next_time(connector).astimezone(connector.schedule.timezone)
    assert moment.minute % 5 == 0 if minute == "*/5" else moment.minute == int(minute)
    assert moment.hour % 6 == 0 if hour == "*/6" else hour == "*" or moment.hour == int(hour)


def test_the_list_costs_the_same_however_many_there_are(client, cast, officers, pulls, dataset, source):
    sign_in(client, officers.disabled)
    pulls.to(source, dataset)
    with watching() as few:
        page(client, "connector_list")
    for n in range(3):
        pulls.to(source, make_dataset(officers.disabled, cast.district, name=f"数据集{n}"))
    with watching() as many:
        page(client, "connector_list")
    assert len(few) == len(many)
