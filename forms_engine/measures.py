"""What of a form can be added up: numbers whose sum says something, and columns whose values can be counted. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forms_engine.models import FormColumn
from registry.models import ItemType

SUMMED = frozenset({ItemType.INTEGER, ItemType.DECIMAL})
NEVER_SUMMED = frozenset({"person.age"})
"""Numbers whose sum says nothing."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Summed columns, and columns whose values are counted."""

    summed: Sequence[FormColumn]
    counted: Sequence[FormColumn]

    @classmethod
    def of(cls, columns: Iterable[FormColumn]) -> "Measures":
        """columns: items joined."""
        columns = list(columns)
        return cls(
            [column for column in columns if column.type in SUMMED and column.item_id not in NEVER_SUMMED],
            [column for column in columns if _is_counted(column)],
        )

    def column(self, letter: str) -> FormColumn | None:
        """The counted column of that letter, else the first; None where the form has none."""
        return next((column for column in self.counted if column.letter == letter), next(iter(self.counted), None))


def _is_counted(column: FormColumn) -> bool:
    has_list = column.item is not None and column.item.code_list_id is not None
    return has_list or column.type == ItemType.BOOLEAN
