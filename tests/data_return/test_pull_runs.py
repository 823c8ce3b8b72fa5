"""Runs of a connector over real sources: every row once, a page with its cursor; a second run changes nothing."""

import uuid
from datetime import timedelta

import pytest
import requests
from django.utils.timezone import now

from accounts.models import Post
from accounts.scope import acting_as
from data_return.channels.faults import Fault
from data_return.connectors.codec import read_back
from data_return.models import Connector, PullRun, PullSeen
from data_return.pull import keeping, leases, running
from data_return.pull.ending import forget_runs
from data_return.pull.leases import lease_time, list_due_connectors
from data_return.pull.running import run_connector
from tests.data_return.pulling import BY_TIME, FIELDS, Pulls, names_of, row, rows_of
from tests.departments.json_server import json_server
from tests.departments.postgresql import DATABASE, PASSWORD, USER
from tests.doors import audited, watching
from tests.factories import EAST, make_id_number, make_person

pytestmark = pytest.mark.django_db
State = PullRun.State


@pytest.fixture
def pulls(officers, settings) -> Pulls:
    return Pulls(officers.disabled, settings)


@pytest.fixture
def by_time():
    return {"asks": BY_TIME, "updated_field": "updated"}


def figures(run: PullRun) -> tuple[int, int, int, int]:
    return run.came, run.written, run.gone, run.bad


def test_everything_comes_page_by_page_and_a_second_run_changes_nothing(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(25)) as url:
        connector = pulls.to(url, dataset)
        first = pulls.run(connector)
        before = {name: (one.pk, one.values, one.received_at) for name, one in pulls.records(connector).items()}
        second = pulls.run(connector)
    assert (first.state, first.pages, figures(first)) == (State.DONE, 3, (25, 25, 0, 0))
    assert (second.state, figures(second)) == (State.DONE, (25, 0, 0, 0))
    assert {name: (one.pk, one.values, one.received_at) for name, one in pulls.records(connector).items()} == before
    assert len(before) == 25
    assert not PullSeen.objects.exists()
    dataset.refresh_from_db()
    assert dataset.quality["rows"] == 25
    assert dataset.loaded_at is not None


def test_a_record_is_sealed_and_matched_as_an_uploaded_one_is(cast, pulls, dataset, tmp_path):
    number = make_id_number()
    with acting_as(cast.worker):
        person = make_person(EAST, id_number=number)
    with json_server(tmp_path, rows=[row(1, card=number)]) as url:
        connector = pulls.to(url, dataset)
        pulls.run(connector)
    (record,) = pulls.records(connector).values()
    assert (record.person_id, record.area_code) == (person.pk, EAST)
    assert number not in str(record.values)


def test_only_what_changed_is_read_by_time(pulls, dataset, by_time, tmp_path):
    with json_server(tmp_path, rows=rows_of(25)) as url:
        connector = pulls.to(url, dataset, **by_time)
        first, second = pulls.run(connector), pulls.run(connector)
        requests.patch(f"{url}/rows/7", json={"phone": "13700000000", "updated": "2026-02-01T00:00:00"}, timeout=5)
        third = pulls.run(connector)
    assert [figures(run) for run in (first, second, third)] == [(25, 25, 0, 0), (0, 0, 0, 0), (1, 1, 0, 0)]
    assert read_back(connector.mark) == ["2026-02-01T00:00:00", 7]
    record = pulls.records(connector)["居民7"]
    assert record.values["person.phone"] == "13700000000"
    assert record.observed_on.isoformat() == "2026-02-01"


def test_what_was_written_late_over_there_is_read_again(pulls, dataset, by_time, tmp_path):
    with json_server(tmp_path, rows=rows_of(20)) as url:
        connector = pulls.to(url, dataset, **by_time | {"overlap_minutes": 5})
        pulls.run(connector)
        requests.post(f"{url}/rows", json=row(99, updated="2026-01-01T00:18:30"), timeout=5)
        again = pulls.run(connector)
    assert again.written == 1
    assert "居民99" in pulls.names(connector)
    assert read_back(connector.mark) == ["2026-01-01T00:20:00", 20]


