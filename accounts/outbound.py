"""The one way out: requests to addresses that the deployment names, and to nothing else (ASVS 5.0 V13.2.4, SSRF).

    with outbound.session() as web:
        answer = web.get("https://id.example.cn/.well-known/openid-configuration")

settings.OUTBOUND_HOSTS lists who may be asked: `id.example.cn` (HTTPS, port 443, an address of the internet),
`id.internal:8443` (with a port: it may also be a private address), `http://10.0.0.5:8080` (without TLS),
`sftp://files.internal:22` and `postgresql://10.0.0.6:5432` (asked by others, by way of `checked_address`).
A name is resolved once, every address it has is checked, and the connection goes to the checked one: a name that
resolves to something else a moment later (DNS rebinding) is not asked again.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Event, Timer
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util.connection import create_connection
from urllib3.util.timeout import Timeout

CONNECT_SECONDS, READ_SECONDS, ALL_SECONDS = 5.0, 10.0, 30.0
MOST_BYTES = 10 * 2**20
PIECE = 1 << 16
PORTS = {"https": 443, "http": 80, "sftp": 22, "postgresql": 5432, "mysql": 3306}

NOT_LISTED = "这个地址不在允许访问的名单里(OUTBOUND_HOSTS)。"
INNER = "这个地址解析到了不允许访问的网段。"
TOO_LONG, TOO_SLOW = "对方的应答太长,已停止接收。", "对方的应答太慢,已停止接收。"

TRANSLATED = ip_network("64:ff9b::/96")  # leads to any IPv4 address, private ones too (RFC 6052)

getaddrinfo = socket.getaddrinfo


class OutboundRefused(requests.RequestException):
    """The address is not allowed, or the answer was too long or too slow. Carries no address of the inner network."""


class NotListed(OutboundRefused):
    """OUTBOUND_HOSTS does not name it, or it is no plain address."""


class InnerAddress(OutboundRefused):
    """The name leads to where nobody may ask."""


class LedElsewhere(OutboundRefused):
    """A redirect to another scheme, host or port."""


class TooLong(OutboundRefused):
    """The answer is longer than `most_bytes`."""


class TooSlow(OutboundRefused):
    """The whole answer had not come after `seconds`."""


class _BadAddress(Exception):
    """Not an OSError, which the connection pool would take for a broken connection."""


class _Overdue(Exception):
    """Nor is this."""


@dataclass(frozen=True, slots=True)
class Origin:
    scheme: str
    host: str
    port: int


def session(*, most_bytes: int = MOST_BYTES, seconds: float = ALL_SECONDS) -> requests.Session:
    """A session of `requests` that obeys the list. most_bytes, seconds: of one whole answer, unpacked."""
    return _Session(most_bytes, seconds)


def guard(session: requests.Session, adapter: "Adapter") -> None:
    """Make a session that somebody else has built, such as a client of OAuth, obey the list."""
    session.trust_env = False  # neither proxies nor passwords from the environment
    session.verify = settings.OUTBOUND_CA_FILE or True
    session.mount("https://", adapter)
    session.mount("http://", adapter)


class _Session(requests.Session):
    def __init__(self, most_bytes: int, seconds: float) -> None:
        super().__init__()
        guard(self, Adapter(most_bytes, seconds))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Only to the same scheme, host and port: a session may carry a secret meant for that one."""
        target = super().get_redirect_target(resp)
        if target and _origin(urljoin(resp.url, target)) != _origin(resp.url):
            raise LedElsewhere("对方要求转到另一个地址,已拒绝。", response=resp)
        return target


class Adapter(HTTPAdapter):
    """Checks every request, redirects among them, and reads its answer to the end."""

    def __init__(self, most_bytes: int = MOST_BYTES, seconds: float = ALL_SECONDS) -> None:
        self._most_bytes, self._seconds = most_bytes, seconds
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        started = time.monotonic()
        if _origin(str(request.url)) not in _allowed():
            raise NotListed(NOT_LISTED, request=request)
        limits = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS, total=self._seconds)
        options |= {"stream": True, "timeout": limits, "proxies": {}}
        try:
            response = super().send(request, **options)
        except _BadAddress:
            raise InnerAddress(INNER, request=request) from None
        except _Overdue:
            raise TooSlow(TOO_SLOW, request=request) from None
        self._read(response, until=started + self._seconds)
        return response

    def _read(self, response: requests.Response, *, until: float) -> None:
        content = bytearray()
        for piece in _pieces(response):
            content += piece
            if len(content) > self._most_bytes or time.monotonic() > until:
                response.close()
                slow = time.monotonic() > until
                raise TooSlow(TOO_SLOW, response=response) if slow else TooLong(TOO_LONG, response=response)
        response._content = bytes(content)  # as requests itself keeps what it has read


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """Unpacked bytes as they arrive: waiting for a full piece, a dripping answer would never be looked at."""
    try:
        while piece := response.raw.read1(PIECE, decode_content=True):
            yield piece
    except HTTPError as error:
        raise requests.ConnectionError(error, response=response) from error


