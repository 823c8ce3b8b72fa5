"""Which lines of a table of totals are withheld, so that no small number of people can be read or computed. Pure.

Areas form a tree and each is the sum of the areas inside it, so a single line left out could be had by subtraction.
A line is withheld as a whole, by four rules applied until nothing changes (complementary suppression, 次级抑制):

1. A line with a count from 1 to `small` - 1 is withheld.
2. Withheld lines below an area that is shown hold together, in each column, nobody or `small` people at least; the
   next smallest line joins them until they do. So there are two of them at least.
3. Where that cannot be had, the area itself is withheld.
4. Below a withheld area one line is withheld at least, else the area would be their sum.

So each withheld line hangs together with another unknown one up to the edge of what is shown: no number of people in it
follows from those shown. docs/decisions/0014-small-counts.md says what this does not cover.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

Counts = Mapping[str, int]
TOTAL = ""
"""Column of all subjects; the other columns are values."""


class Tree:
    """Areas by code. parents: code -> code of the area around it, without the root."""

    def __init__(self, root: int, parents: Mapping[int, int], counts: Mapping[int, Counts]) -> None:
        self.root, self.parents, self.counts = root, parents, counts
        self.children: dict[int, list[int]] = {}
        for code in sorted(parents, key=lambda code: (counts[code].get(TOTAL, 0), code)):
            if counts[code].get(TOTAL, 0):
                self.children.setdefault(parents[code], []).append(code)


def withhold(tree: Tree, *, small: int, columns: Collection[str] | None = None, before: Iterable[int] = ()) -> set[int]:
    """Codes of the lines to withhold. columns: those that are shown, all by default. before: withheld already."""
    out = set(before) | {code for code, counts in tree.counts.items() if _is_small(counts, small, columns)}
    while (more := _next(tree, out, small, columns)) is not None:
        out.add(more)
    return out


def _next(tree: Tree, out: set[int], small: int, columns: Collection[str] | None) -> int | None:
    """One more line that must be withheld; None when all rules hold."""
    for area, children in tree.children.items():
        hidden = [code for code in children if code in out]
        spare = next((code for code in children if code not in out), None)
        if area in out:
            if not hidden:
                return spare
        elif _is_small(_sum(tree, hidden), small, columns):
            return area if spare is None else spare
    return None


def _sum(tree: Tree, codes: Iterable[int]) -> Counts:
    found: Counter[str] = Counter()
    for code in codes:
        found.update(tree.counts[code])
    return found


def _is_small(counts: Counts, small: int, columns: Collection[str] | None) -> bool:
    return any(0 < count < small for column, count in counts.items() if columns is None or column in columns)