def test_a_table_is_pulled(pulls, dataset, department_postgres, settings):
    department_postgres.run(
        """DROP TABLE IF EXISTS public.pulled;
        CREATE TABLE public.pulled (id int PRIMARY KEY, card text, name text, phone text, secret text,
          updated timestamptz);
        GRANT SELECT ON public.pulled TO reader"""
    )
    for n in range(1, 26):
        one = row(n)
        department_postgres.run(
            "INSERT INTO public.pulled VALUES (%s, %s, %s, %s, 'x', %s)", n, one["card"], one["name"], one["phone"],
            one["updated"],
        )  # fmt: skip
    address = {"dialect": "postgresql", "host": "127.0.0.1", "port": department_postgres.port}
    connector = pulls.to(
        f"postgresql://127.0.0.1:{department_postgres.port}", dataset, asks={"table": "public.pulled"},
        channel_kind="sql", address=address | {"database": DATABASE, "user": USER, "encrypted": False},
        secrets={"password": PASSWORD}, kind="sql_table", updated_field="updated", fields=[*FIELDS, "secret"],
    )  # fmt: skip
    first, second = pulls.run(connector), pulls.run(connector)
    assert [figures(run) for run in (first, second)] == [(25, 25, 0, 0), (0, 0, 0, 0)]
    department_postgres.run("ALTER TABLE public.pulled DROP COLUMN phone; UPDATE public.pulled SET updated = now()")
    third = pulls.run(connector)
    assert (third.state, third.drift["stopped"]) == (State.DONE, {"person.phone": "missing"})
    assert pulls.records(connector)["居民7"].values["person.phone"] == "13900000007"
    department_postgres.run("ALTER TABLE public.pulled DROP COLUMN card; UPDATE public.pulled SET updated = now()")
    assert pulls.run(connector).fault == Fault.FIELDS_GONE


def test_what_a_source_marks_as_deleted_is_removed_and_nothing_else(pulls, dataset, by_time, tmp_path):
    with json_server(tmp_path, rows=[one | {"gone": 0} for one in rows_of(12)]) as url:
        connector = pulls.to(
            url, dataset, **by_time, deletes="mark", gone_field="gone", gone_value="1", fields=[*FIELDS, "gone"]
        )
        pulls.run(connector)
        requests.patch(f"{url}/rows/3", json={"gone": 1, "updated": "2026-02-01T00:00:00"}, timeout=5)
        requests.delete(f"{url}/rows/4", timeout=5)
        run = pulls.run(connector)
    assert figures(run) == (1, 0, 1, 0)
    assert pulls.names(connector) == names_of(1, 2, *range(4, 13))


def test_who_is_not_on_a_whole_list_any_more_is_removed(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(25)) as url:
        connector = pulls.to(url, dataset, deletes="whole")
        pulls.run(connector)
        requests.delete(f"{url}/rows/25", timeout=5)
        run = pulls.run(connector)
        assert (run.state, run.gone, len(pulls.names(connector))) == (State.DONE, 1, 24)
        assert pulls.run(connector).gone == 0


def test_more_than_may_be_deleted_deletes_nothing(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(25)) as url:
        connector = pulls.to(url, dataset, deletes="whole", most_gone=2)
        pulls.run(connector)
        for n in (1, 2, 3):
            requests.delete(f"{url}/rows/{n}", timeout=5)
        run = pulls.run(connector)
    assert (run.state, run.fault, run.gone) == (State.FAILED, Fault.TOO_MANY_GONE, 0)
    assert len(pulls.names(connector)) == 25


def test_an_empty_list_deletes_nobody(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(3)) as url:
        connector = pulls.to(url, dataset, deletes="whole")
        pulls.run(connector)
        for n in (1, 2, 3):
            requests.delete(f"{url}/rows/{n}", timeout=5)
        assert pulls.run(connector).fault == Fault.TOO_MANY_GONE
    assert len(pulls.names(connector)) == 3


@pytest.mark.parametrize("asks", [{"total": ""}, {}])
def test_a_row_of_which_nobody_knows_whom_it_names_keeps_all_others(pulls, dataset, tmp_path, asks):
    """Without a total, or with a number that cannot be read, a list is not surely all there is."""
    rows = rows_of(25)
    with json_server(tmp_path, rows=rows) as url:
        connector = pulls.to(url, dataset, asks=asks, deletes="whole")
        pulls.run(connector)
        requests.delete(f"{url}/rows/25", timeout=5)
        requests.patch(f"{url}/rows/3", json={"card": "1"} if asks == {} else {}, timeout=5)
        assert pulls.run(connector).gone == 0
    assert len(pulls.names(connector)) == 25


