"""docker-compose.yml is the production shape; no engine is needed to see that it is sound."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from portal import env
from portal.places import ROOT

FILE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    """What scripts/make_env.sh prints."""
    printed = subprocess.run(
        ["scripts/make_env.sh", "portal.example"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return dict(line.split("=", 1) for line in printed.stdout.splitlines())


def config(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Compose's own reading of the file, with nothing but these variables."""
    spec = find_spec("compose")
    assert spec is not None
    assert spec.origin
    program = Path(spec.origin).parent / "docker-compose"
    command = [str(program), "-f", str(FILE), "config", "--format", "json"]
    clean = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | variables
    return subprocess.run(command, env=clean, cwd="/", capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services(variables: dict[str, str]) -> dict[str, Any]:
    done = config(variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["services"]


def test_the_file_follows_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_it_holds_every_part_of_the_portal(services: dict[str, Any]) -> None:
    assert set(services) == {"proxy", "migrate", "web", "worker", "beat", "postgres", "redis"}


def test_only_the_proxy_is_reached_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert [name for name, service in services.items() if "front" in service["networks"]] == ["proxy"]


def test_only_the_migration_knows_the_owner_of_the_tables(services: dict[str, Any]) -> None:
    owners = [name for name, service in services.items() if "DATABASE_OWNER_URL" in service.get("environment", {})]

    assert owners == ["migrate"]


@pytest.mark.parametrize("name", ["web", "worker", "beat", "migrate"])
def test_the_variables_of_each_program_pass_our_own_reading(
    name: str, services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in services[name]["environment"].items():
        monkeypatch.setenv(variable, value)

    assert len(env.secret("SECRET_KEY")) == 64
    assert len(env.sealing_keys("SEAL_KEYS")[1]) == 16
    assert len(env.hex_bytes("BLIND_INDEX_KEY", 32)) == 32
    assert env.database("DATABASE_URL", application=name)["USER"] == "portal_app"
    assert env.redis_url("REDIS_URL").endswith("@redis:6379/0")
    assert env.origin("PORTAL_ORIGIN") == "https://portal.example"


def test_only_the_backup_knows_the_role_that_sees_all_rows(services: dict[str, Any]) -> None:
    """And it is started by hand alone, so it is not among the services that run."""
    assert not [name for name, one in services.items() if "DATABASE_BACKUP_URL" in one.get("environment", {})]
    backup = FILE.read_text(encoding="utf-8").partition("\n  backup:\n")[2].partition("\n  postgres:\n")[0]
    assert "profiles: [backup]" in backup
    assert "DATABASE_BACKUP_URL" in backup


def test_a_missing_secret_stops_it_and_is_named(variables: dict[str, str]) -> None:
    done = config({name: value for name, value in variables.items() if name != "SEAL_KEYS"})

    assert done.returncode != 0
    assert "SEAL_KEYS" in done.stderr
