"""A data item (数据项) as the pure rules need it, apart from its row in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class CatalogueRow(Protocol):
    """What a stored data item offers; `registry.models.DataItem` fits."""

    code: str
    name: str
    entity: str
    type: str
    format: str
    level: int
    synonyms: list[str]


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """code: such as "person.name"; type: a value of ItemType; synonyms: other headers that mean the same item."""

    code: str
    name: str
    entity: str
    type: str
    format: str = ""
    level: int = 1
    synonyms: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: CatalogueRow) -> "ItemSpec":
        return cls(row.code, row.name, row.entity, row.type, row.format, row.level, tuple(row.synonyms))

    @property
    def labels(self) -> Sequence[str]:
        """Every header text that the catalogue gives to this item, its own name first."""
        return (self.name, *self.synonyms)
