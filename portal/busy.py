"""What is told to whom the web process has no place for (`portal.shedding`)."""

import logging
import random
from collections.abc import Callable
from time import monotonic

from django.http import HttpRequest, HttpResponseBase

from accounts.errors import DomainError
from portal.errors import answer
from portal.shedding import REFUSED

SOONEST, LATEST = 3, 10
TOLD_AFTER = 10.0
log = logging.getLogger(__name__)


class Busy(DomainError):
    """More requests at once than the machine can serve; nothing was done. retry_after: seconds.

    Not the same for everybody: who was refused together should not come back together.
    """

    code = "busy"
    status = 503

    def __init__(self) -> None:
        self.retry_after = random.randint(SOONEST, LATEST)  # noqa: S311  (spreads, hides nothing)
        super().__init__(f"现在使用的人太多,系统一时忙不过来,您这一步还没有处理。请过 {self.retry_after} 秒再试一次。")


class BusyMiddleware:
    """Refuses before anything asks the database. Stands behind the headers of every answer, and before all work."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._refused, self._told_at = 0, -TOLD_AFTER

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if REFUSED not in request.META:
            return self.get_response(request)
        self._tell()
        return answer(request, Busy())

    def _tell(self) -> None:
        """A line for many: a flood must not become one of lines, too. The last few of a flood stay uncounted."""
        self._refused += 1
        if monotonic() - self._told_at >= TOLD_AFTER:
            log.warning("load_shed", extra={"refused": self._refused})
            self._refused, self._told_at = 0, monotonic()
