"""Tags in the conditions of tags: which needs which, the order to work them out, and what goes in a circle. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from tagging.codes import key_of

WORD = "tag"
Needs = Mapping[int, frozenset[int]]
"""Key of a tag -> keys of those that its condition names."""


def keys_in(tree: Any) -> frozenset[int]:
    """Keys of the tags that a condition names, at any depth."""
    return frozenset(_keys_in(tree))


def layers(needs: Needs) -> list[list[int]]:
    """Keys of `needs` in layers: each needs only those of layers before, and what is not in `needs`, which is given.

    A rule that names any tag is never in the first layer: by then what others carry stands written.
    Raises ValueError where they go in a circle, which the desk has refused.
    """
    sorter = TopologicalSorter({key: [*named, 0] if named else [] for key, named in needs.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError("tags in a circle") from error
    found = []
    while sorter.is_active():
        ready = sorter.get_ready()
        sorter.done(*ready)
        found.append(sorted(key for key in ready if key in needs))
    return [layer for layer in found if layer]


def find_circle(start: int, named: Iterable[int], needs: Needs) -> list[int]:
    """Shortest way from what `start` would name back to it: [start, ..., start]; [] where there is none."""
    ways = [[start, key] for key in sorted(named)]
    seen: set[int] = set()
    for way in ways:  # grows while it is walked, shortest ways first
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, key] for key in sorted(needs.get(way[-1], ()))]
    return []


def _keys_in(tree: Any) -> Iterator[int]:
    if not isinstance(tree, Mapping):
        return
    if WORD in tree and (key := key_of(str(tree[WORD]))):
        yield key
    parts = [part for word in ("all", "any") if isinstance(tree.get(word), list) for part in tree[word]]
    for part in [*parts, tree.get("not")]:
        yield from _keys_in(part)
