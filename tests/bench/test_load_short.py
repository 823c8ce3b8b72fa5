"""`make load` itself, with few people, few users and a few seconds: whether it is fast is not asked here."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.places import ROOT

PARTS = {"think": 1, "warm": 1, "usual-seconds": 6, "flood-seconds": 6, "settle": 1, "after-seconds": 4}
SIZES = {"persons": 2000, "users": 4, "flood": 12, "logins": 4}


@pytest.fixture
def state() -> Iterator[Path]:
    """A folder that PostgreSQL's account can reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="portal-load-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.fuzz
def test_made_up_workers_log_in_work_and_lose_nothing(state: Path) -> None:
    if not (ROOT / ".venv-fuzz" / "bin" / "locust").exists():
        pytest.fail("locust is missing: run scripts/fuzz_env.sh")
    options = [f"--{name}={value}" for name, value in (SIZES | PARTS).items()]
    env = os.environ | {"PORTAL_STATE": str(state)}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", *options], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (state / "load.json").exists(), done.stdout + done.stderr
    lines = {one["name"]: one for one in json.loads((state / "load.json").read_text())["lines"]}
    assert lines["accepted edits"]["value"] > 0, done.stdout
    for name in (
        "4 users: answers that were no success",
        "12 users: neither a success nor a refusal that says when",
        "accepted edits that are not in the database",
    ):
        assert lines[name]["value"] == 0, done.stdout
    assert not (state / "load" / "plan.json").exists()
