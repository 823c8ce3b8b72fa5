"""The result of a preview in the form in which it is kept: what may not be told is not written. Pure.

{"lines": {code: numbers or null}, "total": numbers or null, "beside": {key: numbers or null}, "tens": whether rounded}
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from accounts.suppression import TOTAL, Tree, withhold

NUMBERS = ("had", "gained", "lost", "shared", "after")
ROOT = -1
ALIKE = 0.8
"""Share of the carriers from which two tags are nearly of the same people."""
Lines = Mapping[int, Mapping[str, int]]


def sum_of(lines: Lines) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in lines.values():
        total.update(counts)
    return total


def tell(lines: Lines, beside: Lines, *, about: int, small: int, tens: bool = False) -> dict[str, Any]:
    """small: fewest people that the reader may be told of; 0 for one who sees residents.

    about: how many the request is about. Of a withheld line, or pair of tags, no number is kept. tens: for a desk that
    judges what it sees masked: round tens, each rounded down by itself.
    """
    told = _tell(lines, beside, about=about, small=max(small, 10) if tens else small)
    return _in_tens(told) | {"tens": True} if tens else told | {"tens": False}


def _tell(lines: Lines, beside: Lines, *, about: int, small: int) -> dict[str, Any]:
    out = _withheld(lines, small) if small else set()
    told = {str(code): None if code in out else _numbers(counts) for code, counts in lines.items()}
    total = None if ROOT in out else _numbers(sum_of(lines))
    pairs = {
        str(key): _pair(counts, about, known=total is not None, small=small)
        for key, counts in sorted(beside.items(), key=lambda pair: (-pair[1]["shared"], pair[0]))
    }
    return {"lines": told, "total": total, "beside": pairs}


def _in_tens(told: Any) -> Any:
    if isinstance(told, Mapping):
        return {name: _in_tens(part) for name, part in told.items()}
    return told if told is None else told // 10 * 10


def _numbers(counts: Mapping[str, int]) -> dict[str, int]:
    given = {name: counts[name] for name in NUMBERS[:-1]}
    return given | {"after": counts["had"] + counts["gained"] - counts["lost"]}


def _pair(counts: Mapping[str, int], about: int, *, known: bool, small: int) -> dict[str, int] | None:
    """Numbers of two tags, unless they, or a difference of them, are of fewer people than may be told."""
    shared, carriers = counts["shared"], counts["carriers"]
    if small and (not known or any(0 < one < small for one in (shared, carriers, about - shared, carriers - shared))):
        return None
    return {"shared": shared, "carriers": carriers, "about": about}


def _withheld(lines: Lines, small: int) -> set[int]:
    """Every number that stands in a line, or follows from two of them, is a column of the rule of small counts."""
    columns = {code: _columns(counts) for code, counts in lines.items()}
    return withhold(Tree(ROOT, dict.fromkeys(lines, ROOT), columns | {ROOT: _columns(sum_of(lines))}), small=small)


def _columns(counts: Mapping[str, int]) -> Counter[str]:
    told = _numbers(counts)
    more = {"stays": told["had"] - told["lost"], "alone": told["had"] - told["shared"]}
    return Counter({TOTAL: told["had"] + told["gained"], **told, **more})