def test_of_two_rows_about_one_subject_one_counts_and_stays_so(pulls, dataset, tmp_path):
    rows = rows_of(25)
    rows[20] |= {"card": rows[2]["card"]}
    rows[4] |= {"card": rows[2]["card"]}
    with json_server(tmp_path, rows=rows) as url:
        connector = pulls.to(url, dataset)
        first, second = pulls.run(connector), pulls.run(connector)
    assert (first.written, first.doubled, second.written) == (23, 2, 0)
    assert "居民3" in pulls.names(connector)


def test_a_bad_row_goes_to_quarantine_sealed_and_the_others_go_on(pulls, dataset, tmp_path):
    rows = rows_of(12)
    rows[4] |= {"card": "310230194001010000"}
    rows[7] |= {"phone": "abc"}
    with json_server(tmp_path, rows=rows) as url:
        connector = pulls.to(url, dataset)
        first, second = pulls.run(connector), pulls.run(connector)
        assert (figures(first), figures(second)) == ((12, 10, 0, 2), (12, 0, 0, 0))
        number, phone = pulls.quarantined(connector)
        assert [one["item"] for one in number.reasons + phone.reasons] == ["person.id_number", "person.phone"]
        assert "31023019400101" not in number.sealed + str(number.reasons)
        assert number.raw["name"] == "居民5"
        requests.patch(f"{url}/rows/5", json={"card": make_id_number()}, timeout=5)
        third = pulls.run(connector)
    assert figures(third) == (12, 1, 0, 0)
    assert [one.pk for one in pulls.quarantined(connector)] == [phone.pk]


def test_a_page_of_mostly_bad_rows_is_not_kept_and_shows_why(pulls, dataset, by_time, tmp_path):
    with json_server(tmp_path, rows=[row(n, card=str(n)) for n in range(1, 31)]) as url:
        connector = pulls.to(url, dataset, **by_time, page_size=30)
        run = pulls.run(connector)
    assert (run.state, run.fault, run.pages) == (State.FAILED, Fault.MOSTLY_BAD, 0)
    assert len(pulls.quarantined(connector)) == 30
    assert connector.mark == ""


def test_a_field_that_got_empty_stops_and_keeps_what_was_there(pulls, dataset, tmp_path):
    rows = rows_of(12)
    with json_server(tmp_path, rows=rows) as url:
        connector = pulls.to(url, dataset, page_size=20)
        pulls.run(connector)
    with json_server(tmp_path, rows=[one | {"phone": None, "name": f"新{n}"} for n, one in enumerate(rows)]) as url:
        _lead_to(connector, url, pulls)
        run, again = pulls.run(connector), pulls.run(connector)
    assert (run.written, again.written) == (12, 0)
    assert connector.drift == {"stopped": {"person.phone": "empty"}, "new": []}
    assert {one.values["person.phone"] for one in pulls.records(connector).values()} == {one["phone"] for one in rows}


def test_a_run_is_not_doubled_and_a_dead_worker_is_followed(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(5)) as url:
        connector = pulls.to(url, dataset)
        assert list_due_connectors() == [connector.pk]
        Connector.objects.filter(pk=connector.pk).update(lease=uuid.uuid4(), lease_until=now() + timedelta(seconds=20))
        assert list_due_connectors() == []
        assert run_connector(connector.pk) is False
        Connector.objects.filter(pk=connector.pk).update(lease_until=now() - timedelta(seconds=1))
        assert list_due_connectors() == [connector.pk]
        assert run_connector(connector.pk) is True
    assert len(pulls.names(connector)) == 5


def test_a_dead_worker_is_followed_within_a_minute(settings):
    settings.JOB_LEASE_SECONDS = 3600
    assert lease_time() + timedelta(seconds=5) < timedelta(seconds=60)


def test_a_run_goes_on_where_its_worker_died(pulls, dataset, tmp_path, monkeypatch):
    with json_server(tmp_path, rows=rows_of(35)) as url:
        connector = pulls.to(url, dataset)
        _die_after(monkeypatch, pages=2)
        with pytest.raises(KeyboardInterrupt):
            run_connector(connector.pk)
        monkeypatch.undo()
        assert pulls.names(connector) == names_of(*range(1, 21))
        Connector.objects.filter(pk=connector.pk).update(lease_until=now())
        run = pulls.run(connector)
    assert PullRun.objects.count() == 1
    assert (run.state, run.pages, run.takeovers, figures(run)) == (State.DONE, 4, 1, (35, 35, 0, 0))


