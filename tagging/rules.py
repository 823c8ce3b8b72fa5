"""What a definition may say. Pure."""

from collections.abc import Mapping
from typing import Any

from registry.catalogue import Catalogue
from registry.conditions import items_in

LOWEST = 1


def inherited_level(condition: Mapping[str, Any], catalogue: Catalogue) -> int:
    """Classification level of what the condition is made of: the highest of its items'."""
    return max((item.level for item in items_in(condition, catalogue)), default=LOWEST)
