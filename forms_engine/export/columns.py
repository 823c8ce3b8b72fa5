"""What an exported column holds, apart from its place and look in the workbook."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeVar

REMEMBERED = 20_000

Text = TypeVar("Text", str, bytes)
Render = Callable[[str], str]


class CellKind(Enum):
    """How a cell is stored."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """letter: place in the workbook and key in the row's values; header: the full header, for files without layout.

    render: stored text -> what people read (code -> name, true -> 是, sealed -> opened); None where it is the same.
    varied: nearly every row differs, so rendered texts are not remembered.
    """

    letter: str
    header: str
    kind: CellKind = CellKind.TEXT
    render: Render | None = None
    varied: bool = False

    @property
    def is_read(self) -> bool:
        """Whether its values come from the rows; a running number is counted while writing."""
        return self.kind is not CellKind.RUNNING


def remembering(work: Callable[[Text], Text]) -> Callable[[Text], Text]:
    """Columns of a form repeat few values: each is worked out once, as long as there are not too many."""
    return lru_cache(REMEMBERED)(work)
