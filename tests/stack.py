"""The whole portal as real processes on a database of its own: web, worker, beat and a Redis that can be killed."""

import os
import secrets
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2

from portal import programs
from portal.embedded.account import reachable_home, unprivileged
from portal.embedded.child import Child, stop_together, to_file
from portal.embedded.postgres import SUPERUSER, Postgres
from portal.embedded.redis import Redis, free_port
from tests.databases import environment, manage_in

_READY_SECONDS = 60


class PortalStack:
    """url: where a browser goes. env: the environment of its processes. folder: logs and media.

    settings: variables that one test file wants otherwise.
    Names of the processes: redis, web, worker, beat.
    """

    def __init__(self, database: str, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.database = database
        self._set_up(folder, environment(database), dict(settings or {}))

    def _set_up(self, folder: Path, addresses: Mapping[str, str], settings: Mapping[str, str]) -> None:
        self.folder = folder
        self._log = folder / "stack.log"
        self._killed: set[str] = set()
        sink, port = to_file(self._log), free_port()
        self.url = f"http://127.0.0.1:{port}"
        redis = Redis(folder / "redis", password=secrets.token_hex(16), sink=sink)
        own = {"REDIS_URL": redis.url, "PORTAL_ORIGIN": self.url, "MEDIA_ROOT": str(folder / "media")}
        own["WEB_WORKERS"] = "2"  # one user at a time: half as many to wait for
        self.env = {**addresses, **own, **settings}
        self._children: dict[str, Child] = {
            "redis": redis.child,
            "web": programs.web(self.env, port, sink=sink),
            "worker": programs.worker(self.env, sink=sink),
            "beat": programs.beat(self.env, sink=sink),
        }

    def start(self) -> None:
        """Start everything and wait until /readyz says yes."""
        for child in self._children.values():
            child.start()
        self.wait_until_ready()

    def stop(self) -> None:
        redis, *own = self._children.values()
        stop_together(own)
        redis.stop()

    def kill(self, name: str) -> None:
        """kill -9 of a process and its group; it stays down until it is restarted."""
        self._killed.add(name)
        self._children[name].kill()

    def restart(self, name: str) -> None:
        """Start a process again, as the process manager would, and wait until the portal is ready."""
        self._killed.discard(name)
        self._children[name].stop()
        self._children[name].start()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Raises AssertionError with the end of the log after a minute.

        Starts again what ended by itself, as the process manager does: Celery's worker ends where Redis dies under
        a task.
        """
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            self._revive()
            with suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{self.url}/readyz", timeout=3).close()
                return
            time.sleep(0.2)
        raise AssertionError(f"the portal did not get ready:\n{self.log()[-4000:]}")

    def _revive(self) -> None:
        for name, child in self._children.items():
            if not child.running and name not in self._killed:
                child.kill()
                child.start()

    def manage(self, *arguments: str) -> str:
        """Run a manage.py command as portal_app. Returns what it printed."""
        return manage_in(self.env, *arguments)

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a statement returns to the superuser, past every policy: for looking, never for preparing."""
        connection = psycopg2.connect(self.env["DATABASE_ADMIN_URL"])
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchall()
        finally:
            connection.close()

    def log(self) -> str:
        """Everything the processes have printed."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""


class LastingStack(PortalStack):
    """With a PostgreSQL of its own, on disk as in operation, so that "postgres" can be killed, too."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self._postgres = Postgres(folder / "postgres", sink=to_file(folder / "postgres.log"))
        roles = {"": "portal_app", "_OWNER": "portal_owner", "_AUDIT": "portal_audit", "_ADMIN": SUPERUSER}
        addresses = {f"DATABASE{part}_URL": self._postgres.url(role, "portal") for part, role in roles.items()}
        own = {**os.environ, **addresses, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
        self._set_up(folder, own, dict(settings or {}))
        self._children["postgres"] = self._postgres.child

    def start(self) -> None:
        """With the demo data. The database is first to come and last to go."""
        self._postgres.start()
        self._postgres.make_database("portal")
        manage_in(self.env, "migrate", "--noinput", "--verbosity", "0", owner=True)
        manage_in(self.env, "seed", "--demo", owner=True)
        for name, child in self._children.items():
            if name != "postgres":
                child.start()
        self.wait_until_ready()

    def stop(self) -> None:
        redis, *own = (child for name, child in self._children.items() if name != "postgres")
        stop_together(own)
        stop_together([redis])
        self._postgres.stop()

    def remove(self) -> None:
        """What PostgreSQL keeps, which may stand elsewhere: its account cannot always reach our folder."""
        shutil.rmtree(reachable_home(self.folder / "postgres", unprivileged()), ignore_errors=True)

    def restart(self, name: str) -> None:
        if name == "postgres":
            self._postgres.stop()
            self._postgres.start()
            self._killed.discard(name)
            self.wait_until_ready()
        else:
            super().restart(name)
