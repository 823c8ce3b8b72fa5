"""Every address of the portal, with its arguments filled in: for tests that walk them all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import Access
from accounts.actors import Actor
from accounts.models import Department
from accounts.rights import ROLE_RIGHTS
from accounts.roles import Role
from tests.factories import DISTRICT, EAST, TOWN, make_actor

FILLED = {
    "int": "1",
    "str": "x",
    "slug": "x",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "path": "x",
    "letter": "A",
    "key": "1",
    "reference": "x",
}
UNSAFE = ("post", "put", "patch", "delete")
AREAS = {Role.COMMUNITY_WORKER: EAST, Role.GRID_WORKER: EAST, Role.TOWN_ADMIN: TOWN}


@dataclass(frozen=True)
class Route:
    """name: `registry:person_list`; path: with 1 or x for each argument, which belongs to nobody."""

    name: str
    path: str
    view: Any

    @property
    def access(self) -> Access:
        access: Access = self.view.access
        return access


def list_routes() -> list[Route]:
    return sorted(_walk(get_resolver(), "/", ""), key=lambda route: route.name)


def someone_with(right: str | None, *, of: dict[Role, Actor]) -> Actor:
    """An actor whose role holds the right; whoever, where none is asked for. of: those made before."""
    role = next(role for role in Role if right is None or right in ROLE_RIGHTS[role])
    if role not in of:
        department = Department.objects.first() if role == Role.DEPARTMENT_STAFF else None
        of[role] = make_actor(role, AREAS.get(role, DISTRICT), department=department)
    return of[role]


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        path = prefix + _filled(entry)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry, path, inner)
        else:
            yield Route(f"{space}{entry.name}", path, entry.callback)


def _filled(entry: URLPattern | URLResolver) -> str:
    pattern = str(entry.pattern)
    for name, converter in entry.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        kind = {"string": "str"}.get(kind, kind)
        pattern = pattern.replace(f"<{kind}:{name}>", FILLED[kind]).replace(f"<{name}>", FILLED[kind])
    return pattern.removeprefix("^").removesuffix("$")
