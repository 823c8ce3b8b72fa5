"""Where the running step comes from: told once at the edge, written into every audit line of the step."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

LONGEST_ADDRESS = 45  # IPv6 with an IPv4 tail


@dataclass(frozen=True, slots=True)
class Origin:
    """address: of the browser. reference: of the request, or `job:<number>`."""

    address: str = ""
    reference: str = ""


NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def present_origin() -> Origin:
    return _origin.get()


def is_silent(view: Any) -> bool:
    """Whether who comes to the view is not written down; see `accounts.access.Access`."""
    return bool(getattr(getattr(view, "access", None), "silent", False))


@contextmanager
def coming_from(*, address: str = "", reference: str) -> Iterator[None]:
    """Steps inside carry this origin. For the middleware and for whoever runs background work."""
    token = _origin.set(Origin(address[:LONGEST_ADDRESS], reference))
    try:
        yield
    finally:
        _origin.reset(token)
