"""People of a dispatch by area, in two layers, with what is withheld of them (小数抑制). Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.suppression import TOTAL, Tree, withhold
from forms_engine.totals import OTHERS, AreaTotals, TotalsRow, as_row, fold_rare


@dataclass
class Layer:
    """People of reports in one state. A report is in one layer, so what one layer withholds the other cannot tell.

    root: the reader's own area. areas: every area from there down to the communities. no_subjects, no_values: codes of
    the lines that are withheld.
    """

    root: int
    parents: dict[int, int] = field(default_factory=dict)
    areas: dict[int, AreaTotals] = field(default_factory=dict)
    no_subjects: set[int] = field(default_factory=set)
    no_values: set[int] = field(default_factory=set)

    def add(self, way: Sequence[int], values: Counter[str], sums: Sequence[Decimal]) -> None:
        """The people of a community. way: codes from the root down to it. values: readable value -> subjects."""
        self.parents.update(zip(way[1:], way, strict=False))
        for code in way:
            area = self.areas.setdefault(code, AreaTotals(code, "", sums=[Decimal(0)] * len(sums)))
            area.add(values, sums)

    def settle(self, names: Mapping[str, str], *, small: int) -> None:
        """Count values under their names, then decide what is withheld.

        Whether the number of people is shown does not hang on the counted column: two columns must not tell more of
        an area than one.
        """
        for area in self.areas.values():
            folded: Counter[str] = Counter()
            for value, count in area.values.items():
                folded[names[value]] += count
            area.values = folded
        counts = {code: {TOTAL: area.subjects, **area.values} for code, area in self.areas.items()}
        tree = Tree(self.root, self.parents, counts)
        self.no_subjects = withhold(tree, small=small, columns=(TOTAL,))
        self.no_values = withhold(tree, small=small, before=self.no_subjects)


class Layers:
    """reviewed: accepted reports; waiting: handed in, not reviewed. order: values as the code list has them."""

    def __init__(self, root: int, order: Sequence[str]) -> None:
        self.reviewed, self.waiting, self.order = Layer(root), Layer(root), order

    def settle(self, *, small: int) -> list[str]:
        """Decide what is withheld. Returns the value columns, the same for every area of the dispatch."""
        total: Counter[str] = Counter()
        for layer in (self.reviewed, self.waiting):
            if layer.root in layer.areas:
                total.update(layer.areas[layer.root].values)
        names = fold_rare(total, self.order, small=small)
        for layer in (self.reviewed, self.waiting):
            layer.settle(names, small=small)
        return [*(value for value, name in names.items() if value == name != OTHERS), *{OTHERS} & set(names.values())]

    def as_row(self, line: AreaTotals, values: Sequence[str], *, unreviewed: bool) -> TotalsRow:
        """The line of an area with its people, or * where they are withheld."""
        shown = [self.reviewed, self.waiting] if unreviewed else [self.reviewed]
        for layer in shown:
            if line.code in layer.areas:
                line.include(layer.areas[line.code])
        return as_row(
            line,
            values,
            no_subjects=any(line.code in layer.no_subjects for layer in shown),
            no_values=any(line.code in layer.no_values for layer in shown),
        )
