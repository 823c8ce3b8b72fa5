"""The portal as in production, but for the proxy: on a copy of the seeded database that is thrown away afterwards."""

import os
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from bench.database import DATABASE, environment, server
from portal import programs
from portal.embedded.child import stop_together, to_file
from portal.embedded.postgres import SUPERUSER, Postgres
from portal.embedded.redis import Redis, free_port

COPY = "load"
HOST = "portal.example"
ORIGIN = f"https://{HOST}"
_TABLES = ("forms_engine_reportrow", "forms_engine_report", "forms_engine_dispatch", "accounts_user", "accounts_post")
_READY_SECONDS = 90


@dataclass(frozen=True)
class Running:
    """url: where web listens. env: of its programs."""

    url: str
    env: Mapping[str, str]


def copy(postgres: Postgres) -> None:
    """The copy that a run may change; the one of the last run is dropped."""
    run(postgres, "postgres", f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
    run(postgres, "postgres", f"CREATE DATABASE {COPY} TEMPLATE {DATABASE} STRATEGY FILE_COPY")
    postgres.make_database(COPY)


def drop(postgres: Postgres) -> None:
    run(postgres, "postgres", f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")


def settle(postgres: Postgres) -> None:
    """What a night does: the planner knows the new rows, and no vacuum of theirs falls into a run."""
    for table in _TABLES:
        run(postgres, COPY, f"VACUUM (ANALYZE) {table}")
    run(postgres, "postgres", "CHECKPOINT")
    os.sync()


def run(postgres: Postgres, database: str, statement: str) -> None:
    """One statement of the superuser, outside a transaction."""
    connection = psycopg2.connect(postgres.url(SUPERUSER, database))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


@contextmanager
def running(persons: int, folder: Path) -> Iterator[Running]:
    """Web, worker, beat, Redis, and PostgreSQL with all its care for crashes. folder: logs. Raises SystemExit."""
    postgres, sink = server(persons, throwaway=False), to_file(folder / "stack.log")
    redis = Redis(folder / "redis", password=secrets.token_hex(16), sink=sink)
    with ExitStack() as stack:
        stack.callback(postgres.stop)
        postgres.start()
        stack.callback(drop, postgres)
        stack.callback(redis.stop)
        redis.start()
        port = free_port()
        env = os.environ | environment(postgres, COPY) | _production(redis.url, folder)
        if programs.manage(env, "collectstatic", "--noinput", "--verbosity", "0") != 0:
            raise SystemExit("collectstatic failed, see above")
        own = [programs.web(env, port, sink=sink), programs.worker(env, sink=sink), programs.beat(env, sink=sink)]
        stack.callback(stop_together, own)
        for child in own:
            child.start()
        _wait_until_ready(port)
        yield Running(f"http://127.0.0.1:{port}", env)


def _production(redis_url: str, folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "PORTAL_ORIGIN": ORIGIN,
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "TRUSTED_PROXIES": "1",
        "REDIS_URL": redis_url,
        "MEDIA_ROOT": str(folder / "media"),
    }


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3).close()
            return
        time.sleep(0.2)
    raise SystemExit("the portal did not get ready, see stack.log")
