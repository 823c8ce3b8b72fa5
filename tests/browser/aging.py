"""Months that pass over a system of the running portal: what a test cannot wait for.

Runs as a program of its own in the portal's environment: `python -m tests.browser.aging NAME MONTHS`.
"""

import subprocess
import sys
from datetime import timedelta

from portal.places import ROOT
from tests.stack import PortalStack


def let_months_pass(stack: PortalStack, system: str, months: int) -> None:
    """As if the system had been admitted and entered so many months earlier."""
    argv = [sys.executable, "-m", "tests.browser.aging", system, str(months)]
    done = subprocess.run(argv, env=stack.env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def age(name: str, months: int) -> None:
    """The same inside the portal's own process."""
    from django.utils.timezone import localdate

    from portal.models import LaunchCount, System, TownLaunchCount
    from portal.selectors.low_use import months_before

    today = localdate()
    system = System.objects.get(name=name)
    system.admitted_on = today - timedelta(days=31 * (months + 3))
    system.save(update_fields=["admitted_on"])
    for counts in (LaunchCount.objects, TownLaunchCount.objects):
        counts.filter(system=system).update(month=months_before(today, months))


if __name__ == "__main__":
    import django

    django.setup()
    age(sys.argv[1], int(sys.argv[2]))
