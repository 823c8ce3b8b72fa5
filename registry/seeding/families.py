"""Who lives together: families by kind, with ages, sexes and relations to the head (GB/T 4761-2008) that fit.

Ages are drawn so that the whole looks like Chongming: about four in ten are 60 or older, one in thirteen 80 or older.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from registry.seeding import REFERENCE_DAY
from registry.seeding.names import FEMALE, MALE

UNMARRIED, MARRIED, WIDOWED, DIVORCED = "10", "20", "30", "40"
HEAD, HUSBAND, WIFE = "02", "11", "12"
ONLY_SON, FIRST_SON, SECOND_SON = "21", "22", "23"
ONLY_DAUGHTER, FIRST_DAUGHTER, SECOND_DAUGHTER = "31", "32", "33"
SON_IN_LAW, DAUGHTER_IN_LAW = "28", "38"
GRANDCHILD = {(MALE, MALE): "41", (MALE, FEMALE): "42", (FEMALE, MALE): "43", (FEMALE, FEMALE): "44"}
"""Relation of a grandchild by the sex of the child between and its own."""
FATHER, MOTHER = "51", "52"


@dataclass(slots=True)
class Kin:
    """One member.

    line: whose surname: 0 the husband's or the head's, 1 the wife's, 2 the child's partner's, 3 the mother's.
    """

    sex: str
    birth_date: date
    relation: str
    marital_status: str = MARRIED
    line: int = 0

    @property
    def age(self) -> int:
        return age_on(self.birth_date, REFERENCE_DAY)


Family = list[Kin]


def age_on(birth_date: date, day: date) -> int:
    """Whole years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def draw_family(rng: Random) -> Family:
    """A family of a kind drawn by how common it is; its head comes first."""
    return rng.choices(_KINDS, cum_weights=_CUMULATED)[0](rng)


def lone_elder(rng: Random) -> Family:
    birth = _born(rng, 62, rng.choice((80, 86, 93)))
    sex = FEMALE if rng.random() < 0.66 else MALE
    status = rng.choices((WIDOWED, DIVORCED, UNMARRIED), weights=(80, 10, 10))[0]
    return [Kin(sex, birth, HEAD, status)]


def elder_couple(rng: Random) -> Family:
    return _couple(rng, _born(rng, 60, rng.choice((76, 82, 88))))


def three_generations(rng: Random) -> Family:
    elders = _couple(rng, _born(rng, 58, 74))
    child = _child(rng, elders, only=True)
    partner = _partner(rng, child)
    grandchild = _child(rng, [child, partner], only=True)
    grandchild.relation = GRANDCHILD[child.sex, grandchild.sex]
    return [*elders, child, partner, *([grandchild] if grandchild.birth_date <= REFERENCE_DAY else [])]


def parents_and_children(rng: Random) -> Family:
    parents = _couple(rng, _born(rng, 29, 57))
    if rng.random() < 0.8:
        return parents + _living([_child(rng, parents, only=True)])
    children = _living([_child(rng, parents, only=False), _child(rng, parents, only=False)])
    children.sort(key=lambda child: child.birth_date)
    _rank(children)
    return parents + children


def couple_alone(rng: Random) -> Family:
    return _couple(rng, _born(rng, 45, 64))


def couple_with_parent(rng: Random) -> Family:
    couple = _couple(rng, _born(rng, 44, 62))
    head = couple[0]
    sex = FEMALE if rng.random() < 0.75 else MALE
    parent = Kin(sex, _earlier(rng, head.birth_date), MOTHER if sex == FEMALE else FATHER, WIDOWED)
    parent.line = 3 if sex == FEMALE else head.line
    return [*couple, parent, *_living([_child(rng, couple, only=True)] if rng.random() < 0.4 else [])]


def single_adult(rng: Random) -> Family:
    birth = _born(rng, 23, 59)
    status = UNMARRIED if rng.random() < 0.6 else DIVORCED
    return [Kin(rng.choice((MALE, FEMALE)), birth, HEAD, status)]


def single_parent(rng: Random) -> Family:
    sex = FEMALE if rng.random() < 0.75 else MALE
    head = Kin(sex, _born(rng, 31, 52), HEAD, DIVORCED if rng.random() < 0.8 else WIDOWED)
    return [head, *_living([_child(rng, [head], only=True)])]


def newcomers(rng: Random) -> Family:
    """Working people from elsewhere who rent: alone, as a couple, some with a child."""
    if rng.random() < 0.35:
        return [Kin(rng.choice((MALE, FEMALE)), _born(rng, 20, 55), HEAD, rng.choice((UNMARRIED, MARRIED)))]
    couple = _couple(rng, _born(rng, 24, 55))
    child = [_child(rng, couple, only=True)] if rng.random() < 0.35 else []
    return couple + [one for one in _living(child) if one.age < 18]


_WEIGHTS: dict[Callable[[Random], Family], int] = {
    lone_elder: 16,
    elder_couple: 29,
    three_generations: 9,
    parents_and_children: 20,
    couple_alone: 9,
    couple_with_parent: 8,
    single_adult: 5,
    single_parent: 4,
}
_KINDS = tuple(_WEIGHTS)
_CUMULATED = tuple(accumulate(_WEIGHTS.values()))


def _born(rng: Random, youngest: int, oldest: int) -> date:
    return REFERENCE_DAY - timedelta(days=rng.randint(youngest * 366, oldest * 365))


def _earlier(rng: Random, birth: date) -> date:
    return birth - timedelta(days=rng.randint(21 * 366, 34 * 365))


def _couple(rng: Random, husband_birth: date) -> Family:
    """Husband and wife at most six years apart; four in five registers are headed by the husband."""
    wife_birth = husband_birth + timedelta(days=round(max(-730, min(1826, rng.gauss(700, 700)))))
    husband, wife = Kin(MALE, husband_birth, HEAD), Kin(FEMALE, wife_birth, WIFE, line=1)
    if rng.random() < 0.8:
        return [husband, wife]
    wife.relation, husband.relation = HEAD, HUSBAND
    return [wife, husband]


def _child(rng: Random, parents: Family, *, only: bool) -> Kin:
    """A child whose youngest parent was 22 to 30; unmarried. It may lie in the future: see `_living`."""
    youngest = max(parent.birth_date for parent in parents)
    birth = youngest + timedelta(days=rng.randint(22 * 366, 30 * 365))
    sex = MALE if rng.random() < 0.52 else FEMALE
    line = next((parent.line for parent in parents if parent.sex == MALE), 0)
    relation = {MALE: ONLY_SON, FEMALE: ONLY_DAUGHTER}[sex] if only else ""
    return Kin(sex, birth, relation, UNMARRIED, line)


def _living(children: Family) -> Family:
    return [child for child in children if child.birth_date <= REFERENCE_DAY]


def _rank(children: Family) -> None:
    """Relations of siblings, eldest first."""
    ranks = {MALE: [FIRST_SON, SECOND_SON], FEMALE: [FIRST_DAUGHTER, SECOND_DAUGHTER]}
    for child in children:
        child.relation = ranks[child.sex].pop(0)


def _partner(rng: Random, child: Kin) -> Kin:
    child.marital_status = MARRIED
    apart = timedelta(days=round(max(-700, min(700, rng.gauss(0, 400)))))
    if child.sex == MALE:
        return Kin(FEMALE, child.birth_date + apart, DAUGHTER_IN_LAW, line=2)
    return Kin(MALE, child.birth_date + apart, SON_IN_LAW, line=2)
