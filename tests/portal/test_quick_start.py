"""The quick start of the API: its commands, run as they are written, end with an aggregate."""

import re
import subprocess

from portal.places import ROOT
from tests.databases import manage
from tests.stack import PortalStack

_COMMANDS = re.compile(r"^```bash\n(.*?)^```", re.DOTALL | re.MULTILINE)


def commands() -> str:
    """Everything that a reader pastes, one after the other; the first that fails ends it."""
    found = _COMMANDS.findall((ROOT / "docs" / "quickstart.md").read_text())
    assert len(found) >= 5
    return "set -euo pipefail\n" + "\n".join(found)


def test_the_commands_read_an_aggregate_as_they_are_written(portal_stack: PortalStack) -> None:
    manage(portal_stack.database, "seed_forms")
    done = subprocess.run(
        ["bash", "-c", commands()],
        cwd=ROOT,
        env=portal_stack.env | {"PORTAL": portal_stack.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert int(done.stdout.splitlines()[-1]) > 0
