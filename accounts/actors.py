"""Who acts: a user in one post (岗位). Always passed as `actor`; nothing reaches for a global request."""

from dataclasses import dataclass

from accounts.codes import Level, Range, subtree
from accounts.roles import CLEARANCE, SECOND_FACTOR_ROLES, UNSCOPED_ROLES, Role


@dataclass(frozen=True, slots=True)
class Actor:
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

    @property
    def scope(self) -> Range | None:
        """Codes the post covers, both ends inclusive; None sees no row at all."""
        return None if self.role in UNSCOPED_ROLES else subtree(self.area_code, self.area_level)

    @property
    def clearance(self) -> int:
        """Highest level (1 to 4) read unmasked; 0 for the separated administrators."""
        return CLEARANCE[self.role]

    @property
    def needs_second_factor(self) -> bool:
        return self.role in SECOND_FACTOR_ROLES and not self.second_factor

    @property
    def title(self) -> str:
        """What the post switcher shows: 南门居委会 · 社区工作者."""
        return f"{self.department_name or self.area_name} · {self.role.label}"
