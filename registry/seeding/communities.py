"""One community, whole: doors, families, registers, tenants and shops. Pure and deterministic."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from registry.seeding import fixed_random
from registry.seeding.families import HEAD, Family, draw_family, newcomers
from registry.seeding.grids import microgrids_of
from registry.seeding.homes import Home, Place, build_homes
from registry.seeding.names import LOCAL_SURNAMES, MALE, given_name
from registry.seeding.numbers import Numbers
from registry.seeding.organizations import build_organizations
from registry.seeding.people import ELSEWHERE, FLOATING, REGISTERED, Resident, Standing, settle_family

FLOATING_SHARE, SEPARATED_SHARE, LATE_SEPARATED_SHARE = 0.055, 0.04, 0.012
"""Of families: from elsewhere; registered in another community. Of grown people: registered apart from their family."""
GROWN_IF_BORN_BEFORE = "2004"
ORIGINS = (
    ("32", "江苏省盐城市滨海县东坎街道"),
    ("32", "江苏省南通市海门区三星镇"),
    ("34", "安徽省阜阳市颍上县十八里铺镇"),
    ("34", "安徽省六安市霍邱县周集镇"),
    ("36", "江西省上饶市鄱阳县油墩街镇"),
    ("41", "河南省信阳市固始县黎集镇"),
    ("51", "四川省达州市宣汉县南坝镇"),
    ("65", "新疆维吾尔自治区喀什地区莎车县阿热勒乡"),
)
"""Province of GB/T 2260 and the place where newcomers are registered."""
HAZARDS = ("电动车入户充电", "飞线充电", "楼道堆物", "燃气软管老化", "灭火器过期")


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """code: 18 digits. position: place in the district's list, for the blocks of numbers. neighbours: where people who
    live here but are registered elsewhere come from: 18-digit codes and names; empty means nobody is separated."""

    code: int
    town: str
    name: str
    position: int
    people: int
    neighbours: tuple[tuple[int, str], ...] = ()


@dataclass(slots=True)
class Record:
    """A row to be. key: number inside the community; values: item code -> canonical value."""

    key: int
    area_code: int
    values: dict[str, object]
    registered_area_code: int = 0
    household: int | None = None
    dwelling: int | None = None
    head: int | None = None


@dataclass(slots=True)
class Community:
    people: list[Record] = field(default_factory=list)
    households: list[Record] = field(default_factory=list)
    dwellings: list[Record] = field(default_factory=list)
    organizations: list[Record] = field(default_factory=list)


def build_community(plan: CommunityPlan) -> Community:
    """The same plan gives the same community, to the last phone number."""
    builder = _Builder(plan)
    while len(builder.community.people) < plan.people:
        builder.add_family()
    builder.add_organizations()
    return builder.community


class _Builder:
    def __init__(self, plan: CommunityPlan) -> None:
        self.plan, self.community = plan, Community()
        self._rng = fixed_random(f"community {plan.code}")
        self._numbers = Numbers(plan.position)
        self._place = Place(plan.town, plan.name, microgrids_of(plan.code))
        self._homes = build_homes(self._rng, self._place, self._numbers)

    def add_family(self) -> None:
        draw = self._rng.random()
        home = next(self._homes)
        if draw < FLOATING_SHARE:
            self._add_newcomers(home)
        elif draw < FLOATING_SHARE + SEPARATED_SHARE and self.plan.neighbours:
            self._add_separated(home)
        else:
            self._add_registered(home)

    def add_organizations(self) -> None:
        wanted = 10 + self.plan.people // 80
        doors = [
            (one.area_code, f"{self.plan.town}{one.values['dwelling.building']}") for one in self.community.dwellings
        ]
        chosen = self._rng.sample(doors, min(wanted, len(doors)))
        for key, (microgrid, values) in enumerate(build_organizations(self._rng, chosen, self._numbers)):
            self.community.organizations.append(Record(key, microgrid, values))

    def _add_registered(self, home: Home) -> None:
        standing = Standing(REGISTERED, home.address, home.address)
        residents = self._settle(draw_family(self._rng), standing)
        household = self._add_household(home.microgrid, home.address)
        people = self._house(residents, home, home.microgrid, household)
        for record in people[1:]:
            self._maybe_registered_apart(record)
        self._own(home, residents[0])

    def _add_separated(self, home: Home) -> None:
        microgrid, address = self._somewhere_else()
        residents = self._settle(draw_family(self._rng), Standing(ELSEWHERE, address, home.address))
        self._house(residents, home, microgrid, self._add_household(microgrid, address))
        self._own(home, residents[0])

    def _add_newcomers(self, home: Home) -> None:
        province, origin = self._rng.choice(ORIGINS)
        origin = f"{origin}{self._rng.randint(1, 18)}组{self._rng.randint(1, 60)}号"
        standing = Standing(FLOATING, origin, home.address, province)
        residents = self._settle(newcomers(self._rng), standing)
        self._house(residents, home, 0, None)
        landlord = LOCAL_SURNAMES.draw(self._rng) + given_name(self._rng, MALE, 1958)
        home.values.update(self._letting(landlord, len(residents)))

    def _settle(self, family: Family, standing: Standing) -> list[Resident]:
        return settle_family(self._rng, family, standing, self._numbers)

    def _add_household(self, microgrid: int, address: str) -> int:
        households = self.community.households
        kind = "12" if self._place.is_village and self._rng.random() < 0.7 else "11"
        values: dict[str, object] = {
            "household.number": self._numbers.household_number(),
            "household.type": kind,
            "household.address": address,
        }
        if kind == "12":
            values["household.land_area"] = f"{self._rng.randint(8, 60) / 10:g}"
            values["household.homestead_area"] = str(self._rng.randint(60, 220))
        households.append(Record(len(households), microgrid, values))
        return len(households) - 1

    def _house(self, residents: list[Resident], home: Home, registered: int, household: int | None) -> list[Record]:
        dwellings, people = self.community.dwellings, self.community.people
        dwellings.append(Record(len(dwellings), home.microgrid, home.values))
        first = len(people)
        for nth, resident in enumerate(residents):
            record = Record(first + nth, home.microgrid, resident.values, registered, household, len(dwellings) - 1)
            people.append(record)
        if household is not None:
            self.community.households[household].head = first
        return people[first:]

    def _maybe_registered_apart(self, record: Record) -> None:
        """One grown member whose register stayed elsewhere, in a household of their own: the other way of 人户分离."""
        grown = str(record.values["person.birth_date"]) < GROWN_IF_BORN_BEFORE
        if not grown or not self.plan.neighbours or self._rng.random() >= LATE_SEPARATED_SHARE:
            return
        microgrid, address = self._somewhere_else()
        record.registered_area_code, record.household = microgrid, self._add_household(microgrid, address)
        self.community.households[record.household].head = record.key
        record.values |= {
            "person.registered_address": address,
            "person.residency_type": ELSEWHERE,
            "person.relation_to_head": HEAD,
        }

    def _somewhere_else(self) -> tuple[int, str]:
        """A microgrid of a neighbouring community, and an address there."""
        code, name = self._rng.choice(self.plan.neighbours)
        address = f"{self.plan.town}{Place('', name, ()).stem}{self._rng.randint(1, 90)}号"
        return self._rng.choice(microgrids_of(code)), address

    def _own(self, home: Home, head: Resident) -> None:
        home.values.update({"dwelling.owner_name": head.values["person.name"], "dwelling.is_rented": False})
        home.values["dwelling.owner_id_number"] = head.values["person.id_number"]
        if head.phone:
            home.values["dwelling.owner_phone"] = head.phone

    def _letting(self, landlord: str, tenants: int) -> dict[str, object]:
        born = self._rng.randint(1948, 1970)
        id_number = self._numbers.id_number(birth_date=_day_in(born, self._rng), sex=MALE)
        values: dict[str, object] = {
            "dwelling.owner_name": landlord,
            "dwelling.owner_phone": self._numbers.phone(),
            "dwelling.owner_id_number": id_number,
            "dwelling.is_rented": True,
            "dwelling.rented_rooms": 1 if tenants < 3 else 2,
            "dwelling.tenant_count": tenants,
        }
        if self._rng.random() < 0.25:
            values["dwelling.fire_hazard"] = self._rng.choice(HAZARDS)
        return values


def _day_in(year: int, rng: Random) -> date:
    return date(year, rng.randint(1, 12), rng.randint(1, 28))
