"""How alike two descriptions of functions are, line by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

ALIKE = 70
"""Score of RapidFuzz (0 to 100) from which two lines are shown next to each other for a person to judge."""
MOST = 5
_NUMBER = re.compile(r"^[\s\d.、·()\uff08\uff09-]+")


@dataclass(frozen=True, slots=True)
class Alike:
    """Two lines that say nearly the same. score: 0 to 100."""

    ours: str
    theirs: str
    score: int


def lines_of(text: str) -> list[str]:
    """The functions of a description: one a line, without the numbers in front."""
    return [line for raw in text.splitlines() if (line := _NUMBER.sub("", raw).strip())]


def find_alike(ours: Sequence[str], theirs: Sequence[str]) -> list[Alike]:
    """Pairs of lines that are alike, the most alike first; each of our lines at most once."""
    found = sorted(_best(ours, theirs), key=lambda pair: -pair.score)
    return found[:MOST]


def _best(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Alike]:
    for line in ours:
        best = process.extractOne(line, theirs, scorer=fuzz.ratio, score_cutoff=ALIKE)
        if best is not None:
            yield Alike(line, best[0], round(best[1]))
