"""Totals of areas as they are added up and shown. Pure: numbers in, a table out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

MOST_VALUES = 12
OTHERS = "其他"
SMALL = 5


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

    def add(self, value: str, subjects: int, sums: Iterable[Decimal]) -> None:
        """Some subjects that share a value."""
        self.subjects += subjects
        self.values[value] += subjects
        self.sums = [before + more for before, more in zip(self.sums, sums, strict=True)]

    def include(self, part: "AreaTotals") -> None:
        """The totals of an area inside this one."""
        self.reports += part.reports
        self.handed += part.handed
        self.accepted += part.accepted
        self.subjects += part.subjects
        self.values += part.values
        self.sums = [before + more for before, more in zip(self.sums, part.sums, strict=True)]


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """One line of the table, as text. bars: what a chart draws for each value, None where it is held back."""

    code: int
    name: str
    reports: int
    handed: int
    accepted: int
    subjects: str
    sums: Sequence[str]
    values: Sequence[str]
    bars: Sequence[int | None]


def fold_rare(areas: Sequence[AreaTotals], total: AreaTotals, order: Iterable[str]) -> list[str]:
    """Values that occur, in the given order; all but the twelve most common ones become 其他 in every area."""
    common = {value for value, _ in total.values.most_common(MOST_VALUES)}
    for area in (*areas, total):
        rare = sum(count for value, count in area.values.items() if value not in common)
        area.values = Counter({value: count for value, count in area.values.items() if value in common})
        area.values[OTHERS] += rare
    return [value for value in dict.fromkeys([*order, *total.values, OTHERS]) if total.values[value]]


def as_row(area: AreaTotals, values: Sequence[str], *, discreet: bool) -> TotalsRow:
    """A line of the table. discreet: counts from 1 to 4 are shown as <5, and no sums of so few people."""
    few = discreet and 0 < area.subjects < SMALL
    counts = [area.values[value] for value in values]
    return TotalsRow(
        code=area.code,
        name=area.name,
        reports=area.reports,
        handed=area.handed,
        accepted=area.accepted,
        subjects=show_count(area.subjects, discreet=discreet),
        sums=["—" if few else show_sum(number) for number in area.sums],
        values=[show_count(count, discreet=discreet) for count in counts],
        bars=[None if discreet and 0 < count < SMALL else count for count in counts],
    )


def show_count(count: int, *, discreet: bool) -> str:
    """A count of people as text; a small one could point at somebody."""
    return f"<{SMALL}" if discreet and 0 < count < SMALL else f"{count:,}"


def show_sum(number: Decimal) -> str:
    """With thousands, without zeros behind the point."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
