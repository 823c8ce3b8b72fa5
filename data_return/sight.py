"""Which records a transaction may read and write, as the policies are told. No tables: who may is found by selectors.

A place (数据位置) is one number: dataset and community. So what a grant opens is a range of places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from accounts.codes import SPAN, Level, Range, contains
from accounts.scope import resolved

if TYPE_CHECKING:
    from accounts.actors import Actor
    from data_return.models import Grant

READING, WRITING, CORRECTING = "data_return.reading", "data_return.writing", "data_return.correcting"
"""Keys of `accounts.scope.resolved`."""
DATASETS_READ, PLACES_READ, DATASETS_WRITTEN = "app.datasets_read", "app.places_read", "app.datasets_written"
CORRECTIONS_OF = "app.corrections_of"
EVERY_DEPARTMENT = (0, 2**62)
_COMMUNITIES = 10**12


@dataclass(frozen=True, slots=True)
class Reading:
    """whole: datasets that are read wherever the post's scope reaches. parts: (dataset, codes) of a part of it.

    own: datasets of the post's department, read without a grant. grants: live ones that open all the others.
    """

    whole: frozenset[int] = frozenset()
    parts: tuple[tuple[int, Range], ...] = ()
    own: frozenset[int] = frozenset()
    grants: "tuple[Grant, ...]" = ()

    @classmethod
    def under(cls, scope: Range | None, own: frozenset[int], grants: "Sequence[Grant]") -> "Reading":
        """Where the scope and each grant meet. Without a scope: nothing."""
        if scope is None:
            return cls()
        areas = [(grant.dataset_id, area) for grant in grants for area in grant.ranges]
        whole = own | {dataset for dataset, area in areas if area[0] <= scope[0] and scope[1] <= area[1]}
        parts = {(dataset, area) for dataset, area in areas if dataset not in whole and contains(scope, area[0])}
        return cls(whole, tuple(sorted(parts)), own, tuple(grants))

    def opening(self, dataset_id: int, area_code: int) -> "list[Grant]":
        """Grants under which the post reads a record of that dataset there."""
        return [grant for grant in self.grants if grant.dataset_id == dataset_id and grant.reaches(area_code)]

    def reads(self, item: str, dataset_id: int, area_code: int) -> bool:
        """Whether the post reads that item of a record of that dataset there."""
        return dataset_id in self.own or any(item in grant.items for grant in self.opening(dataset_id, area_code))

    def reads_throughout(self, item: str, dataset_id: int, area: Range) -> bool:
        """Whether it reads that item of every record that it reads in the whole of an area."""
        if dataset_id in self.own:
            return True
        granting = [one for one in self.grants if one.dataset_id == dataset_id and item in one.items]
        parts = [part for one, part in self.parts if one == dataset_id and part[0] <= area[1] and area[0] <= part[1]]
        wanted = [(max(part[0], area[0]), min(part[1], area[1])) for part in parts] or [area]
        return all(any(one.reaches(low) and one.reaches(high) for one in granting) for low, high in wanted)

    def settings(self) -> Mapping[str, Sequence[int] | Sequence[Range]]:
        return {DATASETS_READ: sorted(self.whole), PLACES_READ: [places_of(*part) for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Writing:
    """datasets: whose records and files the post's department brings."""

    datasets: frozenset[int] = frozenset()

    def settings(self) -> Mapping[str, Sequence[int] | Sequence[Range]]:
        return {DATASETS_WRITTEN: sorted(self.datasets)}


@dataclass(frozen=True, slots=True)
class Correcting:
    """departments: first and last key of those whose corrections the post deals with, both inclusive; None: of none."""

    departments: Range | None = None

    def settings(self) -> Mapping[str, Sequence[int] | Sequence[Range]]:
        return {CORRECTIONS_OF: [self.departments] if self.departments else []}


def places_of(dataset_id: int, area: Range) -> Range:
    """Places of a dataset in a range of area codes: the communities it touches, both ends inclusive."""
    first = dataset_id * _COMMUNITIES
    return first + area[0] // SPAN[Level.COMMUNITY], first + area[1] // SPAN[Level.COMMUNITY]


def reading_of(actor: "Actor") -> Reading:
    """What the post may read in the running transaction; the policies know it from now on."""
    return cast(Reading, resolved(actor, READING))


def writing_of(actor: "Actor") -> Writing:
    """What the post may write in the running transaction; the policies know it from now on."""
    return cast(Writing, resolved(actor, WRITING))


def correcting_of(actor: "Actor") -> Correcting:
    """Whose corrections the post sees and writes in the running transaction; the policies know it from now on."""
    return cast(Correcting, resolved(actor, CORRECTING))
