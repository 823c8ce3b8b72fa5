"""The statement against an evaluation of its own in Python, in three-valued logic, for generated conditions."""

import os
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.scope import acting_as
from registry.models import Person
from tagging.evaluation.difference import write_difference
from tagging.evaluation.rules import list_layers
from tagging.models import SubjectTags, Tag
from tests.factories import DISTRICT, EAST, WEST, make_household, make_person

ON = date(2026, 11, 22)
RULES = 5
"""Conditions an example: they are evaluated together, as in a pass."""
EXAMPLES = 100 if os.environ.get("SOAK") else 12
pytestmark = [pytest.mark.django_db, pytest.mark.fuzz]


def age(person):
    born = person.birth_date
    return None if born is None else ON.year - born.year - ((ON.month, ON.day) < (born.month, born.day))


FACTS = {
    "person.age": age,
    "person.sex": lambda person: person.sex or None,
    "person.is_low_income": lambda person: person.is_low_income,
    "person.children_count": lambda person: person.attributes.get("person.children_count"),
    "household.type": lambda person: (person.household.type or None) if person.household else None,
}
COMPARE = {
    "=": lambda a, b: a == b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "in": lambda a, b: a in b,
}
LEAVES = st.one_of(
    st.builds(
        lambda op, v: {"item": "person.age", "op": op, "value": v},
        st.sampled_from(["=", ">=", "<", "<=", ">"]),
        st.integers(0, 99),
    ),
    st.builds(lambda v: {"item": "person.sex", "op": "in", "value": v}, st.lists(st.sampled_from("12"), min_size=1)),
    st.builds(lambda v: {"item": "person.is_low_income", "op": "=", "value": v}, st.booleans()),
    st.builds(lambda v: {"item": "person.children_count", "op": ">=", "value": v}, st.integers(0, 6)),
    st.builds(lambda item: {"item": item, "op": "known"}, st.sampled_from(sorted(FACTS))),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


def holds(tree, person):
    """True, False, or None for unknown (Kleene)."""
    if "all" in tree or "any" in tree:
        found = [holds(part, person) for part in tree.get("all") or tree["any"]]
        decisive = "any" in tree
        return decisive if decisive in found else None if None in found else not decisive
    if "not" in tree:
        inner = holds(tree["not"], person)
        return None if inner is None else not inner
    fact = FACTS[tree["item"]](person)
    if tree["op"] == "known":
        return fact is not None
    return None if fact is None else COMPARE[tree["op"]](fact, tree["value"])


@pytest.fixture
def people(cast, items):
    """Everything known, something known, nothing known; in two villages, closed ones among them."""
    with acting_as(cast.town):
        household = make_household(EAST, number="1", type="1")
        for n in range(48):
            make_person(
                (EAST, WEST)[n % 2],
                birth_date=None if n % 7 == 0 else date(1930 + 2 * n, 1 + n % 12, 1 + n % 28),
                sex=("1", "2", "")[n % 3],
                is_low_income=[True, False, None][n % 3],
                attributes={"person.children_count": n % 6} if n % 4 else {},
                household=household if n % 5 == 0 else None,
                closed_on=date(2026, 1, 1) if n % 11 == 10 else None,
            )
        yield list(Person.objects.select_related("household").order_by("pk"))


@pytest.fixture
def tags(cast):
    given = {"kind": "dynamic", "level": 3, "meaning": "生成", "purpose": "测试", "area_id": DISTRICT}
    return [Tag.objects.create(name=f"生成{n}", condition={"all": [{}]}, **given) for n in range(RULES)]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TREES, min_size=RULES, max_size=RULES))
def test_tags_are_what_an_independent_evaluation_says(cast, people, tags, trees):
    """Each example starts from what the one before left, so the difference is tried as well."""
    for tag, tree in zip(tags, trees, strict=True):
        tag.condition = tree
        tag.save()
    with acting_as(cast.district):
        for layer in list_layers(on=ON):
            write_difference(Person.objects.all(), layer)
        kept = {row.subject_id: row.tags for row in SubjectTags.objects.all()}
    for person in people:
        met = [tag.pk for tag in tags if person.closed_on is None and holds(tag.condition, person)]
        assert kept.get(person.pk, []) == met, (person.pk, trees)
