"""What else happens when a department accepts corrections: told by whoever pushes them on.

    on_accepted(put_accepted_into_outbox)

Listeners run in the transaction of the answer: what one raises takes the answer back.
"""

from collections.abc import Callable, Sequence

from accounts.actors import Actor
from data_return.models import Correction

Listener = Callable[[Actor, Sequence[Correction]], None]
_listeners: list[Listener] = []


def on_accepted(listener: Listener) -> None:
    """Called once per listener while its app starts."""
    _listeners.append(listener)


def tell_accepted(actor: Actor, corrections: Sequence[Correction]) -> None:
    """All of one transaction at once: a listener that takes locks takes them in one order."""
    for listener in _listeners:
        listener(actor, corrections)
