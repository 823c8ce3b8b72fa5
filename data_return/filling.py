"""What of returned data may fill a form: which items of which datasets, where. See docs/decisions/0021.

A village fills its report from the records that it may read itself; a form that is answered from data alone is filled
from those that its department may read. A department's own datasets may always fill its own forms.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import Range
from accounts.roles import Role
from accounts.scope import telling
from data_return.models import Dataset, Grant, GrantUse
from data_return.services.uses import note_use
from data_return.sight import READING, Reading

Used = Counter[tuple[int, int]]
"""(dataset, area code of the report) -> rows that took a value from it."""
FILLERS = (Role.COMMUNITY_WORKER, Role.GRID_WORKER)


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset that may fill an item. ranges: codes where, None for everywhere."""

    dataset_id: int
    ranges: tuple[Range, ...] | None


@dataclass(frozen=True)
class Filling:
    """subject: of the datasets and the form. items: code -> its sources. reading: what the policies are told while the
    rows are written.
    """

    actor: Actor
    subject: str
    items: Mapping[str, list[Source]]
    reading: Reading

    def reaching(self, code: str) -> Sequence[Range] | None:
        """Where a leaf of a condition (`data_return.leaf`) may be asked: codes of areas, None for everywhere.

        A record is told by the policies; that its item was granted there, too, nobody else looks at.
        """
        dataset, _, item = code.partition(":")
        if not item:
            return None
        sources = [one for one in self.items.get(item, ()) if str(one.dataset_id) == dataset]
        if any(one.ranges is None for one in sources):
            return None
        return [area for one in sources for area in one.ranges or ()]

    def told(self) -> AbstractContextManager[None]:
        """The running transaction reads what may fill, instead of what the actor reads, until the block ends."""
        return telling(self.actor, READING, self.reading)

    def note(self, used: Used) -> None:
        """One line for each grant under which values were taken."""
        for grant in self.reading.grants:
            taken = [n for (dataset, area), n in used.items() if dataset == grant.dataset_id and grant.reaches(area)]
            if taken:
                note_use(actor=self.actor, how=GrantUse.How.PREFILL, grant=grant, rows=sum(taken))

    def note_condition(self, datasets: Collection[int], area: Range, rows: int) -> None:
        """One line for each grant of a dataset by which people were chosen for reports of that area."""
        for grant in self.reading.grants:
            near = any(low <= area[1] and area[0] <= high for low, high in grant.ranges)
            if grant.dataset_id in datasets and near:
                note_use(actor=self.actor, how=GrantUse.How.CONDITION, grant=grant, rows=rows)


def find_filling(*, actor: Actor, department_id: int, by_villages: bool, subject: str) -> Filling | None:
    """For a form about such subjects; None where no dataset may fill it. Three queries at most.

    department_id: whose form it is. by_villages: they confirm what is filled in; else it is answered from data alone.
    """
    datasets = Dataset.objects.filter(department_id=department_id, live__isnull=False, subject=subject)
    held = {one.pk: one.live.items.values_list("pk", flat=True) for one in datasets.select_related("live") if one.live}
    own = {pk: list(codes) for pk, codes in held.items()}
    live = Grant.objects.live_on(localdate()).filter(dataset__subject=subject)
    if by_villages:
        live = live.filter(department=None, readers__overlap=[role.value for role in FILLERS])
    else:
        live = live.filter(department=department_id)
    grants = list(live.exclude(dataset__in=own).order_by("pk"))
    reading = Reading.under(actor.scope, frozenset(own), grants)
    items = _items(own, grants)
    return Filling(actor, subject, items, reading) if items and actor.scope is not None else None


def _items(own: Mapping[int, Iterable[str]], grants: Iterable[Grant]) -> dict[str, list[Source]]:
    found: dict[str, list[Source]] = {}
    for dataset_id, codes in own.items():
        for code in codes:
            found.setdefault(code, []).append(Source(dataset_id, None))
    ranges: dict[tuple[str, int], list[Range]] = {}
    for grant in grants:
        for code in grant.items:
            ranges.setdefault((code, grant.dataset_id), []).extend(grant.ranges)
    for (code, dataset_id), where in sorted(ranges.items()):
        found.setdefault(code, []).append(Source(dataset_id, tuple(sorted(set(where)))))
    return found
