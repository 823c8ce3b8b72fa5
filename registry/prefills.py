"""Where the form for somebody new may come filled in from: told by a higher floor that knows more of them.

    register("record", find_prefill)

The address names the source and a key, never a value: `/residents/add?from=record&key=12`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from accounts.actors import Actor


@dataclass(frozen=True, slots=True)
class Prefill:
    """values: item code -> canonical value, in plain text. origin: who says so. note: leaves the audit line."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    origin: str = ""
    note: Callable[[], None] = lambda: None


Source = Callable[[Actor, str, int], Prefill]
"""(actor, entity, key) -> what is known. Raises NotFound for what the actor may not read."""
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Called once by each app while it starts."""
    _sources[name] = source


def get_prefill(actor: Actor, entity: str, request: HttpRequest) -> Prefill:
    """What the address of a form asks for; empty where it asks for nothing."""
    name, key = request.GET.get("from", ""), request.GET.get("key", "")
    if name not in _sources or not (key.isascii() and key.isdigit() and len(key) < 19):
        return Prefill()
    return _sources[name](actor, entity, int(key))
