"""Who may manage whom: every role against every role and place, with the expected answer written a second time here."""

from itertools import product

import pytest

from accounts.actors import Actor
from accounts.codes import Level
from accounts.delegation import Holding, clash, may_manage, may_manage_all, needs_release
from accounts.roles import Role

DISTRICT, TOWN, COMMUNITY = 310151_000000_000000, 310151101_000_000000, 310151101_001_000000
PLACES = {
    "own district": DISTRICT,
    "own town": TOWN,
    "own community": COMMUNITY,
    "own grid": COMMUNITY + 1000,
    "next town": 310151102_000_000000,
    "next district": 310152_000000_000000,
    "village of the next district": 310152101_001_000000,
    "city": 310100_000000_000000,
}
OF_DISTRICT = {"own district", "own town", "own community", "own grid", "next town"}
OF_TOWN = {"own town", "own community", "own grid"}
STANDS = {
    "community_worker": (COMMUNITY, Level.COMMUNITY),
    "grid_worker": (COMMUNITY + 1000, Level.GRID),
    "town_admin": (TOWN, Level.TOWN),
}


def expected(manager: str, role: str, place: str, own: bool) -> bool:
    """The brief, sentence by sentence."""
    if own:
        return False
    if manager == "security_admin":
        return place in OF_DISTRICT
    if manager == "district_admin":
        below = ("community_worker", "grid_worker", "town_admin", "department_staff")
        return role in below and place in OF_DISTRICT
    if manager == "town_admin":
        return role in ("community_worker", "grid_worker") and place in OF_TOWN
    return False


def actor_as(role: Role, user_id: int = 1) -> Actor:
    area, level = STANDS.get(role.value, (DISTRICT, Level.DISTRICT))
    return Actor(user_id, 1, "管理员", role, area, level, "某地", second_factor=True)


@pytest.mark.parametrize("manager", Role)
def test_the_table_says_what_the_rules_say(manager):
    actor, wrong = actor_as(manager), []
    for role, (place, code), own in product(Role, PLACES.items(), (True, False)):
        held = Holding(1 if own else 2, role, code)
        if may_manage(actor, held) != expected(manager.value, role.value, place, own):
            wrong.append((role.value, place, own))
    assert wrong == []


def test_nobody_manages_a_post_of_the_own_power_or_above_except_the_security_admin():
    power = [Role.GRID_WORKER, Role.COMMUNITY_WORKER, Role.TOWN_ADMIN, Role.DISTRICT_ADMIN]
    for manager in (Role.TOWN_ADMIN, Role.DISTRICT_ADMIN):
        for role in [*power[power.index(manager) :], Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]:
            assert not may_manage(actor_as(manager), Holding(2, role, COMMUNITY))


def test_an_account_is_managed_only_by_who_manages_each_of_its_posts():
    town = actor_as(Role.TOWN_ADMIN)
    worker, other_town = Holding(2, Role.COMMUNITY_WORKER, COMMUNITY), Holding(2, Role.GRID_WORKER, PLACES["next town"])
    assert may_manage_all(town, [worker])
    assert not may_manage_all(town, [worker, other_town])


@pytest.mark.parametrize("manager", Role)
@pytest.mark.parametrize("role", Role)
def test_a_password_opens_alone_only_what_its_giver_sees(manager, role):
    opens_alone = manager == Role.TOWN_ADMIN and role in (Role.COMMUNITY_WORKER, Role.GRID_WORKER)
    assert needs_release(actor_as(manager), [Holding(2, role, COMMUNITY)]) is not opens_alone


def test_an_account_without_a_post_or_with_one_elsewhere_never_opens_alone():
    town = actor_as(Role.TOWN_ADMIN)
    inside, outside = (Holding(2, Role.GRID_WORKER, PLACES[place]) for place in ("own grid", "next town"))
    assert needs_release(town, [])
    assert needs_release(town, [inside, outside])


@pytest.mark.parametrize(("one", "other"), list(product(Role, Role)))
def test_one_of_the_three_administrators_holds_no_other_role(one, other):
    three = {"system_admin", "security_admin", "audit_admin"}
    assert clash([one, other]) is (one != other and bool({one.value, other.value} & three))
