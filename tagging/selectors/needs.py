"""Which tags need which, over the whole catalogue: what circles, orders and levels are told by."""

from collections.abc import Iterable

from tagging.models import Kind, Tag
from tagging.order import Needs, keys_in


def get_needs() -> Needs:
    """Key of every live dynamic tag -> keys of the tags that its condition means. Two queries."""
    rules = Tag.objects.live().filter(kind=Kind.DYNAMIC).values_list("pk", "condition")
    named = {key: keys_in(condition) for key, condition in rules}
    meant = get_meant()
    return {key: frozenset(meant.get(one, one) for one in keys) for key, keys in named.items()}


def get_meant() -> dict[int, int]:
    """Key of every merged tag -> key of the tag that it means now."""
    into = {pk: other for pk, other in Tag.objects.exclude(merged_into=None).values_list("pk", "merged_into") if other}
    return {key: _end_of(key, into) for key in into}


def list_names_of(tag: Tag) -> frozenset[int]:
    """Keys by which conditions mean the tag: its own, and those of the tags that were merged into it. One query."""
    return frozenset({tag.pk, *(key for key, meant in get_meant().items() if meant == tag.pk)})


def list_needing(key: int, needs: Needs) -> list[int]:
    """Keys of the tags whose condition needs that one, directly or through others; nearest first."""
    found = [key]
    for one in found:  # grows while it is walked
        found += sorted(other for other, named in needs.items() if one in named and other not in found)
    return found[1:]


def name_way(keys: Iterable[int]) -> str:
    """高龄老人 → 独居老人 → 高龄老人. One query."""
    way = list(keys)
    names = dict(Tag.objects.filter(pk__in=way).values_list("pk", "name"))
    return " → ".join(names.get(key, "") for key in way)


def _end_of(key: int, into: dict[int, int]) -> int:
    while key in into:
        key = into[key]
    return key
