"""Delegation (分级管理): who may manage whose posts. Pure: one table for each question, and a function that reads it.

The rules in words are in docs/decisions/0011-people-and-posts.md.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from accounts.actors import Actor
from accounts.codes import Level, contains, subtree
from accounts.roles import UNSCOPED_ROLES, Role

IN_TOWN = frozenset({Role.COMMUNITY_WORKER, Role.GRID_WORKER})

MANAGES: dict[Role, frozenset[Role]] = {
    Role.SECURITY_ADMIN: frozenset(Role),
    Role.DISTRICT_ADMIN: IN_TOWN | {Role.TOWN_ADMIN, Role.DEPARTMENT_STAFF},
    Role.TOWN_ADMIN: IN_TOWN,
}
"""Manager's role -> roles of the posts that may be given and taken inside the manager's area. Others manage nobody."""

OPENS_ALONE: dict[Role, frozenset[Role]] = {Role.TOWN_ADMIN: IN_TOWN}
"""Manager's role -> roles that see nothing the manager does not see: a password given by one person opens them.
Any other account opens only with what two managers gave."""

AREA_LEVELS: dict[Role, frozenset[Level]] = {
    Role.COMMUNITY_WORKER: frozenset({Level.COMMUNITY}),
    Role.GRID_WORKER: frozenset({Level.GRID, Level.MICROGRID}),
    Role.TOWN_ADMIN: frozenset({Level.TOWN}),
    Role.DISTRICT_ADMIN: frozenset({Level.DISTRICT}),
    Role.DEPARTMENT_STAFF: frozenset({Level.DISTRICT, Level.TOWN}),
    Role.DATA_OFFICER: frozenset({Level.DISTRICT}),
    Role.DISCIPLINE: frozenset({Level.DISTRICT}),
    Role.SYSTEM_ADMIN: frozenset({Level.DISTRICT}),
    Role.SECURITY_ADMIN: frozenset({Level.DISTRICT}),
    Role.AUDIT_ADMIN: frozenset({Level.DISTRICT}),
}
"""Where a post of the role may stand."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A post as the rules see it: whose, what for, where."""

    user_id: int
    role: Role
    area_code: int


def managed_roles(actor: Actor) -> frozenset[Role]:
    """Roles that the actor may give; empty for who manages nobody."""
    return MANAGES.get(actor.role, frozenset())


def may_manage(actor: Actor, held: Holding) -> bool:
    """Whether the actor may give, change and take this post. One's own never; outside the own area never."""
    inside = contains(subtree(actor.area_code, actor.area_level), held.area_code)
    return held.user_id != actor.user_id and inside and held.role in managed_roles(actor)


def may_manage_all(actor: Actor, held: Iterable[Holding]) -> bool:
    """Whether the actor may act on an account that holds these posts: password, second factor, suspension."""
    return all(may_manage(actor, one) for one in held)


def needs_release(actor: Actor, held: Collection[Holding]) -> bool:
    """Whether a password given by this actor waits for the code (放行码) of a second manager.

    held: posts of the account. What opens more than the giver sees must not be in one hand; an account without a post
    may get any post later.
    """
    alone = OPENS_ALONE.get(actor.role, frozenset())
    return not held or not all(one.role in alone and may_manage(actor, one) for one in held)


def clash(roles: Collection[Role]) -> bool:
    """Whether one user may not hold these roles at the same time (三员分立)."""
    return len(set(roles)) > 1 and not UNSCOPED_ROLES.isdisjoint(roles)
