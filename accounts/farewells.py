"""Farewells (登录结束): whoever began something in a session wants to know that it may have ended.

A listener is told after the commit, without waiting, and finds out from the database what has ended: a message that is
lost is made up for by beat.
"""

from collections.abc import Callable

from django.db import transaction

Listener = Callable[[], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """listener: called after the commit; it wakes a task and does no work itself."""
    _listeners.append(listener)


def tell_sessions_ended() -> None:
    """To be called where sessions are ended or a person or post is closed, in that transaction."""
    for listener in _listeners:
        transaction.on_commit(listener)
