"""Connected systems in tests, and a system's own server that hears who has left."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from accounts.actors import Actor
from portal.models import Entrance, System
from portal.services.sign_on.entrances import Wanted, change_entrance_secret, describe_entrance, open_entrance
from tests.portal.filing import make_system

HOME = "https://care.example.cn/home"
CALLBACK = "https://care.example.cn/callback"
GOODBYE = "https://care.example.cn/goodbye"
SERVICE = "https://care.example.cn/cas?from=portal"
Kind = Entrance.Kind


@dataclass
class Connected:
    """A system with its opened entrance. secret: of OIDC and links."""

    system: System
    entrance: Entrance
    secret: str = ""

    @property
    def client_id(self) -> str:
        return self.entrance.client.client_id


def wanted(kind: Entrance.Kind, **more: Any) -> Wanted:
    """What a department would type for the kind."""
    given: dict[str, Any] = {"home_url": HOME}
    if kind == Kind.OIDC:
        given |= {"redirect_uris": [CALLBACK], "post_logout_uris": [GOODBYE]}
    if kind == Kind.CAS:
        given |= {"services": [SERVICE]}
    return Wanted(kind=kind, **(given | more))


def connect(
    department: Actor,
    desk: Actor,
    security: Actor,
    kind: Entrance.Kind,
    *,
    name: str = "养老探访平台",
    system: dict[str, Any] | None = None,
    **more: Any,
) -> Connected:
    """An admitted system that people may enter."""
    admitted = make_system(department, desk, name, **(system or {}))
    entrance = describe_entrance(actor=department, system=admitted, wanted=wanted(kind, **more), seen=0)
    secret = "" if kind == Kind.CAS else change_entrance_secret(actor=department, system=admitted)[1]
    entrance = open_entrance(actor=security, pk=entrance.pk, seen=entrance.version)
    return Connected(admitted, Entrance.objects.select_related("client", "system").get(pk=entrance.pk), secret)


@dataclass
class Ear:
    """url: of a server on this machine. heard: (path, posted fields), in order. status: what it answers."""

    url: str
    heard: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    status: int = 200


@contextmanager
def ear() -> Iterator[Ear]:
    """A system's server that takes what is posted to it, and answers every other visit, too."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            made.heard.append((self.path, {name: values[0] for name, values in parse_qs(body).items()}))
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            self.send_response(made.status)
            if made.status == 302:
                self.send_header("Location", "https://elsewhere.example.cn/login")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Ear(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
