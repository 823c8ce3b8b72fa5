"""Turns of a channel for the thread that asks the source: it has no connection to our database, so the run's own thread
takes them for it, one ahead, and gives it more while it waits for what that thread brings."""

import time
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import get_ident
from types import TracebackType
from typing import Self, TypeVar

from data_return.services.pacing import take_turn

Brought = TypeVar("Brought")
ASKS, DONE = "asks", "done"


class RunOver(Exception):
    """Nobody waits any more for what the thread was to bring."""


class Turns:
    """To be called before each question, as `Terms.turn`. A context manager: at its end nobody is left waiting."""

    def __init__(self, channel_id: int) -> None:
        self._channel_id, self._home = channel_id, get_ident()
        self._given: SimpleQueue[float | Exception] = SimpleQueue()
        self._told: SimpleQueue[str] = SimpleQueue()

    def __call__(self) -> None:
        """Wait for a turn. Raises SourceFailed(RATE_LIMITED), RunOver."""
        turn = self._own() if get_ident() == self._home else self._next()
        if isinstance(turn, Exception):
            raise turn
        time.sleep(max(0.0, turn - time.monotonic()))

    def take_ahead(self) -> None:
        """In the run's own thread and outside a transaction: a turn for the next question, or why there is none.

        Not while one lies there unused: a page may come without a question, as one of a file that was fetched before.
        """
        if self._given.empty():
            self._given.put(self._own())

    def until(self, coming: "Future[Brought]") -> Brought:
        """What the other thread brings, giving it the turns that it asks for. Raises what it raises."""
        coming.add_done_callback(lambda _: self._told.put(DONE))
        while self._told.get() == ASKS:
            self.take_ahead()
        return coming.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._given.put(RunOver())

    def _own(self) -> float | Exception:
        """When it comes, by the monotonic clock."""
        try:
            return time.monotonic() + take_turn(self._channel_id)
        except Exception as failed:  # raised where the question is asked
            return failed

    def _next(self) -> float | Exception:
        try:
            return self._given.get_nowait()
        except Empty:
            self._told.put(ASKS)
            return self._given.get()
