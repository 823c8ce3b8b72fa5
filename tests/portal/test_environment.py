"""A missing or bad variable stops the start and names itself; no value is ever shown."""

import os
import subprocess
import sys

import pytest

from portal import env
from portal.places import ROOT

GOOD = {
    "SECRET_KEY": "k" * 50,
    "SEAL_KEYS": "1:" + "0a" * 16,
    "BLIND_INDEX_KEY": "0b" * 32,
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_ORIGIN": "https://portal.example",
    "DATABASE_URL": "postgresql://portal_app:secret@db.example:5433/portal",
    "REDIS_URL": "redis://:secret@queue.example:6379/0",
}


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Load the production settings in a process that knows only these variables; None: without that variable."""
    wanted = {name: value for name, value in (GOOD | changes).items() if value is not None}
    code = "import portal.settings.production"
    return subprocess.run(
        [sys.executable, "-c", code], env=wanted, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_complete_environment_starts() -> None:
    done = start()

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_variable_stops_the_start_and_names_itself(name: str) -> None:
    done = start(**{name: None})

    assert done.returncode == 1
    assert done.stderr.strip().startswith(f"环境变量 {name}: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "tooshort"),
        ("SEAL_KEYS", "1:abcd"),
        ("SEAL_KEYS", "0a" * 16),
        ("SEAL_KEYS", f"1:{'0a' * 16},1:{'0b' * 16}"),
        ("BLIND_INDEX_KEY", "z" * 64),
        ("ALLOWED_HOSTS", " , "),
        ("METRICS_TOKEN", "tooshort"),
        ("LIMITS", "search=0/60"),
        ("LIMITS", "flying=1/60"),
        ("PORTAL_ORIGIN", "portal.example"),
        ("PORTAL_ORIGIN", "http://portal.example"),
        ("PORTAL_ORIGIN", "https://portal.example/path"),
        ("DATABASE_URL", "mysql://portal_app@db.example/portal"),
        ("DATABASE_URL", "postgresql://db.example/portal"),
        ("DATABASE_URL", "postgresql://portal_app@db.example"),
        ("DATABASE_URL", "postgresql://portal_app@db.example:port/portal"),
        ("REDIS_URL", "http://queue.example"),
        ("REDIS_URL", "redis:///0"),
        ("PORTAL_DB_ROLE", "superuser"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "１"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_bad_variable_stops_the_start_and_names_itself_without_its_value(name: str, value: str) -> None:
    done = start(**{name: value})

    assert done.returncode == 1
    assert done.stderr.strip().startswith(f"环境变量 {name}: ")
    assert "Traceback" not in done.stderr
    assert value.strip(" ,") == "" or len(value) < 9 or value not in done.stderr


def test_the_owner_role_takes_the_address_of_the_owner() -> None:
    done = start(PORTAL_DB_ROLE="owner")

    assert done.stderr.strip().startswith("环境变量 DATABASE_OWNER_URL: ")


def test_a_socket_folder_and_options_come_out_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://portal_app:p%40ss@/portal?host=%2Frun%2Fpg&port=5433&sslmode=disable"
    monkeypatch.setenv("DATABASE_URL", address)

    found = env.database("DATABASE_URL", application="test")

    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("portal_app", "p@ss", "portal")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]["sslmode"]) == ("/run/pg", "5433", "disable")


def test_the_highest_version_of_the_sealing_keys_comes_with_the_older_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAL_KEYS", f"1:{'0a' * 16}, 2:{'0b' * 16}")

    assert env.sealing_keys("SEAL_KEYS") == {1: bytes([10] * 16), 2: bytes([11] * 16)}


def test_a_file_of_variables_never_overrules_the_environment(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path_factory.mktemp("env") / "portal.env"
    path.write_text("# note=ignored\nPORTAL_TEST_A=from file\nPORTAL_TEST_B=from file\n", encoding="utf-8")
    monkeypatch.setenv("PORTAL_TEST_A", "from environment")
    monkeypatch.setenv("PORTAL_TEST_B", "")
    monkeypatch.delenv("PORTAL_TEST_B")

    env.load_file(path)

    assert (os.environ["PORTAL_TEST_A"], os.environ.pop("PORTAL_TEST_B")) == ("from environment", "from file")


def test_figures_of_several_processes_need_a_folder_to_add_up_in() -> None:
    alone = start(METRICS_TOKEN="t" * 32)
    assert alone.stderr.strip().startswith("环境变量 PROMETHEUS_MULTIPROC_DIR: ")

    assert start(METRICS_TOKEN="t" * 32, PROMETHEUS_MULTIPROC_DIR="/tmp").returncode == 0
