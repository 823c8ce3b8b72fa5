"""Fifty dynamic tags as an operator would have them: the condition of each, and the same predicate written by hand."""

from collections.abc import Iterator
from typing import Any

Tree = dict[str, Any]
Written = tuple[Tree, str]
"""A condition of the catalogue, and its meaning in SQL over `registry_person p` on the day {on}."""
AGES = (60, 65, 70, 75, 80, 85, 90, 95, 100)
FLAGS = ("is_low_income", "is_disabled", "is_elderly_alone", "is_empty_nest")
ATTRIBUTES = ("is_veteran", "is_party_member", "is_volunteer", "is_left_behind", "medical_insurance_paid")
CODES = {
    "education": ("20", "30", "40", "60"),
    "employment_status": ("01", "02", "03", "04"),
    "self_care_ability": ("1", "2", "3", "4"),
    "marital_status": ("10", "20", "30", "40"),
}


def list_rules() -> list[Written]:
    """Fifty of them."""
    return list(_rules())


def _rules() -> Iterator[Written]:
    for years in AGES:
        yield _age(">=", years), _born(years)
    for key in FLAGS:
        yield _flag(key), f"p.{key}"
        yield _all(_flag(key), _age(">=", 60)), f"p.{key} AND {_born(60)}"
        yield _all(_flag(key), {"not": _age(">=", 60)}), f"p.{key} AND NOT {_born(60)}"
    for key in ATTRIBUTES:
        yield _flag(key), f"(p.attributes->>'person.{key}')::boolean"
    for key, codes in CODES.items():
        for code in codes:
            yield _code(key, code), f"p.{key} = '{code}'"
    yield _separated("02"), f"NOT {_SAME}"
    yield _all(_separated("02"), _age(">=", 60)), f"NOT {_SAME} AND {_born(60)}"
    for sex in ("1", "2"):
        yield _all(_code("sex", sex), _age(">=", 80)), f"p.sex = '{sex}' AND {_born(80)}"
    for least in (1, 3):
        children = {"item": "person.children_count", "op": ">=", "value": least}
        yield children, f"(p.attributes->>'person.children_count')::integer >= {least}"
    any_need = {"any": [_flag(key) for key in FLAGS]}
    yield any_need, " OR ".join(f"p.{key}" for key in FLAGS)
    yield (
        _all(any_need, {"not": _flag("is_volunteer")}),
        (f"({' OR '.join(f'p.{key}' for key in FLAGS)}) AND NOT (p.attributes->>'person.is_volunteer')::boolean"),
    )


_SAME = "p.area_code / 1000000 = p.registered_area_code / 1000000"


def _all(*parts: Tree) -> Tree:
    return {"all": list(parts)}


def _age(op: str, years: int) -> Tree:
    return {"item": "person.age", "op": op, "value": years}


def _born(years: int) -> str:
    return f"p.birth_date <= (DATE '{{on}}' - INTERVAL '{years} years')::date"


def _flag(key: str) -> Tree:
    return {"item": f"person.{key}", "op": "=", "value": True}


def _code(key: str, code: str) -> Tree:
    return {"item": f"person.{key}", "op": "=", "value": code}


def _separated(value: str) -> Tree:
    return _code("household_consistency", value)
