"""Who acts: a user in one post (岗位). Always passed as `actor`; nothing reaches for a global request."""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts.codes import Level, Range, subtree
from accounts.roles import CLEARANCE, HIGHEST_LEVEL, SECOND_FACTOR_ROLES, UNSCOPED_ROLES, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """emergency_until: end of a running emergency view (应急查看). opened: codes of items unmasked for one subject.

    client_id: key of the machine (`ClientSystem`) that works in the post, None for a person. api_scopes: of its token.
    withheld: rights of optional features that were switched off when the actor came; see `accounts.features`.
    """

    user_id: int
    post_id: int
    name: str
    role: Role
    area_code: int
    area_level: Level
    area_name: str
    department_id: int | None = None
    department_name: str = ""
    second_factor: bool = False
    emergency_until: datetime | None = None
    opened: frozenset[str] = frozenset()
    client_id: int | None = None
    api_scopes: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()

    @property
    def scope(self) -> Range | None:
        """Codes the post covers, both ends inclusive; None sees no row at all."""
        return None if self.role in UNSCOPED_ROLES else subtree(self.area_code, self.area_level)

    @property
    def clearance(self) -> int:
        """Highest level (1 to 4) read unmasked; 0 for the separated administrators. During an emergency view: all."""
        return HIGHEST_LEVEL if self.emergency_until else CLEARANCE[self.role]

    def clearance_for(self, item: str) -> int:
        """Clearance for one data item of the subject that is shown: an item that was unmasked is read in full."""
        return HIGHEST_LEVEL if item in self.opened else self.clearance

    def opening(self, items: frozenset[str]) -> "Actor":
        """The same reader with items unmasked: for the texts of that one subject, and nothing else on the page."""
        return replace(self, opened=items)

    def at_standing(self) -> "Actor":
        """The same reader with what the post may read on ordinary days: for files, forms and filters."""
        return replace(self, emergency_until=None, opened=frozenset())

    @property
    def needs_second_factor(self) -> bool:
        return self.role in SECOND_FACTOR_ROLES and not self.second_factor

    @property
    def title(self) -> str:
        return title_of(self.role, self.department_name or self.area_name)


def title_of(role: Role, place: str) -> str:
    """What lists and the post switcher call a post: 南门居委会 · 社区工作者."""
    return f"{place} · {role.label}"
