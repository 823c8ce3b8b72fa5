"""What else happens when a department accepts a correction: told by whoever pushes it on.

    on_accepted(enqueue_correction)

Listeners run in the transaction of the answer: what one raises takes the answer back.
"""

from collections.abc import Callable

from accounts.actors import Actor
from data_return.models import Correction

Listener = Callable[[Actor, Correction], None]
_listeners: list[Listener] = []


def on_accepted(listener: Listener) -> None:
    """Called once per listener while its app starts."""
    _listeners.append(listener)


def tell_accepted(actor: Actor, correction: Correction) -> None:
    for listener in _listeners:
        listener(actor, correction)
