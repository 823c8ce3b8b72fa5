"""The catalogue in memory: data items, code lists, and where each item is stored.

Read once a minute per process (two queries): items change by an approved step, not by the request.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.apps import apps
from django.db import models

from accounts.errors import NotFound
from registry.models import Code, DataItem, Entity, ItemType
from registry.rules import ItemSpec

KEPT_SECONDS = 60
SUBJECTS = (Entity.PERSON, Entity.HOUSEHOLD, Entity.DWELLING, Entity.ORGANIZATION)
"""Entities that have a table of their own; the others are bound and read through these."""


@dataclass(frozen=True)
class Catalogue:
    items: Mapping[str, DataItem]
    codes: Mapping[str, list[Code]] = field(default_factory=dict)

    def item(self, code: str) -> DataItem:
        """Raises NotFound for a code that the catalogue does not have."""
        try:
            return self.items[code]
        except KeyError:
            raise NotFound(f"数据项目录中没有“{code}”。") from None

    def of_entity(self, entity: str) -> list[DataItem]:
        return [item for item in self.items.values() if item.entity == entity]

    @cached_property
    def specs(self) -> list[ItemSpec]:
        """Every item as the pure rules and the binder need it."""
        return [ItemSpec.of(item) for item in self.items.values()]

    @lru_cache(maxsize=512)  # noqa: B019  (a catalogue lives for a minute)
    def spellings(self, code: str) -> Mapping[str, str]:
        """Accepted spelling -> stored code of a coded item: code, name and synonyms; empty without a code list."""
        found: dict[str, str] = {}
        for entry in self._codes_of(code):
            found |= dict.fromkeys([entry.code, entry.name, *entry.synonyms], entry.code)
        return found

    @lru_cache(maxsize=512)  # noqa: B019
    def labels(self, code: str) -> Mapping[str, str]:
        """Stored code -> name, in the order of the list; empty for an item without a code list."""
        return {entry.code: entry.name for entry in self._codes_of(code)}

    def _codes_of(self, code: str) -> list[Code]:
        list_id = self.items[code].code_list_id
        return self.codes.get(list_id, []) if list_id else []

    def __hash__(self) -> int:
        return id(self)


def get_catalogue() -> Catalogue:
    return _load(int(time.monotonic() // KEPT_SECONDS))


def forget_catalogue() -> None:
    """For whoever changes the catalogue and reads it again in the same process."""
    _load.cache_clear()


@lru_cache(maxsize=1)
def _load(_minute: int) -> Catalogue:
    codes: dict[str, list[Code]] = {}
    for code in Code.objects.order_by("code_list_id", "position"):
        codes.setdefault(code.code_list_id, []).append(code)
    return Catalogue({item.code: item for item in DataItem.objects.order_by("position")}, codes)


def model_of(entity: str) -> type[models.Model]:
    """The table of a subject entity. Raises LookupError for an entity without one."""
    if entity not in SUBJECTS:
        raise LookupError(entity)
    return apps.get_model("registry", entity)


def column_of(item: DataItem) -> str | None:
    """Name of the typed column that stores the item; None where it lives in `attributes` or is derived."""
    if item.derived or item.entity not in SUBJECTS:
        return None
    names = {column.name for column in model_of(item.entity)._meta.concrete_fields}
    wanted = f"{item.key}_sealed" if item.is_sealed else item.key
    return wanted if wanted in names else None


def is_stored(item: DataItem) -> bool:
    """Whether a worker's answer to the item can be kept under its subject."""
    return not item.derived and item.type != ItemType.DERIVED and item.entity in SUBJECTS
