"""Panels on the card of a subject that a higher floor brings (卡片上的栏目), such as what departments returned.

    register(find_panel)

A panel is asked for by who reads, with what is unmasked of this subject; `note` writes that it was read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.actors import Actor

if TYPE_CHECKING:
    from registry.models.base import Subject


@dataclass(frozen=True, slots=True)
class Panel:
    """template: a fragment, given `context` as `panel`. note: leaves the lines of the reading, once for each page."""

    template: str
    context: Mapping[str, Any]
    note: Callable[[], None]


PanelSource = Callable[[Actor, str, "Subject"], Panel | None]
"""(reader, entity, subject that the reader sees) -> the panel, None where there is nothing to tell."""
_sources: list[PanelSource] = []


def register(source: PanelSource) -> None:
    """Called once by each app while it starts."""
    _sources.append(source)


def list_panels(*, actor: Actor, entity: str, subject: "Subject") -> list[Panel]:
    """Panels of one subject, in the order of the floors."""
    found = (source(actor, entity, subject) for source in _sources)
    return [panel for panel in found if panel is not None]
