"""`make bench`: every line measured in the same run, printed as a table and written to .run/bench.json.

usage: python -m bench [--persons N] [--only NAME ...]
Exits with 1 where a ratio misses its bar.
"""

import argparse
import sys
from importlib import import_module

from bench.database import FOLDER, seeded
from bench.frame import Line, passes, show, write
from portal.supervisor import stoppable

PARTS = ("search", "prefill", "returned", "grid_page", "export", "dispatch", "import_people", "tags", "pull")
"""Modules with `run() -> list[Line]`."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--persons", type=int, default=1_000_000, help="people of the seeded district")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    with stoppable(), seeded(options.persons):
        lines = _measure(options.only)
    print(show(lines))
    write(lines, FOLDER.parent / "bench.json")
    return 0 if all(map(passes, lines)) else 1


def _measure(parts: tuple[str, ...]) -> list[Line]:
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    lines: list[Line] = []
    for part in parts:
        print(f"measuring {part} ...", file=sys.stderr, flush=True)
        measured = import_module(f"bench.{part}").run()
        print(show(measured), file=sys.stderr, flush=True)
        lines += measured
    return lines


if __name__ == "__main__":
    sys.exit(main())
