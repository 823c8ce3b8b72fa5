"""One command starts everything, one signal stops everything, nothing is left behind, nothing is lost."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg2
import pytest

from portal.embedded import child, postgres
from portal.embedded.account import Account, reachable_home
from portal.embedded.keys import kept_keys
from portal.embedded.redis import free_port
from portal.places import ROOT

SUPERVISOR = [sys.executable, "-m", "portal.supervisor"]


def processes_of(folder: Path) -> list[str]:
    """Command lines of everything that was started with this folder in its arguments or environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            seen = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if entry.name != str(os.getpid()) and str(folder).encode() in seen:
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def wait_for(condition: Callable[[], object], seconds: float, problem: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, problem
        time.sleep(0.1)


def finished(command: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=dict(env), cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account can reach, unlike pytest's own; at the end nothing of it runs or is left."""
    path = Path(tempfile.mkdtemp(prefix="portal-state-"))
    path.chmod(0o711)
    yield path
    for one in Path("/proc").glob("[0-9]*/environ"):
        with_folder = one.parent.name != str(os.getpid())
        try:
            if with_folder and str(path).encode() in one.read_bytes():
                os.kill(int(one.parent.name), signal.SIGKILL)
        except OSError:
            continue
    shutil.rmtree(path, ignore_errors=True)


class Portal:
    """`python -m portal.supervisor run` with its own state folder and port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.said = folder / "said.log"

    def start(self) -> "Portal":
        own = {"PORTAL_STATE": str(self.folder), "WEB_PORT": str(self.port)}
        clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self.said.open("w") as log:
            self.process = subprocess.Popen([*SUPERVISOR, "run"], env=clean | own, cwd=ROOT, stdout=log, stderr=log)
        wait_for(lambda: "停止: Ctrl-C" in self.text() or self.process.poll(), 120, "no greeting")
        assert self.process.poll() is None, self.text()
        return self

    def text(self) -> str:
        return self.said.read_text()

    def status(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as response:
            return response.status

    def address(self) -> str:
        return dict(line.split("=", 1) for line in (self.folder / "portal.env").read_text().splitlines())[
            "DATABASE_URL"
        ]


def test_it_starts_stops_without_a_trace_and_loses_nothing(folder: Path) -> None:
    portal = Portal(folder).start()
    keys = (folder / "keys.env").read_text()
    connection = psycopg2.connect(portal.address())
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('kept', '', now() + interval '1 day')")
    connection.close()
    assert portal.status() == 200

    portal.process.send_signal(signal.SIGINT)
    assert portal.process.wait(40) == 0
    assert processes_of(folder) == []

    again = Portal(folder).start()
    connection = psycopg2.connect(again.address())
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session")
        assert cursor.fetchall() == [("kept",)]
    connection.close()
    assert (folder / "keys.env").read_text() == keys

    second = finished([*SUPERVISOR, "run"], os.environ | {"PORTAL_STATE": str(folder)})
    assert (second.returncode, "已在运行" in second.stderr) == (1, True)

    again.process.kill()
    wait_for(lambda: processes_of(folder) == [], 30, "a killed supervisor left processes behind")


@pytest.mark.faults
def test_programs_killed_with_minus_nine_are_started_again(folder: Path) -> None:
    portal = Portal(folder).start()
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        words = one.read_bytes()
        if (b"granian" in words or b"bin/postgres" in words or b"valkey" in words or b"redis-server" in words) and (
            str(folder).encode() in words + (one.parent / "environ").read_bytes()
        ):
            os.kill(int(one.parent.name), signal.SIGKILL)

    def healthy() -> bool:
        try:
            return portal.status() == 200
        except OSError:
            return False

    wait_for(lambda: "意外结束" in portal.text() and healthy(), 60, portal.text())
    portal.process.send_signal(signal.SIGTERM)
    assert portal.process.wait(40) == 0
    assert processes_of(folder) == []


def test_postgres_starts_again_after_kill_minus_nine_with_what_was_committed(folder: Path) -> None:
    server = postgres.Postgres(folder / "pg", sink=lambda line: None)
    server.start()
    try:
        server.make_database("kept")
        connection = psycopg2.connect(server.url("portal_owner", "kept"))
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE t AS SELECT 1 AS x")
        connection.close()
        os.kill(server.child.pid, signal.SIGKILL)

        server.start()

        connection = psycopg2.connect(server.url("portal_app", "kept"))
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT x FROM t")
            assert cursor.fetchall() == [(1,)]
        connection.close()
    finally:
        server.stop()


def test_a_command_gets_services_of_its_own_and_keeps_its_exit_code() -> None:
    code = "import os, psycopg2; psycopg2.connect(os.environ['DATABASE_URL']); print(os.environ['REDIS_URL']); exit(7)"
    done = finished([*SUPERVISOR, "with-services", "--", sys.executable, "-c", code], os.environ)

    assert done.returncode == 7, done.stderr
    assert re.fullmatch(r"redis://:[0-9a-f]{48}@127\.0\.0\.1:\d+/0\n", done.stdout)


def test_a_real_database_without_its_owner_is_refused_and_the_variable_named(folder: Path) -> None:
    given = {"PORTAL_STATE": str(folder), "DATABASE_URL": "postgresql://portal_app@db.example/portal"}
    without = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    done = finished([*SUPERVISOR, "run"], without | given)

    assert done.returncode == 1
    assert done.stderr.startswith("环境变量 DATABASE_OWNER_URL: ")


def test_a_real_database_is_refused_as_the_role_that_owns_its_tables(folder: Path) -> None:
    code = (
        "import os, subprocess, sys; env = os.environ | {'DATABASE_URL': os.environ['DATABASE_OWNER_URL']};"
        "exit(subprocess.run([sys.executable, '-m', 'portal.supervisor', 'run'], env=env).returncode)"
    )
    command = [*SUPERVISOR, "with-services", "--", sys.executable, "-c", code]
    without = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO"))}
    done = finished(command, without | {"PORTAL_STATE": str(folder)})

    assert done.returncode == 1
    assert "拥有数据表" in done.stdout
    assert "web" not in done.stdout


def test_a_stopped_child_takes_its_own_children_along(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    lines: list[str] = []
    parent = child.Child("parent", ["sh", "-c", f"sleep 300 & echo $! > {note}; echo hello; wait"], sink=lines.append)
    parent.start()
    wait_for(lambda: note.exists() and note.read_text().strip(), 10, "not started")
    wait_for(lambda: lines, 10, "nothing said")

    parent.stop()

    assert lines[0] == "parent   | hello"
    wait_for(lambda: not Path(f"/proc/{note.read_text().strip()}/cwd").exists(), 5, "the grandchild lives")


def test_keys_are_made_once_and_only_we_can_read_them(tmp_path: Path) -> None:
    first = kept_keys(tmp_path / "keys.env")

    assert kept_keys(tmp_path / "keys.env") == first
    assert (tmp_path / "keys.env").stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == len(first) == 6


def test_a_folder_that_strangers_cannot_pass_is_not_given_to_postgres(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inside").mkdir(parents=True)
    closed.chmod(0o700)

    assert Account("nobody", 65534, 65534).can_reach(closed / "inside") is False
    assert reachable_home(closed / "inside", None) == closed / "inside"
    assert closed.stat().st_mode & 0o777 == 0o700
