"""Load shedding (过载保护): a web process takes in what it can serve soon, and tells the rest at once to come back.

Granian hands each request to one of its blocking threads and keeps what finds none in a queue without an end, which
nothing in Python can see. So it has more threads than there are places here: who finds no place still finds a thread,
and an answer. The work is done by a few threads of our own, the only ones that talk to the database: a connection
belongs to a thread, and waiting must not cost one.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

WORKING = 3
"""Requests that a process works on at once, and so its connections to the database."""
WAITING = 11
"""Requests that wait for them: about half a second of work on the smallest machine."""
SPARE = 2
"""Threads of granian that are left for refusing."""
THREADS = WORKING + WAITING + SPARE
CONNECTIONS = 1024
"""What granian calls backpressure bounds connections, idle ones among them, and not requests: each browser holds up to
six, and one that is not accepted gets no answer at all."""

REFUSED = "portal.refused"
"""Key of the WSGI environment: answer at once that the portal is busy (`portal.busy`)."""

Environment = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environment, StartResponse], Iterable[bytes]]


class LoadShedder:
    """A WSGI application around another one, which must refuse what is marked REFUSED without asking the database.

    always: beginnings of paths that take no place and are never refused. They wait for a thread like all others.
    """

    def __init__(
        self, application: Application, *, always: tuple[str, ...], working: int = WORKING, waiting: int = WAITING
    ) -> None:
        self._application, self._always = application, always
        self._places = BoundedSemaphore(working + waiting)
        self._workers = ThreadPoolExecutor(working, thread_name_prefix="request")

    def __call__(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        if environment["PATH_INFO"].startswith(self._always):
            return self._work(environment, start_response)
        if not self._places.acquire(blocking=False):
            return self._application(environment | {REFUSED: True}, start_response)
        try:
            return self._work(environment, start_response)
        finally:
            self._places.release()

    def _work(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """In one of our own threads; what it raises is raised here."""
        return self._workers.submit(self._application, environment, start_response).result()
