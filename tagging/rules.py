"""What a definition may say. Pure."""

from collections.abc import Mapping
from typing import Any

from registry.catalogue import Catalogue
from registry.conditions import level_of

LOWEST = 1


def inherited_level(condition: Mapping[str, Any], catalogue: Catalogue) -> int:
    """Classification level of what the condition is made of: the highest of its items' and tags'."""
    return max(LOWEST, level_of(condition, catalogue))
