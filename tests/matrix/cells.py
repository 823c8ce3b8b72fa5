"""The cells of the matrix, and how one is tried: a request inside a savepoint, so that none leaves anything behind."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from tests.matrix.oracle import RULES, VISITORS, Thing, Visitor, expected
from tests.matrix.world import NOWHERE, World

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: What a route is sent by POST, so that it gets as far as to look for its object.
FORM = {"take": "1", "step": "remove", "person": "1", "reason": "death", "on": "2026-11-01", "note": "试", "find": ""}
BODIES: dict[str, Any] = {
    "forms_engine:api_exports": lambda subject, offer: {"format": "xlsx"},
    "forms_engine:report_unmask": lambda subject, offer: {"reason": "入户核实"},
    "forms_engine:report_cells": lambda subject, offer: {
        "edits": [{"id": subject, "letter": "H", "raw": "x", "seen": 0}]
    },
    "portal:api_todo": lambda subject, offer: {"title": "核对计划", "area": "310151101001", "role": "community_worker"},
    "portal:api_todo_close": lambda subject, offer: {"outcome": "done"},
    "forms_engine:report_confirm": lambda subject, offer: {"cells": [{"id": subject, "letter": "H"}]},
    "forms_engine:report_undo": lambda subject, offer: {"id": subject, "letter": "H", "seen": 1},
    "forms_engine:report_adopt": lambda subject, offer: {"id": subject, "letter": "H", "seen": 1, "offer": offer},
}
_VOLATILE = re.compile(r'nonce="[^"]*"|(?<=csrfmiddlewaretoken" value=)"[^"]*"|(?<="X-CSRFToken": )"[^"]*"')


@dataclass(frozen=True)
class Cell:
    route: str
    method: str
    visitor: Visitor
    thing: Thing
    url: str
    body: Any

    def __str__(self) -> str:
        of = f" of {self.thing.kind} {self.thing.name}" if self.thing.kind else ""
        return f"{self.method} {self.route}{of} by {self.visitor.name}"

    @property
    def expected(self) -> str:
        return expected(RULES[self.route], self.visitor, self.method, self.thing)


def routes() -> dict[str, URLPattern]:
    """Every route by its full name, from the resolver itself."""
    return dict(_walk(get_resolver().url_patterns, ()))


def _walk(patterns: Any, spaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or str(pattern.pattern))), pattern
        else:
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, inner)


def cells(world: World, offers: dict[int, int]) -> Iterator[Cell]:
    """Every route x method x visitor x object of its kind."""
    for route, pattern in routes().items():
        taken = pattern.pattern.converters
        for thing, numbers in world.things[RULES[route].of]:
            given = numbers | {"letter": "H"}
            url = reverse(route, kwargs={name: given[name] for name in taken})
            subject = given.get("subject_id", NOWHERE)
            form = FORM | {"subject": str(subject)} | {name: str(given.get(name, "")) for name in ("post", "ticket")}
            body = BODIES[route](subject, offers.get(subject, NOWHERE)) if route in BODIES else form
            for method in METHODS:
                for visitor in VISITORS:
                    yield Cell(route, method, visitor, thing, url, body)


def try_cell(world: World, cell: Cell) -> HttpResponseBase:
    """The answer; everything that the request did is undone."""
    client = _client()
    client.cookies = SimpleCookie(world.cookies.get(cell.visitor.name, {}))
    token = world.tokens.get(cell.visitor.name)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with transaction.atomic():
        answer = client.generic(cell.method, cell.url, *_sent(cell), headers=headers)
        transaction.set_rollback(True)
    return answer


@cache
def _client() -> Client:
    """One for all cells: a client of its own would load every middleware again."""
    return Client(raise_request_exception=False)


def _sent(cell: Cell) -> tuple[str, str]:
    if cell.method in ("GET", "HEAD", "OPTIONS"):
        return "", "application/octet-stream"
    if cell.route in BODIES:
        return json.dumps(cell.body), "application/json"
    return "&".join(f"{name}={value}" for name, value in cell.body.items()), "application/x-www-form-urlencoded"


def outcome(answer: HttpResponseBase) -> str:
    """The answer in the words of the oracle."""
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"error {answer.status_code}"
    if answer.status_code in (301, 302):
        return _redirected(answer["Location"])
    if answer.status_code == 401:
        # The body says which door; an answer to HEAD has none.
        # Who brings no good token to a door of OAuth is told so, and sent nowhere.
        return _redirected(json.loads(answer.content).get("login", "")) if answer.content else "a door"
    return {403: "forbidden", 404: "absent", 405: "method"}.get(answer.status_code, "open")


def _redirected(location: str) -> str:
    """Only a visitor who is sent away with the page to come back to has been stopped."""
    to = urlsplit(location)
    if to.path == reverse("accounts:no_post"):
        return "post"
    if not to.query.startswith("next="):
        return "open"
    doors = {reverse("accounts:login"): "login", reverse("accounts:second_factor"): "second factor"}
    return doors.get(to.path, "open")


def without_volatile(cell: Cell, answer: HttpResponseBase) -> tuple[int, dict[str, str], str]:
    """What must be the same for an object of another area and for none: status, headers, body.

    But for nonces, and for the address that was asked for, which a page may name.
    """
    headers = {name: value for name, value in answer.items() if name not in ("X-Request-ID", "Content-Security-Policy")}
    headers.pop("Content-Length", None)
    body = b"" if answer.streaming else answer.content
    return answer.status_code, headers, _VOLATILE.sub("", body.decode()).replace(cell.url, "")
