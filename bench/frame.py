"""A line of the table: what was measured, ours, the limit it is held against, their ratio, and the bar."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Line = dict[str, Any]
"""name, ours and limit in seconds, ratio, bar; at_least: the ratio is limit / ours and has to reach the bar."""


class Undo(Exception):
    """Leaves a transaction without keeping anything."""


def at_most(name: str, ours: float, limit: float, bar: float) -> Line:
    """Ours may take `bar` times the limit."""
    return {"name": name, "ours": ours, "limit": limit, "ratio": ours / limit, "bar": bar}


def faster(name: str, ours: float, other: float, bar: float) -> Line:
    """Ours has to be `bar` times faster than the other way."""
    return {"name": name, "ours": ours, "limit": other, "ratio": other / ours, "bar": bar, "at_least": True}


def passes(line: Line) -> bool:
    return bool(line["ratio"] >= line["bar"] if line.get("at_least") else line["ratio"] <= line["bar"])


def seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """The best of some runs: the least disturbed one on a machine that does other things too."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def in_turns(*works: Callable[[], object], times: int) -> list[float]:
    """The best run of each, one after the other again and again: a machine that grows slower meanwhile favours none."""
    rounds = [[seconds(work) for work in works] for _ in range(times)]
    return [min(taken) for taken in zip(*rounds, strict=True)]


@contextmanager
def undone() -> Iterator[None]:
    """A transaction, or a part of one, that is always rolled back."""
    from django.db import transaction

    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        return


def show(lines: Iterable[Line]) -> str:
    """The table for people."""
    rows = [f"{'ours':>10} {'limit':>10} {'ratio':>8} {'bar':>9}      what"]
    for line in lines:
        sign = ">=" if line.get("at_least") else "<="
        said = "ok  " if passes(line) else "SLOW"
        times = f"{_time(line['ours'])} {_time(line['limit'])}"
        rows.append(f"{times} {line['ratio']:>8.2f} {sign + format(line['bar'], 'g'):>9} {said} {line['name']}")
    return "\n".join(rows)


def write(lines: Iterable[Line], path: Path) -> None:
    """The same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(list(lines), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _time(value: float) -> str:
    return f"{value * 1000:>7.1f} ms" if value < 1 else f"{value:>8.2f} s"
