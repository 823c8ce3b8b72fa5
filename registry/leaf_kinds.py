"""Leaves of a condition that a higher floor knows (条件里目录以外的条目), such as a tag: told by their own key.

    register(LeafKind("tag", compile_tag, describe_tag, list_parts, list_choices))   # {"tag": "T0001"}

`registry.conditions` compiles them among data items, `registry.condition_rows` offers them in the builder.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

if TYPE_CHECKING:
    from accounts.actors import Actor

Leaf = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """What a condition is made of, as far as clearances ask: a data item or what a higher floor knows.

    level: classification (GB/T 43697-2024) of what it tells about whoever meets it.
    """

    code: str
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class LeafKind:
    """word: the key that tells the leaf. label: what the builder calls the group.

    compile: (leaf, subject, reporting date) -> who meets it, true or false and never unknown. Raises BadCondition.
    describe: the leaf in Chinese. parts: what it is made of, at the level that it inherited.
    choices: (reader) -> code -> name of what a builder may offer to that post.
    granted: it tells what only a grant opens. It compiles where the caller says which codes are granted, else nowhere.
    A leaf that has an item, too, compares it there: {"returned": "12", "item": "person.x", "op": "=", "value": 1}.
    """

    word: str
    label: str
    compile: Callable[[Leaf, str, date], Q]
    describe: Callable[[Leaf], str]
    parts: Callable[[Leaf], Iterable[Part]]
    choices: Callable[["Actor"], Mapping[str, str]]
    granted: bool = False


_kinds: dict[str, LeafKind] = {}


def register(kind: LeafKind) -> None:
    """Called once by each app while it starts."""
    _kinds[kind.word] = kind


def kind_of(leaf: Leaf) -> LeafKind | None:
    """The kind of a leaf; None for one about a data item, and for what is no leaf."""
    return next((kind for word, kind in _kinds.items() if word in leaf), None)


def code_of(word: str, leaf: Leaf) -> str:
    """What the leaf is about: "12", or "12:person.age" where it compares an item of it."""
    return f"{leaf[word]}:{leaf['item']}" if "item" in leaf else str(leaf[word])


def list_kinds() -> list[LeafKind]:
    """In the order of the floors."""
    return list(_kinds.values())
