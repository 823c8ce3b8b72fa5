"""How long requests took, counted in each web process.

Several processes add up in the folder PROMETHEUS_MULTIPROC_DIR, which prometheus_client reads when it is imported;
without it there is one process. A folder belongs to one start of the web program: see `portal.programs.web`.
"""

import os

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
NO_VIEW = "none"
"""View of an address that leads nowhere."""
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_took = Histogram(
    "portal_request_seconds",
    "Time until a request was answered, by route and status.",
    ("view", "status"),
    buckets=_SECONDS,
    registry=None,
)


def count_request(view: str | None, status: int, seconds: float) -> None:
    """view: name of the route, such as `registry:person_list`; None where no route was found."""
    _took.labels(view=view or NO_VIEW, status=str(status)).observe(seconds)


def add_requests(registry: CollectorRegistry) -> None:
    """Counts of every web process of this start, those that have ended among them."""
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_took)
