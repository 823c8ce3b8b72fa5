"""A server that speaks HTTP as badly as it is told: each connection is given to a script, byte by byte.

with raw_server(lambda peer: peer.send(b"HTTP/1.1 200 OK\r\n...")) as url: ...
"""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Script = Callable[["Peer"], None]


class Peer:
    """One connection, its request read. path: with its query. headers: names in lower case."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                raise ConnectionError
            head += piece
        first, *lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        self.method, self.path, _ = first.split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def answer(self, body: bytes, status: str = "200 OK", kind: str = "application/json", more: str = "") -> None:
        """A whole, correct answer."""
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n"
        )
        self.send(head.encode() + b"\r\n" + body)

    def reset(self) -> None:
        """Break off as a crashed machine does: RST instead of FIN."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def drip(self, data: bytes, pause: float) -> None:
        """One byte after another, for as long as anybody listens."""
        for place in range(len(data)):
            self.send(data[place : place + 1])
            time.sleep(pause)


@contextmanager
def raw_server(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if tls:
                connection = tls.wrap_socket(connection, server_side=True)
            with connection:
                script(Peer(connection))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
