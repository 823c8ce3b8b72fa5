"""Handing work over (交接): what is open in a post's name, told by the app that knows it.

    register(OpenWork("registry.handled_events", "处理中的事件", count_handled, take_handled))

The functions run with the scope of the post that gives the work away, whoever manages it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.actors import Actor


@dataclass(frozen=True, slots=True)
class OpenWork:
    """One kind of work. count: how much is open; hand: give it to the other post, returns how much it was."""

    code: str
    label: str
    count: Callable[[Actor], int]
    hand: Callable[[Actor, Actor], int]


_kinds: dict[str, OpenWork] = {}


def register(work: OpenWork) -> None:
    _kinds[work.code] = work


def list_kinds() -> list[OpenWork]:
    """Every kind, in the order of the floors."""
    return list(_kinds.values())


def label_of(code: str) -> str:
    """Its Chinese name; the code where its app is gone."""
    return _kinds[code].label if code in _kinds else code
