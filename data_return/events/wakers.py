"""Who is woken when a department says that a dataset has changed. Connectors register themselves."""

from collections.abc import Callable

from data_return.models import Dataset

Waker = Callable[[Dataset], bool]
"""Begins a run and says so; False where nothing brings this dataset by itself. Runs in the event's transaction."""
_wakers: list[Waker] = []


def register_waker(waker: Waker) -> Waker:
    """To be called when the app starts."""
    _wakers.append(waker)
    return waker


def wake_connectors(dataset: Dataset) -> bool:
    """Whether anything was begun."""
    begun = [waker(dataset) for waker in _wakers]
    return any(begun)
