"""Residents of one door: names, numbers, contacts, and the rest of what the registry holds, as canonical values."""

from dataclasses import dataclass
from random import Random

from registry.seeding.families import MARRIED, WIDOWED, Family, Kin
from registry.seeding.lives import BANKS, OLD_AGE, Life, fill_life, past_day
from registry.seeding.names import ETHNICITIES, FEMALE, MALE, family_surname, full_name, given_name
from registry.seeding.numbers import Numbers

GAP = 0.06
"""Share of phones, accounts and caregivers that nobody has written down yet."""
SON, DAUGHTER, SPOUSE, FATHER, MOTHER = "20", "30", "10", "51", "52"
REGISTERED, ELSEWHERE, FLOATING = "registered", "resident-elsewhere", "floating"
INFLOW_REASONS = ("01", "01", "01", "02", "05", "06")


@dataclass(slots=True)
class Contact:
    name: str
    phone: str
    relation: str


@dataclass(slots=True)
class Resident:
    """values: item code -> canonical value, level-4 numbers still open; they are sealed when stored."""

    kin: Kin
    surname: str
    values: dict[str, object]

    @property
    def phone(self) -> str:
        return str(self.values.get("person.phone", ""))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a family stands to the place: where registered and where living, as texts and as a kind of residency.

    province: two digits of GB/T 2260 of a family from elsewhere.
    """

    residency: str
    registered_address: str
    residence_address: str
    province: str = ""

    @property
    def is_local(self) -> bool:
        return self.residency != FLOATING


def settle_family(rng: Random, family: Family, standing: Standing, numbers: Numbers) -> list[Resident]:
    """Members in the order of `family`, every value filled that a well-kept registry would know."""
    ethnicity = ETHNICITIES.draw(rng)
    surnames = [family_surname(rng, local=standing.is_local) for _ in range(4)]
    moved_in = past_day(rng, 60, 2500) if standing.province else past_day(rng, 800, 12000)
    residents = []
    for kin in family:
        surname = surnames[kin.line]
        resident = Resident(kin, surname, _identity(rng, kin, surname, ethnicity, numbers, standing.province))
        _settle(rng, resident, standing, numbers, max(moved_in, kin.birth_date.isoformat()))
        fill_life(rng, _life(kin, family, standing), resident.values)
        residents.append(resident)
    for resident in residents:
        _add_contacts(rng, resident, residents, numbers)
    return residents


def _identity(
    rng: Random, kin: Kin, surname: str, ethnicity: str, numbers: Numbers, province: str
) -> dict[str, object]:
    name = full_name(rng, sex=kin.sex, birth_year=kin.birth_date.year, surname=surname, ethnicity=ethnicity)
    return {
        "person.id_number": numbers.id_number(birth_date=kin.birth_date, sex=kin.sex, province=province),
        "person.name": name,
        "person.sex": kin.sex,
        "person.birth_date": kin.birth_date.isoformat(),
        "person.ethnicity": ethnicity,
        "person.marital_status": kin.marital_status,
    }


def _settle(rng: Random, resident: Resident, standing: Standing, numbers: Numbers, moved_in: str) -> None:
    values = resident.values
    values["person.registered_address"] = standing.registered_address
    values["person.residence_address"] = standing.residence_address
    values["person.residency_type"] = standing.residency
    values["person.move_in_date"] = moved_in
    if standing.is_local:
        values["person.relation_to_head"] = resident.kin.relation
    else:
        values["person.inflow_reason"] = rng.choice(INFLOW_REASONS)
        values["person.residence_permit_type"] = "01" if rng.random() < 0.6 else "02"
        if values["person.residence_permit_type"] == "01" and rng.random() >= GAP:
            values["person.residence_permit_number"] = numbers.permit_number()


def _life(kin: Kin, family: Family, standing: Standing) -> Life:
    return Life(
        age=kin.age,
        sex=kin.sex,
        birth_date=kin.birth_date,
        marital_status=kin.marital_status,
        local=standing.is_local,
        alone=len(family) == 1,
        elders_only=all(one.age >= OLD_AGE for one in family),
    )


def _add_contacts(rng: Random, resident: Resident, family: list[Resident], numbers: Numbers) -> None:
    values, age = resident.values, resident.kin.age
    if age >= 12 and rng.random() >= GAP:
        values["person.phone"] = numbers.phone()
    if age >= 18 and rng.random() >= GAP:
        values["person.bank_name"] = rng.choice(BANKS)
        values["person.bank_account"] = numbers.bank_account()
    values["person.vaccinated"] = rng.random() < 0.85
    values["person.is_volunteer"] = 18 <= age < 75 and rng.random() < 0.08
    if values["person.is_disabled"]:
        digits = f"{values['person.disability_category']}{values['person.disability_level']}"
        values["person.disability_certificate"] = f"{values['person.id_number']}{digits}"
    if age < 18:
        _write_contact(values, "person.guardian", _parent(resident, family))
        return
    if resident.kin.marital_status in (MARRIED, WIDOWED):
        values["person.children_count"] = 1 if age < 70 else rng.choices((1, 2, 3, 4), weights=(25, 45, 22, 8))[0]
    contact = _next_of_kin(rng, resident, family, numbers)
    values["person.emergency_contact"], values["person.emergency_phone"] = contact.name, contact.phone
    if _needs_care(values, age) and rng.random() >= GAP:
        _write_contact(values, "person.caregiver", contact)


def _needs_care(values: dict[str, object], age: int) -> bool:
    return age >= 80 or values.get("person.self_care_ability") in ("2", "3", "4")


def _write_contact(values: dict[str, object], item: str, contact: Contact) -> None:
    values[f"{item}_name"], values[f"{item}_relation"] = contact.name, contact.relation
    if contact.phone:
        values[f"{item}_phone"] = contact.phone


def _parent(child: Resident, family: list[Resident]) -> Contact:
    """The mother or father who lives behind the same door: the adult 18 to 45 years older, else the head."""
    for one in family:
        if 18 <= one.kin.age - child.kin.age <= 45:
            relation = MOTHER if one.kin.sex == FEMALE else FATHER
            return Contact(str(one.values["person.name"]), one.phone, relation)
    head = family[0]
    return Contact(str(head.values["person.name"]), head.phone, "97")


def _next_of_kin(rng: Random, person: Resident, family: list[Resident], numbers: Numbers) -> Contact:
    """A grown child behind the same door, else one who lives elsewhere; for the young, whoever lives with them."""
    for one in family:
        if 18 <= person.kin.age - one.kin.age <= 45 and one.kin.age >= 20 and one.phone:
            return Contact(str(one.values["person.name"]), one.phone, SON if one.kin.sex == MALE else DAUGHTER)
    if person.kin.age < 50 and len(family) > 1:
        other = next(one for one in family if one is not person)
        relation = SPOUSE if abs(other.kin.age - person.kin.age) < 15 else "97"
        return Contact(str(other.values["person.name"]), other.phone or numbers.phone(), relation)
    sex = rng.choice((MALE, FEMALE))
    surname = person.surname if person.kin.sex == MALE else family_surname(rng, local=True)
    name = surname + given_name(rng, sex, person.kin.birth_date.year + 26)
    if person.kin.marital_status in (MARRIED, WIDOWED):
        return Contact(name, numbers.phone(), SON if sex == MALE else DAUGHTER)
    return Contact(name, numbers.phone(), "79")
