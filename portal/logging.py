"""Structured logs: one JSON object a line, without personal data.

What could carry a name or a number is kept out at the source (no query strings, no bodies, no task arguments) and
cut once more here: database errors lose the values they quote, long numbers are crossed out.
"""

import json
import logging
import re
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase

from accounts.origin import coming_from, is_silent, present_origin
from portal.metrics.requests import count_request
from portal.network import client_address
from portal.places import ROOT

GetResponse = Callable[[HttpRequest], HttpResponseBase]

#: Number of the running request; the 500 page shows it, every log line of the request carries it.
request_reference: ContextVar[str] = ContextVar("request_reference", default="")

_ZONE = ZoneInfo("Asia/Shanghai")
# Identity numbers (15 or 18), mobile and card numbers: nothing else in a message is that long.
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{11,19}[Xx]?(?![0-9A-Za-z])")
_QUOTED_BY_DATABASE = re.compile(r"\n(?:DETAIL|CONTEXT|LINE \d+|HINT):?.*", re.DOTALL)
# `invalid input syntax for type integer: "..."`, `value "..." is out of range`; Python's ValueError does alike.
_QUOTED_VALUE = re.compile(r"""(: |\bvalue )("[^\n]*"|'[^\n]*')""")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "data"}
_FRAMES = 15
# Asked every few seconds by balancers and by Prometheus.
_HEARTBEATS = ("healthz", "readyz", "metrics")

log = logging.getLogger("portal.request")


def without_personal_data(text: str) -> str:
    """A text as it may be logged: no values quoted by the database or by Python, no long numbers."""
    return _LONG_NUMBER.sub("***", _QUOTED_VALUE.sub(r"\1***", _QUOTED_BY_DATABASE.sub("", text)))


class JsonFormatter(logging.Formatter):
    """time (Asia/Shanghai), level, logger, message, reference, extras, error with its frames.

    reference: of the request, or of the job or message that is worked on (`accounts.origin`).
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, _ZONE).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_personal_data(record.getMessage()),
        }
        if reference := request_reference.get() or present_origin().reference:
            line["reference"] = reference
        line |= {key: _plain(value) for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Numbers and truth values as they are, everything else as a text that may be logged."""
    return value if isinstance(value, bool | int | float | None) else without_personal_data(str(value))


def _describe(error: BaseException) -> dict[str, Any]:
    """Type, first line and frames; the source lines stay out, values never were in."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {
        "type": type(error).__qualname__,
        "text": without_personal_data(str(error)).split("\n", 1)[0],
        "frames": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _short(filename: str) -> str:
    """Path from the package's folder on, whatever machine it runs on."""
    return filename.rpartition("/site-packages/")[2].removeprefix(f"{ROOT}/")


class RequestLogMiddleware:
    """Gives each request a reference; logs and counts it when it is answered: view, status, time; never its URL.

    Of a silent view (`accounts.access.Access`) not even the post.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reference = uuid.uuid4().hex[:12]
        token, started = request_reference.set(reference), perf_counter()
        try:
            with coming_from(address=client_address(request), reference=reference):
                response = self.get_response(request)
            response["X-Request-ID"] = reference
            self._log(request, response.status_code, started)
            return response
        finally:
            request_reference.reset(token)

    def _log(self, request: HttpRequest, status: int, started: float) -> None:
        match, actor = request.resolver_match, getattr(request, "actor", None)
        took = perf_counter() - started
        count_request(match.view_name if match else None, status, took)
        if match is not None and is_silent(match.func):
            actor = None
        extra = {
            "view": match.view_name if match else None,
            "method": request.method,
            "status": status,
            "milliseconds": round(took * 1000),
            "post": actor.post_id if actor else None,
        }
        log.log(
            logging.DEBUG if match is None or match.view_name in _HEARTBEATS else logging.INFO, "request", extra=extra
        )


def _is_news(record: logging.LogRecord) -> bool:
    """503 is what /readyz says every few seconds while something is down; its cause has lines of its own."""
    return getattr(record, "status_code", None) != 503


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING: JSON on standard error, everything through one formatter."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"news": {"()": "django.utils.log.CallbackFilter", "callback": _is_news}},
        "formatters": {"json": {"()": "portal.logging.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # These two write the path of the URL, which may hold what somebody searched for.
            "django.request": {"level": "ERROR", "handlers": ["stderr"], "filters": ["news"], "propagate": False},
            "django.server": {"level": "ERROR", "handlers": ["stderr"], "propagate": False},
            "axes": {"level": "ERROR"},
            # A line for each task of each few seconds; what a job did is in its row.
            "celery": {"level": "WARNING"},
            "django_celery_beat": {"level": "WARNING"},
        },
    }
