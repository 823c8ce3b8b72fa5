"""The made-up population, without a database: deterministic, believable, and nobody's."""

from collections import Counter
from datetime import date

import pytest
from stdnum import luhn
from stdnum.cn import uscc

from accounts.codes import SPAN, Level, ancestor, from_official
from registry.rules.contacts import parse_phone
from registry.rules.identity import birth_date_of, parse_id_number, sex_of
from registry.seeding import REFERENCE_DAY
from registry.seeding.communities import Community, CommunityPlan, build_community
from registry.seeding.families import age_on
from registry.seeding.grids import grid_areas
from registry.seeding.numbers import MOST_COMMUNITIES, Numbers
from registry.seeding.people import FLOATING

NANMEN, HUAYUANLONG, VILLAGE = (from_official(f"310151101{number}") for number in ("001", "002", "201"))
HEAD, SPOUSES, CHILDREN = "02", {"10", "11", "12"}, {"20", "21", "22", "23", "30", "31", "32", "33"}


def plan(code: int = NANMEN, name: str = "南门居委会", position: int = 0, people: int = 2000) -> CommunityPlan:
    return CommunityPlan(code, "城桥镇", name, position, people, ((HUAYUANLONG, "花园弄居委会"),))


@pytest.fixture(scope="module")
def community() -> Community:
    return build_community(plan())


def ages(community: Community) -> list[int]:
    return [
        age_on(date.fromisoformat(str(person.values["person.birth_date"])), REFERENCE_DAY)
        for person in community.people
    ]


def test_the_same_plan_gives_the_same_community_to_the_last_value(community):
    assert build_community(plan()) == community
    assert build_community(plan(code=VILLAGE)).people[0] != community.people[0]


def test_identity_numbers_pass_every_check_and_fit_birth_date_and_sex(community):
    for person in community.people:
        number = parse_id_number(str(person.values["person.id_number"]))
        assert birth_date_of(number).isoformat() == person.values["person.birth_date"]
        assert sex_of(number) == person.values["person.sex"]


def test_identity_numbers_come_from_counties_that_were_never_assigned(community):
    for person in community.people:
        number = str(person.values["person.id_number"])
        if person.values["person.residency_type"] != FLOATING:
            assert number[:4] == "3102"
            assert 31 <= int(number[4:6]) <= 99
        else:
            assert number[2:4] == "99"


def test_no_number_is_given_twice_in_two_communities_side_by_side(community):
    other = build_community(plan(code=HUAYUANLONG, name="花园弄居委会", position=1))
    for item in ("person.id_number", "person.phone", "person.bank_account"):
        values = [person.values[item] for one in (community, other) for person in one.people if item in person.values]
        assert len(values) == len(set(values)), item


def test_accounts_fail_the_card_check_and_phones_are_of_a_segment_nobody_has(community):
    for person in community.people:
        if "person.bank_account" in person.values:
            account = str(person.values["person.bank_account"])
            assert len(account) == 19
            assert not luhn.is_valid(account)
        if "person.phone" in person.values:
            assert parse_phone(str(person.values["person.phone"])).startswith("154")


def test_credit_codes_are_valid_in_form(community):
    numbers = [str(one.values["organization.uscc"]) for one in community.organizations]
    assert numbers
    assert all(uscc.is_valid(number) for number in numbers)


def test_a_block_that_is_used_up_says_so_and_a_district_has_its_limit():
    numbers = Numbers(0)
    issued = {numbers.id_number(birth_date=date(1960, 1, 1), sex="2") for _ in range(80)}
    assert len(issued) == 80
    with pytest.raises(ValueError, match="used up"):
        numbers.id_number(birth_date=date(1960, 1, 1), sex="2")
    with pytest.raises(ValueError, match="room for"):
        Numbers(MOST_COMMUNITIES)


def test_the_place_is_old(community):
    found = ages(community)
    assert 0.32 < sum(age >= 60 for age in found) / len(found) < 0.48
    assert 0.04 < sum(age >= 80 for age in found) / len(found) < 0.12
    assert 0.03 < sum(age < 15 for age in found) / len(found) < 0.14
    assert max(found) < 105


def test_households_have_one_head_spouses_of_similar_age_and_children_a_generation_younger(community):
    members: dict[int | None, list[tuple[str, int]]] = {}
    for person, age in zip(community.people, ages(community), strict=True):
        if person.household is not None:
            members.setdefault(person.household, []).append((str(person.values["person.relation_to_head"]), age))
    assert len(members) > 500
    for household in members.values():
        heads = [age for relation, age in household if relation == HEAD]
        assert len(heads) == 1
        assert all(abs(age - heads[0]) <= 6 for relation, age in household if relation in SPOUSES)
        assert all(20 <= heads[0] - age <= 36 for relation, age in household if relation in CHILDREN)


def test_a_household_is_registered_where_its_members_are(community):
    for person in community.people:
        if person.household is not None:
            household = community.households[person.household]
            assert household.area_code == person.registered_area_code
            assert community.people[household.head or 0].household == person.household


def test_about_one_in_twenty_lives_and_is_registered_in_two_places(community):
    apart = [
        person
        for person in community.people
        if person.registered_area_code
        and ancestor(person.registered_area_code, Level.COMMUNITY) != ancestor(person.area_code, Level.COMMUNITY)
    ]
    assert 0.02 < len(apart) / len(community.people) < 0.09
    assert all(person.values["person.residency_type"] == "resident-elsewhere" for person in apart)


def test_care_follows_age_and_company(community):
    living_together = Counter(person.dwelling for person in community.people)
    for person, age in zip(community.people, ages(community), strict=True):
        alone = age >= 60 and living_together[person.dwelling] == 1
        assert person.values["person.is_elderly_alone"] is alone
        if age >= 80:
            assert "person.self_care_ability" in person.values
        if person.values["person.is_disabled"]:
            assert len(str(person.values["person.disability_certificate"])) == 20


def test_some_phones_are_missing_and_grown_people_have_thirty_items(community):
    grown = [person for person, age in zip(community.people, ages(community), strict=True) if age >= 18]
    missing = sum("person.phone" not in person.values for person in grown) / len(grown)
    assert 0.03 < missing < 0.1
    assert min(len(person.values) for person in grown) >= 28
    assert sum(len(person.values) for person in grown) / len(grown) >= 35


def test_villages_have_groups_and_land_and_towns_have_lanes(community):
    village = build_community(plan(code=VILLAGE, name="城桥村村委会", people=300))
    assert "城桥镇城桥村1组1号" in {one.values["dwelling.address"] for one in village.dwellings}
    assert any("household.land_area" in one.values for one in village.households)
    assert all("弄" in str(one.values["dwelling.address"]) for one in community.dwellings)


def test_no_address_stands_twice(community):
    addresses = [one.values["dwelling.address"] for one in community.dwellings]
    assert len(addresses) == len(set(addresses))


def test_grids_lie_inside_their_community_and_hold_their_microgrids():
    areas = {code: (level, parent) for code, _, level, parent in grid_areas(NANMEN)}
    assert all(NANMEN < code < NANMEN + SPAN[Level.COMMUNITY] for code in areas)
    for code, (level, parent) in areas.items():
        assert ancestor(code, Level.GRID if level == Level.MICROGRID else Level.COMMUNITY) == parent
