"""/healthz says that the process answers, /readyz that it can work."""

import pytest
from django.test import Client
from redis import RedisError

from portal import health


class Queue:
    """A Redis that answers with what a test wants."""

    def __init__(self, *, heartbeat: bool = True, up: bool = True) -> None:
        self.heartbeat, self.up = heartbeat, up

    def exists(self, key: str) -> int:
        if not self.up:
            raise RedisError
        return int(self.heartbeat and key == health.HEARTBEAT_KEY)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch):
    def use(**state: bool) -> None:
        monkeypatch.setattr(health, "_redis", lambda: Queue(**state))

    return use


def test_healthz_answers_without_the_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


def test_readyz_is_ready_when_all_three_are_up(client: Client, queue, db) -> None:
    queue()
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"database": True, "redis": True, "worker": True})


def test_readyz_names_a_missing_worker(client: Client, queue, db) -> None:
    queue(heartbeat=False)
    response = client.get("/readyz")

    assert (response.status_code, response.json()["worker"], response.json()["redis"]) == (503, False, True)


def test_readyz_survives_a_lost_redis(client: Client, queue, db) -> None:
    queue(up=False)
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": True, "redis": False, "worker": False})


def test_health_pages_are_never_cached_and_carry_a_reference(client: Client) -> None:
    response = client.get("/healthz")

    assert "no-store" in response["Cache-Control"]
    assert len(response["X-Request-ID"]) == 12


def test_a_lost_redis_does_not_stop_a_worker_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def set(self, *_: object, **__: object) -> None:
            raise RedisError

    monkeypatch.setattr(health, "_redis", Gone)

    assert health.keep_worker_heartbeat() is None
