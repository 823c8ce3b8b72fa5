"""What an answer over HTTP says, or which fault it is. Pure."""

import json
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Self

import requests
from urllib3.exceptions import DecodeError, NewConnectionError, ProtocolError, ReadTimeoutError

from accounts import outbound
from data_return.channels.faults import Fault, SourceFailed

LONGEST_WAIT = 24 * 3600
LONGEST_WORD = len("false")
BY_STATUS = {
    401: Fault.LOGIN_REFUSED,
    403: Fault.LOGIN_REFUSED,
    404: Fault.NOT_FOUND,
    408: Fault.TIMED_OUT,
    410: Fault.NOT_FOUND,
    413: Fault.TOO_LARGE,
    429: Fault.RATE_LIMITED,
    504: Fault.TIMED_OUT,
}
BY_ERROR: tuple[tuple[type[Exception], Fault], ...] = (
    (outbound.LedElsewhere, Fault.REDIRECTED),
    (outbound.InnerAddress, Fault.INNER_ADDRESS),
    (outbound.NotListed, Fault.NOT_LISTED),
    (outbound.TooLong, Fault.TOO_LARGE),
    (outbound.TooSlow, Fault.TOO_SLOW),
    (requests.TooManyRedirects, Fault.REDIRECTED),
    (ssl.SSLCertVerificationError, Fault.BAD_CERTIFICATE),
    (requests.ConnectTimeout, Fault.UNREACHABLE),
    (NewConnectionError, Fault.UNREACHABLE),
    (requests.Timeout, Fault.TIMED_OUT),
    (ReadTimeoutError, Fault.TIMED_OUT),
    (ProtocolError, Fault.RESET),
    (ConnectionResetError, Fault.RESET),
    (TimeoutError, Fault.TIMED_OUT),
    (DecodeError, Fault.RESET),
    (requests.ConnectionError, Fault.UNREACHABLE),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """charset: which the department says it writes in."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    charset: str = "utf-8"

    def check(self) -> Self:
        """Itself, where it says that all went well. Raises SourceFailed by its status."""
        if 200 <= self.status < 300:
            return self
        if 300 <= self.status < 400:
            raise SourceFailed(Fault.REDIRECTED)
        other = Fault.SERVER_ERROR if self.status >= 500 else Fault.REFUSED
        raise SourceFailed(BY_STATUS.get(self.status, other), retry_after=self.retry_after)

    @property
    def retry_after(self) -> int | None:
        """Seconds that the department asks to wait (RFC 9110, 10.2.3), at most a day; None where it does not."""
        said = self.headers.get("Retry-After", "").strip()
        if said.isascii() and said.isdigit():
            return min(int(said[:9]), LONGEST_WAIT)
        try:
            wait = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
        return max(0, min(int(wait), LONGEST_WAIT))

    def text(self) -> str:
        """Raises SourceFailed(BAD_CHARSET)."""
        return decode(self.body, self.charset)

    def json(self) -> Any:
        """Fractions as Decimal, so that no digit is lost. Raises SourceFailed."""
        if self._is_page():
            raise SourceFailed(Fault.HTML)
        text = self.text().removeprefix("\ufeff")
        try:
            return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            raise SourceFailed(Fault.CUT_SHORT if _ends_early(text, error) else Fault.NOT_JSON) from None
        except (ValueError, RecursionError):
            raise SourceFailed(Fault.NOT_JSON) from None

    def _is_page(self) -> bool:
        kind = self.headers.get("Content-Type", "").lower()
        return "html" in kind or self.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))


def decode(data: bytes, charset: str) -> str:
    """Text in the charset that was agreed; "gb18030" includes GBK and GB 2312. Raises SourceFailed(BAD_CHARSET)."""
    if charset != "utf-8" and not data.isascii() and _is_utf8(data):
        raise SourceFailed(Fault.BAD_CHARSET)  # GBK would read most of UTF-8 without complaint, as other characters
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        raise SourceFailed(Fault.BAD_CHARSET) from None


def fault_of(error: BaseException) -> Fault:
    """The most telling cause in the chain of an error of `requests`."""
    chain = list(_chain(error))
    for kind, fault in BY_ERROR:
        if any(isinstance(one, kind) for one in chain):
            return fault
    return Fault.UNREACHABLE


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it wraps and what it came from; libraries here use all three ways."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        wrapped = [getattr(one, "reason", None), *one.args]
        waiting += [each for each in (one.__cause__, one.__context__, *wrapped) if isinstance(each, BaseException)]


def _ends_early(text: str, error: json.JSONDecodeError) -> bool:
    """The reader came to the end of the text, into its last word, or into a string that has no end."""
    if error.msg.startswith("Unterminated string"):
        return True
    return not error.msg.startswith("Extra data") and len(text[error.pos :].strip()) <= LONGEST_WORD


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse(constant: str) -> Any:
    """NaN and Infinity are no JSON."""
    raise ValueError(constant)
