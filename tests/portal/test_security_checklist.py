"""docs/security.md names a proof for each control; a proof that was moved or removed must not be named any more."""

import re

import pytest

from portal.places import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", TEXT)))
ROWS = [line for line in TEXT.partition("## What stays")[0].splitlines() if line.startswith("| ") and "---" not in line]


@pytest.mark.parametrize("path", NAMED)
def test_the_named_proof_exists_and_tests_something(path):
    assert "def test_" in (ROOT / path).read_text(encoding="utf-8")


def test_every_control_names_its_proof():
    controls = [row for row in ROWS if not row.endswith("| proof |")]
    assert len(controls) > 40
    assert [row for row in controls if "`tests/" not in row] == []
