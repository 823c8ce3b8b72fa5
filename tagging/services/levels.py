"""Levels that follow from others (级别随来源): a tag is as high as the highest that its condition is made of."""

from collections.abc import Iterable

from registry.catalogue import get_catalogue
from tagging.models import Kind, Tag
from tagging.order import layers
from tagging.rules import inherited_level
from tagging.selectors.needs import get_needs, list_needing


def settle_levels_above(key: int) -> None:
    """After a tag changed: those whose condition needs it, nearest first."""
    settle_levels(list_needing(key, get_needs()))


def settle_all_levels() -> int:
    """Every live dynamic tag, for items whose level the catalogue changed. Returns how many were wrong."""
    return settle_levels(key for layer in layers(get_needs()) for key in layer)


def settle_levels(keys: Iterable[int]) -> int:
    """Dynamic tags, each after what it needs. Returns how many were wrong."""
    return sum(_settle(key) for key in keys)


def _settle(key: int) -> bool:
    tag = Tag.objects.select_for_update(of=("self",)).get(pk=key)
    level = inherited_level(tag.condition, get_catalogue())
    if tag.kind != Kind.DYNAMIC or level == tag.level:
        return False
    tag.level = level
    tag.save(update_fields=["level", "changed_at"])
    return True
