"""Totals of areas as they are added up and shown. Pure: numbers in, a table out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

MOST_VALUES = 12
OTHERS = "其他"
WITHHELD = "*"


@dataclass(slots=True)
class AreaTotals:
    """Totals of one area. reports: sent; handed: handed in; accepted of them. values: readable value -> subjects."""

    code: int
    name: str
    reports: int = 0
    handed: int = 0
    accepted: int = 0
    subjects: int = 0
    sums: list[Decimal] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)

    def add(self, values: Counter[str], sums: Iterable[Decimal]) -> None:
        """Some subjects: how many have which value, and what their numbers add up to."""
        self.subjects += values.total()
        self.values += values
        self.sums = [before + more for before, more in zip(self.sums, sums, strict=True)]

    def include(self, part: "AreaTotals") -> None:
        """More people of the same area."""
        self.subjects += part.subjects
        self.values += part.values
        self.sums = [before + more for before, more in zip(self.sums, part.sums, strict=True)]


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """One line of the table, as text: what is withheld is * here already. bars: for a chart, None where withheld.

    reports, handed, accepted count villages, not people.
    """

    code: int
    name: str
    reports: int
    handed: int
    accepted: int
    subjects: str
    sums: Sequence[str]
    values: Sequence[str]
    bars: Sequence[int | None]


def fold_rare(total: Counter[str], order: Iterable[str], *, small: int) -> dict[str, str]:
    """Value -> value it is counted under, in the given order.

    The twelve most common keep their own; rare ones, and those that fewer than `small` people have, become 其他.
    """
    kept = [value for value, count in total.most_common(MOST_VALUES) if count >= small and value != OTHERS]
    while kept and 0 < sum(count for value, count in total.items() if value not in kept) < small:
        kept.pop()
    ordered = [value for value in dict.fromkeys([*order, *total]) if total[value]]
    return {value: value if value in kept else OTHERS for value in ordered}


def as_row(area: AreaTotals, values: Sequence[str], *, no_subjects: bool, no_values: bool) -> TotalsRow:
    """A line of the table. no_subjects: withhold the number of people and the sums; no_values: the counted values."""
    counts = [area.values[value] for value in values]
    return TotalsRow(
        code=area.code,
        name=area.name,
        reports=area.reports,
        handed=area.handed,
        accepted=area.accepted,
        subjects=WITHHELD if no_subjects else f"{area.subjects:,}",
        sums=[WITHHELD if no_subjects else show_sum(number) for number in area.sums],
        values=[WITHHELD if no_values else f"{count:,}" for count in counts],
        bars=[None if no_values else count for count in counts],
    )


def show_sum(number: Decimal) -> str:
    """With thousands, without zeros behind the point."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
