"""A made-up population (演示人口): believable, deterministic, and no real person's.

`communities.build_community` is pure: one community from its code and a fixed random source. `storing` writes what it
makes, set-based. Numbers that identify are valid in form and impossible in fact: see `numbers`.
"""

from datetime import date
from random import Random

REFERENCE_DAY = date(2026, 11, 1)
"""The day on which the made-up population stands; ages and "years ago" count from here, whatever the clock says."""


def fixed_random(topic: str) -> Random:
    """A random source that gives the same for the same topic, on every machine. For made-up data only."""
    return Random(f"一表通演示:{topic}")  # noqa: S311
