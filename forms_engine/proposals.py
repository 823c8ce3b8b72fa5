"""What the title of a form says about whom it asks: a roster condition to propose, for a person to confirm."""

import re
from collections.abc import Mapping
from typing import Any

from registry.models import Entity

Tree = dict[str, Any]


def _is(item: str) -> Tree:
    return {"item": item, "op": "=", "value": True}


BY_TITLE: Mapping[str, tuple[tuple[str, Tree], ...]] = {
    Entity.PERSON: (
        (r"百岁", {"item": "person.age", "op": ">=", "value": 100}),
        (r"高龄|八十岁|80周?岁", {"item": "person.age", "op": ">=", "value": 80}),
        (r"独居老", _is("person.is_elderly_alone")),
        (r"空巢老", _is("person.is_empty_nest")),
        (r"残疾", _is("person.is_disabled")),
        (r"低保|最低生活保障", _is("person.is_low_income")),
        (r"退役军人|优抚", _is("person.is_veteran")),
        (r"党员", _is("person.is_party_member")),
        (r"志愿者", _is("person.is_volunteer")),
        (r"留守", _is("person.is_left_behind")),
        (r"流动人口|外来人口|来沪人员", {"item": "person.household_consistency", "op": "=", "value": "02"}),
        (r"老年人|老人", {"item": "person.age", "op": ">=", "value": 60}),
    ),
    Entity.HOUSEHOLD: ((r"脱贫", _is("household.is_poverty_relieved")),),
    Entity.DWELLING: ((r"出租", _is("dwelling.is_rented")),),
}
"""Subject -> (words of a title, condition); the first that fits is proposed."""


def propose_condition(subject: str, title: str) -> Tree:
    """Condition tree for a roster of that title; {} where the title says nothing."""
    for words, leaf in BY_TITLE.get(subject, ()):
        if re.search(words, title):
            return {"all": [dict(leaf)]}
    return {}