def test_a_page_that_cannot_be_kept_moves_no_cursor(pulls, dataset, by_time, tmp_path, monkeypatch):
    with json_server(tmp_path, rows=rows_of(25)) as url:
        connector = pulls.to(url, dataset, **by_time)
        with monkeypatch.context() as patch:
            patch.setattr(keeping, "_move_on", _break)
            run = pulls.run(connector)
        assert (run.fault, run.pages, connector.mark, pulls.names(connector)) == ("internal", 0, "", [])
        assert pulls.run(connector).written == 25


def test_a_worker_that_lost_its_lease_keeps_nothing(pulls, dataset, tmp_path, monkeypatch):
    keep = running._Run._keep

    def taken_over(*given):
        Connector.objects.filter(pk=connector.pk).update(lease=uuid.uuid4())
        keep(*given)

    with json_server(tmp_path, rows=rows_of(5)) as url:
        connector = pulls.to(url, dataset)
        monkeypatch.setattr(running._Run, "_keep", taken_over)
        run_connector(connector.pk)
    assert pulls.names(connector) == []


def test_a_post_that_has_ended_brings_nothing(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(5)) as url:
        connector = pulls.to(url, dataset)
        Post.objects.filter(pk=connector.post_id).update(is_active=False)
        assert list_due_connectors() == []
        assert run_connector(connector.pk) is False


def test_a_failing_source_is_asked_later_and_later_and_the_run_goes_on(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(5)) as url:
        connector = pulls.to(url, dataset)
    waits = []
    for _ in range(6):
        run = pulls.run(connector)
        waits.append((connector.due_at - now()).total_seconds())
    assert (run.state, run.fault, connector.fault) == (State.RUNNING, "unreachable", "unreachable")
    assert waits[0] <= 5 < waits[3] <= 40 < waits[5]
    assert connector.is_cut_off
    assert waits[5] > 800
    with json_server(tmp_path, rows=rows_of(5)) as url:
        _lead_to(connector, url, pulls)
        run = pulls.run(connector)
    assert (run.state, run.written, connector.failures, connector.fault) == (State.DONE, 5, 0, "")
    assert PullRun.objects.count() == 1


def test_old_runs_are_forgotten_and_the_last_one_is_not(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(2)) as url:
        connector = pulls.to(url, dataset)
        first, second = pulls.run(connector), pulls.run(connector)
    PullRun.objects.update(ended_at=now() - timedelta(days=200))
    assert forget_runs() == 1
    assert list(PullRun.objects.all()) == [second]
    assert first.pk != second.pk


def test_a_run_leaves_one_line_and_costs_the_same_however_many_rows(pulls, dataset, tmp_path):
    with json_server(tmp_path, rows=rows_of(3)) as url:
        connector = pulls.to(url, dataset)
        few = _statements_of_a_run(connector)
        for n in range(4, 10):
            requests.post(f"{url}/rows", json=row(n), timeout=5)
        many = _statements_of_a_run(connector)
    assert audited(few) == audited(many) == ["pull.done"]
    assert len(pulls.names(connector)) == 9
    assert len(few) == len(many)


def _statements_of_a_run(connector: Connector) -> list:
    Connector.objects.filter(pk=connector.pk).update(due_at=now())
    with watching() as statements:
        assert run_connector(connector.pk)
    return statements


def _lead_to(connector: Connector, url: str, pulls: Pulls) -> None:
    pulls.settings.OUTBOUND_HOSTS = [url]
    connector.channel.address |= {"base": url}
    connector.channel.save()


def _die_after(monkeypatch, pages: int) -> None:
    """As kill -9 does: in the middle of the transaction that follows."""
    move_on, done = keeping._move_on, []

    def die(*given):
        if len(done) == pages:
            raise KeyboardInterrupt
        done.append(1)
        return move_on(*given)

    monkeypatch.setattr(keeping, "_move_on", die)
    monkeypatch.setattr(leases, "release", lambda *_: None)


def _break(*_):
    raise ZeroDivisionError