class _Pinned:
    """Connects to the address that was checked. Host header, SNI and certificate are those of the name.

    wire: a second handle of the same connection, for whoever has to end it while somebody waits at the first.
    """

    host: str
    port: int
    timeout: Any
    socket_options: Any
    wire: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        try:
            address = _checked_address(self.host, self.port)
            made = create_connection((address, self.port), self.timeout, socket_options=self.socket_options)
        except TimeoutError:
            raise ConnectTimeoutError("nobody answered in time") from None
        except OSError:
            raise NewConnectionError(cast(HTTPConnection, self), "nobody is there") from None
        self.wire = socket.socket(fileno=os.dup(made.fileno()))
        return made

    def close(self) -> None:
        if self.wire is not None:
            self.wire.close()
        super().close()  # type: ignore[misc]


class _Connection(_Pinned, HTTPConnection): ...


class _TLSConnection(_Pinned, HTTPSConnection): ...


class _Watched:
    """Ends a connection whose head has not come in time: each byte of it may be prompt, and there may be no end."""

    def _make_request(self, conn: Any, *args: Any, **options: Any) -> Any:
        with _ended_after(options["timeout"].total, conn) as overdue:
            try:
                return super()._make_request(conn, *args, **options)  # type: ignore[misc]
            finally:  # a head that was cut off may have been taken for a whole one
                if overdue.is_set():
                    raise _Overdue


class _Pool(_Watched, HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(_Watched, HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


@contextmanager
def _ended_after(seconds: float, connection: _Pinned) -> Iterator[Event]:
    overdue = Event()

    def end() -> None:
        overdue.set()
        if connection.wire is not None:
            with suppress(OSError):
                connection.wire.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield overdue
    finally:
        timer.cancel()


def is_listed(url: str) -> bool:
    """Whether OUTBOUND_HOSTS names where the address leads to. Looks nothing up."""
    try:
        return _origin(url) in _allowed()
    except OutboundRefused:
        return False


def checked_address(scheme: str, host: str, port: int) -> str:
    """The address to connect to, for what does not speak HTTP. Raises NotListed, InnerAddress, OSError (no address)."""
    if Origin(scheme, host, port) not in _allowed():
        raise NotListed(NOT_LISTED)
    try:
        return _checked_address(host, port)
    except _BadAddress:
        raise InnerAddress(INNER) from None


def _checked_address(host: str, port: int) -> str:
    """Raises _BadAddress where any address of the name may not be asked, OSError where it has none."""
    found = [str(info[4][0]) for info in getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    inner = _names_port(host, port)
    if not found or not all(_may_be_asked(ip_address(one.partition("%")[0]), inner=inner) for one in found):
        raise _BadAddress
    return found[0]


def _may_be_asked(address: IPv4Address | IPv6Address, *, inner: bool) -> bool:
    """Addresses of the internet; private and loopback ones where the list names them. Link-local never: there the
    hosts of clouds give out their keys (169.254.169.254)."""
    address = getattr(address, "ipv4_mapped", None) or address
    if address in TRANSLATED or address.is_multicast or address.is_link_local or address.is_unspecified:
        return False
    return address.is_global or (inner and (address.is_private or address.is_loopback))


def _allowed() -> set[Origin]:
    return {_origin(entry if "://" in entry else f"https://{entry}") for entry in _entries()}


def _names_port(host: str, port: int) -> bool:
    return any(entry.rpartition("//")[2] == f"{host}:{port}" for entry in _entries())


def _entries() -> list[str]:
    """OUTBOUND_HOSTS, and the identity provider, which OIDC_ISSUER names: in an inner network too."""
    if not settings.OIDC_ISSUER:
        return list(settings.OUTBOUND_HOSTS)
    issuer = _origin(settings.OIDC_ISSUER)
    return [*settings.OUTBOUND_HOSTS, f"{issuer.scheme}://{issuer.host}:{issuer.port}"]


def _origin(url: str) -> Origin:
    """Raises OutboundRefused for what is no plain web address; a user name in it could hide the real host."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise NotListed("这不是可以访问的网址。") from None
    if not parts.hostname or parts.username is not None:
        raise NotListed("这不是可以访问的网址。")
    return Origin(parts.scheme, parts.hostname, port)
