"""A made-up population, each fact known only sometimes: as plain facts, and as rows of the registry."""

import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.codes import district_of
from portal.places import ROOT
from registry.models import Dwelling, Household, Person
from tests.factories import EAST, EAST_GRID, WEST
from tests.tagging.condition_in_python import Being

CODES = {
    "person.sex": "gbt_2261_1",
    "person.education": "gbt_4658",
    "person.employment_status": "employment_status",
    "person.self_care_ability": "gbt_42195",
    "person.household_consistency": "household_consistency",
    "household.type": "household_type",
    "dwelling.use": "dwelling_use",
}
COLUMNS = {
    "person.sex": "sex",
    "person.birth_date": "birth_date",
    "person.education": "education",
    "person.employment_status": "employment_status",
    "person.self_care_ability": "self_care_ability",
    "person.workplace": "workplace",
    "person.move_in_date": "move_in_date",
    "person.is_low_income": "is_low_income",
    "household.type": "type",
    "dwelling.use": "use",
    "dwelling.area_sqm": "area_sqm",
    "dwelling.is_rented": "is_rented",
}
"""What is neither here nor told by the places lives in `attributes`, days and amounts as text."""
TOLD_BY_PLACES = ("person.household_consistency", "person.registered_area", "lives", "registered")
NAMES = {EAST: "东村", WEST: "西村"}
PLACES = (EAST, EAST_GRID, EAST_GRID + 1, WEST, WEST + 1000)
FIRST, LEAP_DAY, TODAY = date(1926, 1, 1), date(1944, 2, 29), date(2026, 11, 27)
WORKPLACES = ("崇明港务", "城桥小学", "瀛东合作社")


@dataclass(frozen=True)
class Village:
    """Beings by the keys of their rows."""

    people: dict[int, Being]
    households: dict[int, Being]

    def of(self, kind: str) -> dict[int, Being]:
        return self.people if kind == "person" else self.households


def read_codes() -> dict[str, dict[str, str]]:
    """Item -> name or synonym -> code, from the lists as shipped."""
    return {item: dict(_spellings(name)) for item, name in CODES.items()}


def make_village(size: int, *, seed: int) -> Village:
    """That many people in two communities. Needs a scope that covers them."""
    make = _Maker(seed)
    dwellings = _store(Dwelling, [make.dwelling() for _ in range(size // 4)])
    households = _store(Household, [make.household() for _ in range(size // 3)])
    people = [make.person(list(households.values()), list(dwellings.values())) for _ in range(size)]
    keys = {id(one): pk for pool in (households, dwellings) for pk, one in pool.items()}
    village = Village(_store(Person, people, keys), households)
    _give_heads(make.rng, village)
    return village


class _Maker:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._codes = {item: sorted(set(known.values())) for item, known in read_codes().items()}

    def person(self, households: list[Being], dwellings: list[Being]) -> Being:
        lives = self.rng.choice(PLACES)
        registered = self.rng.choice((lives, lives, *PLACES, 0))
        facts = {
            "person.birth_date": self._maybe(LEAP_DAY if self.rng.random() < 0.05 else self._day()),
            "person.workplace": self._maybe(self.rng.choice(WORKPLACES)),
            "person.move_in_date": self._maybe(self._day()),
            "person.is_low_income": self._maybe(self.rng.random() < 0.5),
            "person.is_veteran": self._maybe(self.rng.random() < 0.5),
            "person.children_count": self._maybe(self.rng.randrange(6)),
            "person.last_visit_date": self._maybe(self._day()),
            "person.elderly_allowance_standard": self._maybe(self._amount()),
            "person.household_consistency": "01" if _community(lives) == _community(registered) else "02",
            "person.registered_area": NAMES.get(_community(registered)),
        }
        one = self._being("person", lives, facts)
        one.facts["registered"], one.facts["place_of_registration"] = _community(registered), registered
        one.is_there = self.rng.random() < 0.95
        for pool in (households, dwellings):
            if self.rng.random() < 0.8:
                tied = self.rng.choice(pool)
                one.tied[tied.kind] = tied
                tied.members.append(one)
        return one

    def household(self) -> Being:
        facts = {"household.land_area": self._maybe(self._amount())}
        return self._being("household", self.rng.choice(PLACES), facts)

    def dwelling(self) -> Being:
        facts = {
            "dwelling.area_sqm": self._maybe(self._amount()),
            "dwelling.is_rented": self._maybe(self.rng.random() < 0.5),
            "dwelling.built_year": self._maybe(self.rng.randrange(1950, 2020)),
        }
        return self._being("dwelling", self.rng.choice(PLACES), facts)

    def _being(self, kind: str, lives: int, facts: dict[str, Any]) -> Being:
        coded = {
            item: self._maybe(self.rng.choice(codes))
            for item, codes in self._codes.items()
            if item.startswith(kind) and item not in TOLD_BY_PLACES
        }
        known = {item: fact for item, fact in (facts | coded).items() if fact is not None}
        return Being(kind, known | {"lives": _community(lives), "place": lives})

    def _maybe(self, fact: Any) -> Any:
        return fact if self.rng.random() < 0.75 else None

    def _day(self) -> date:
        return FIRST + timedelta(days=self.rng.randrange((TODAY - FIRST).days))

    def _amount(self) -> Decimal:
        return Decimal(self.rng.randrange(0, 20_000)) / 100


def _store(model: Any, beings: list[Being], keys: dict[int, int] | None = None) -> dict[int, Being]:
    rows = [model(**_row(one, keys or {})) for one in beings]
    made = model.objects.bulk_create(rows, batch_size=2000)
    return {row.id: one for row, one in zip(made, beings, strict=True)}


def _row(one: Being, keys: dict[int, int]) -> dict[str, Any]:
    items = {item: fact for item, fact in one.facts.items() if "." in item and item not in TOLD_BY_PLACES}
    row = {COLUMNS[item]: fact for item, fact in items.items() if item in COLUMNS}
    row["attributes"] = {item: _kept(fact) for item, fact in items.items() if item not in COLUMNS}
    row["area_code"], row["district"] = one.facts["place"], district_of(one.facts["place"])
    if one.kind == "person":
        row |= {"name": "甲", "registered_area_code": one.facts["place_of_registration"]}
        row |= {f"{kind}_id": keys[id(tied)] for kind, tied in one.tied.items()}
        row["closed_on"] = None if one.is_there else TODAY
    return row


def _kept(fact: Any) -> Any:
    """As a value lies in `attributes`."""
    return str(fact) if isinstance(fact, date | Decimal) else fact


def _give_heads(rng: random.Random, village: Village) -> None:
    keys = {id(one): pk for pk, one in village.people.items()}
    headed = []
    for row in Household.objects.filter(pk__in=village.households):
        home = village.households[row.pk]
        if home.members and rng.random() < 0.8:
            home.tied["person"] = rng.choice(home.members)
            row.head_id = keys[id(home.tied["person"])]
            headed.append(row)
    Household.objects.bulk_update(headed, ["head"], batch_size=2000)


def _spellings(name: str) -> Iterator[tuple[str, str]]:
    with (ROOT / "registry" / "data" / "code_lists" / f"{name}.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            yield from ((word, line["code"]) for word in _words(line))


def _words(line: dict[str, str]) -> Iterable[str]:
    return filter(None, (line["code"], line["name"], *line["synonyms"].split(";")))


def _community(code: int) -> int:
    return code - code % 10**6
