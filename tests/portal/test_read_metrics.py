"""Figures for Prometheus: who may read them, and that they count what happens."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.models import Guess, Job
from tests.doors import sign_in

TOKEN = "t" * 40
METRICS = "/metrics"


@pytest.fixture
def figures(client, settings, db):
    """Reads the figures with the token: {"portal_up{part=\"database\"}": 1.0, ...}."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[str, float]:
        answer = client.get(METRICS, headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/plain")
        return read_lines(answer.content.decode())

    return read


def read_lines(text: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_without_a_token_in_the_settings_there_is_no_such_address(client, db):
    answer = client.get(METRICS, headers={"Authorization": "Bearer "})
    assert answer.status_code == 404


@pytest.mark.parametrize("said", ["", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_who_does_not_carry_the_token_is_refused(client, settings, db, said):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get(METRICS, headers={"Authorization": said})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert "portal_" not in answer.content.decode()


def test_a_login_is_no_token(client, settings, cast):
    settings.METRICS_TOKEN = TOKEN
    assert sign_in(client, cast.system).get(METRICS).status_code == 401


def test_the_token_opens_nothing_else(client, settings, db):
    settings.METRICS_TOKEN = TOKEN
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get(reverse("portal:status"), headers=headers).status_code == 401
    assert client.get(reverse("portal:api_systems"), headers=headers).status_code == 401


def test_requests_are_counted_by_route_and_status_never_by_path(client, figures, cast):
    name = 'portal_request_seconds_count{status="%s",view="%s"}'
    here, nowhere = name % (200, "accounts:login"), name % (404, "none")
    before = figures()
    client.get(reverse("accounts:login"), {"next": "/persons/310151199001011234/"})
    client.get("/no-such-address/310151199001011234/")
    after = figures()
    assert after[here] == before.get(here, 0) + 1
    assert after[nowhere] == before.get(nowhere, 0) + 1
    assert not any(re.search(r"\d{5}|/", label) for line in after for label in re.findall(r'"([^"]*)"', line))


def test_queues_tell_how_many_wait_and_for_how_long(figures, cast):
    post, before = cast.worker.post_id, figures()
    job = Job.objects.create(kind="registry.import", post_id=post)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    Job.objects.create(kind="registry.import", post_id=post, state=Job.State.FAILED, finished_at=timezone.now())
    after = figures()
    assert before['portal_queue_waiting{queue="jobs"}'] == before['portal_queue_oldest_seconds{queue="jobs"}'] == 0
    assert after['portal_queue_waiting{queue="jobs"}'] == 1
    assert after['portal_queue_stuck{queue="jobs"}'] == 1
    assert 300 <= after['portal_queue_oldest_seconds{queue="jobs"}'] < 330


def test_passwords_that_did_not_open_are_counted_without_whose(figures):
    for minutes in (1, 14, 16):
        Guess.objects.create(at=timezone.now() - timedelta(minutes=minutes), account=b"a", address=b"b")
    assert figures()["portal_login_failures"] == 2


def test_the_clock_tells_when_it_last_rang(figures):
    every = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.SECONDS)
    at = timezone.now() - timedelta(minutes=3)
    PeriodicTask.objects.create(name="resume-jobs", task="x", interval=every, last_run_at=at)
    told = figures()['portal_beat_last_run_timestamp_seconds{task="resume-jobs"}']
    assert told == pytest.approx(at.timestamp(), abs=1)


def test_the_database_tells_its_connections(figures):
    found = figures()
    assert sum(value for name, value in found.items() if name.startswith("portal_database_connections{")) >= 1
    assert found["portal_database_connections_limit"] > 10
    assert found["portal_database_bytes"] > 1_000_000


def test_a_lost_database_is_told_and_does_not_take_the_rest_along(figures, monkeypatch):
    monkeypatch.setattr("portal.selectors.operation.database_answers", lambda: False)
    found = figures()
    assert found['portal_up{part="database"}'] == 0
    assert 'portal_queue_waiting{queue="jobs"}' not in found
    assert any(name.startswith("portal_request_seconds_count") for name in found)


def test_a_database_that_goes_away_meanwhile_is_no_error(figures, monkeypatch):
    def gone():
        raise DatabaseError

    monkeypatch.setattr("portal.metrics.standing.get_database", gone)
    found = figures()
    assert "portal_storage_bytes" in " ".join(found)
    assert "portal_database_bytes" not in found


def test_it_costs_a_fixed_number_of_statements(figures, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        figures()
