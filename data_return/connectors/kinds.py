"""What a kind of connector is, and every kind there is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar

from django import forms

At = Mapping[str, Any]
"""How far a run has come, {} at the beginning; each kind has its own. Holds what `codec` can write down."""
Mark = Sequence[Any]
"""Up to where everything is kept, over all runs: (update time, key) of a row, or (time, name) of a file."""
Columns = dict[str, list[Any]]


class AsksForm(forms.Form):
    """What a person fills in for a kind, beside the channel."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """fields: to read, none for all of them. size: rows of a page.

    key, updated: fields by which the source orders what changed; without `updated` everything is read each time.
    since: where to go on; its second part is None where rows of that very time are to be read again.
    """

    size: int
    fields: tuple[str, ...] = ()
    key: str = ""
    updated: str = ""
    since: Mark | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """columns: field -> raw values, one for each row, None where a row lacks it. at: how to go on, None at the end.

    mark: where the next run goes on, None where that did not change. total: rows that the source says there are. whole:
    once the last page has come, everything that there is was read. broken: number of a row that could not be taken
    apart, and why.
    """

    columns: Columns
    size: int
    at: At | None
    mark: Mark | None = None
    total: int | None = None
    whole: bool = False
    broken: Sequence[tuple[int, str]] = ()


class SourceKind(ABC):
    """One reading of a source through an open channel.

    code: as it is stored. channels: codes of the channels it reads through. form: its cleaned data are `asks`.
    needs_key: it cannot go from page to page without a field that tells rows apart. at_once: what it reads does not
    change from page to page, so that the last one makes it whole without a total.
    """

    code: ClassVar[str] = ""
    label: ClassVar[str]
    channels: ClassVar[frozenset[str]]
    form: ClassVar[type[AsksForm]]
    needs_key: ClassVar[bool] = False
    at_once: ClassVar[bool] = False

    def __init__(self, channel: Any, asks: Mapping[str, Any]) -> None:
        self.channel, self.asks = channel, asks

    @abstractmethod
    def read(self, wanted: Wanted, at: At) -> Page:
        """The next page. Raises SourceFailed, and no half page."""

    def list_fields(self) -> tuple[str, ...]:
        """Names of all fields, where the source tells them apart from its rows; () where its rows tell. Raises
        SourceFailed."""
        return ()

    @classmethod
    @abstractmethod
    def knows_changes(cls, asks: Mapping[str, Any]) -> bool:
        """Whether it reads by update time what changed, given a field for that."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Marks of what a run has seen, such as its pages: whether one comes again. Kept in `at`."""

    marks: Sequence[str] = field(default=())

    def __contains__(self, text: str) -> bool:
        return _short(text) in self.marks

    def with_(self, text: str) -> list[str]:
        return [*self.marks, _short(text)]


@cache
def every_kind() -> dict[str, type[SourceKind]]:
    """By code: the classes of this folder, each found by itself."""
    import data_return.connectors as here

    for module in iter_modules(here.__path__):
        import_module(f"{here.__name__}.{module.name}")
    return {kind.code: kind for kind in SourceKind.__subclasses__()}


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:20]
