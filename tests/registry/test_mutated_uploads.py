"""Mutated workbooks and photos: read or refused in words, never a crash, never slow, never large.

They are opened in a process of their own, so that its memory can be measured and a panic of a reader is seen.
`make soak` opens 2,000, the whole suite a few, other ones each run: the seed is printed, and opens the same ones again.
"""

import json
import os
import random
import subprocess
import sys
from typing import Any

import pytest

from portal.places import ROOT

MOST_SECONDS, MOST_MEGABYTES = 5, 300


def open_mutants(first: int, count: int) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.registry.open_mutants", str(first), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def judge(first: int, count: int) -> None:
    told = open_mutants(first, count)
    opened, crashes = sum(told["outcomes"].values()), told["crashes"]
    print(  # noqa: T201  (the figure of the proof)
        f"mutated uploads, seeds {first} to {first + count - 1}: {opened} read or refused, {len(crashes)} crashes, "
        f"slowest {told['slowest']:.2f} s (seed {told['slowest_seed']}), peak {told['megabytes']} MB; "
        f"{told['outcomes']}"
    )
    assert crashes == []
    assert opened == count
    assert told["slowest"] < MOST_SECONDS
    assert told["megabytes"] < MOST_MEGABYTES
    assert len(told["outcomes"]) > 4, "mutants that all end the same way prove nothing"


def test_some_mutated_uploads_are_read_or_refused():
    judge(int(os.environ.get("UPLOAD_SEED", random.SystemRandom().randrange(10**9))), 150)


@pytest.mark.fuzz
@pytest.mark.parametrize("first", [0, 500, 1000, 1500])
def test_two_thousand_mutated_uploads_are_read_or_refused(first):
    """Four processes of 500, the same seeds each time; a few of each outside the soak."""
    judge(first, 500 if os.environ.get("SOAK") else 40)
