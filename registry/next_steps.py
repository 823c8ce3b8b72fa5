"""What to do about a list that came out empty (下一步), brought by a higher floor.

register(find_step)
"""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.actors import Actor


@dataclass(frozen=True, slots=True)
class NextStep:
    """A link: its address and what it says."""

    url: str
    label: str


StepSource = Callable[[Actor], NextStep | None]
_sources: list[StepSource] = []


def register(source: StepSource) -> None:
    """Called once by each app while it starts."""
    _sources.append(source)


def find_next_step(actor: Actor) -> NextStep | None:
    """The first that a floor offers to the post."""
    return next((step for source in _sources if (step := source(actor))), None)
