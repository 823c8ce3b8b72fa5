"""Which records a transaction may read and write, as the policies are told. No tables: who may is found by selectors.

A place (数据位置) is one number: dataset and community. So what a grant opens is a range of places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from accounts.codes import SPAN, Level, Range
from accounts.scope import resolved

if TYPE_CHECKING:
    from accounts.actors import Actor

READING, WRITING = "data_return.reading", "data_return.writing"
"""Keys of `accounts.scope.resolved`."""
DATASETS_READ, PLACES_READ, DATASETS_WRITTEN = "app.datasets_read", "app.places_read", "app.datasets_written"
_COMMUNITIES = 10**12


@dataclass(frozen=True, slots=True)
class Reading:
    """whole: datasets that are read wherever the post's scope reaches. parts: (dataset, codes) of a part of it."""

    whole: frozenset[int] = frozenset()
    parts: tuple[tuple[int, Range], ...] = ()

    def settings(self) -> Mapping[str, Sequence[int] | Sequence[Range]]:
        return {DATASETS_READ: sorted(self.whole), PLACES_READ: [places_of(*part) for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Writing:
    """datasets: whose records and files the post's department brings."""

    datasets: frozenset[int] = frozenset()

    def settings(self) -> Mapping[str, Sequence[int] | Sequence[Range]]:
        return {DATASETS_WRITTEN: sorted(self.datasets)}


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
