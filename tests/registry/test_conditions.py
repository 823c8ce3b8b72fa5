from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.scope import acting_as
from registry.catalogue import get_catalogue
from registry.conditions import BadCondition, compile_condition, describe_condition
from registry.models import Person
from tests.factories import EAST, make_person

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 22)


@pytest.fixture
def people(cast, items):
    with acting_as(cast.worker):
        for n in range(12):
            make_person(
                EAST,
                name=f"第{n}",
                birth_date=date(1930 + 5 * n, 11, 22),
                sex="12"[n % 2],
                is_low_income=[True, False, None][n % 3],
                attributes={"person.children_count": n} if n % 4 else {},
            )
        yield list(Person.objects.order_by("pk"))


def found(cast, tree):
    with acting_as(cast.worker):
        return set(
            Person.objects.filter(compile_condition(tree, "person", get_catalogue(), on=ON)).values_list(
                "pk", flat=True
            )
        )


def age(person):
    born = person.birth_date
    return ON.year - born.year - ((ON.month, ON.day) < (born.month, born.day))


FACTS = {
    "person.age": age,
    "person.sex": lambda person: person.sex or None,
    "person.is_low_income": lambda person: person.is_low_income,
    "person.children_count": lambda person: person.attributes.get("person.children_count"),
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
    st.builds(lambda v: {"item": "person.children_count", "op": ">=", "value": v}, st.integers(0, 12)),
    st.just({"item": "person.children_count", "op": "known"}),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


def holds(tree, person):
    if "all" in tree:
        return all(holds(part, person) for part in tree["all"])
    if "any" in tree:
        return any(holds(part, person) for part in tree["any"])
    value = FACTS[tree["item"]](person)
    if tree["op"] == "known":
        return value is not None
    return value is not None and COMPARE[tree["op"]](value, tree["value"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES)
def test_the_compiled_predicate_finds_whom_plain_python_finds(cast, people, tree):
    assert found(cast, tree) == {person.pk for person in people if holds(tree, person)}


def test_the_empty_condition_finds_everybody(cast, people):
    assert len(found(cast, {})) == len(people)


def test_not_turns_a_condition_around(cast, people):
    old = {"item": "person.age", "op": ">=", "value": 60}
    assert found(cast, {"not": old}) == {person.pk for person in people} - found(cast, old)


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"item": "person.nothing", "op": "=", "value": 1}, "没有的数据项"),
        ({"item": "person.id_number", "op": "=", "value": "1"}, "加密保存"),
        ({"item": "person.sex", "op": ">", "value": "1"}, "不能这样比较"),
        ({"item": "person.sex", "op": "=", "value": "男性别"}, "条件值不对"),
        ({"item": "person.age", "op": "=", "value": "八十"}, "条件值不对"),
        ({"item": "person.age", "op": "pg_sleep", "value": 1}, "不能这样比较"),
        ({"item": "person.sex", "op": "in", "value": []}, "没有选值"),
        ({"item": "vehicle.plate", "op": "known"}, "填报对象不同"),
        ({"all": []}, "条件组是空的"),
        ({"all": [{"all": [{"all": [{"all": [{"all": [{"all": [{}]}]}]}]}]}]}, "最多嵌套"),
        ({"all": ["person.age"]}, "写法不对"),
        ({"item": "person.age", "op": "=", "value": 3.7}, "年龄.*整数"),
        ({"item": "person.age", "op": "=", "value": "3.7"}, "年龄.*整数"),
        ({"item": "person.children_count", "op": ">", "value": True}, "条件值不对"),
        ({"item": "person.children_count", "op": "in", "value": [1, 2.5]}, "子女数.*整数"),
        ({"item": "person.children_count", "op": "<", "value": 10**12}, "太大"),
        ({"item": "household.land_area", "op": "<", "value": "NaN"}, "条件值不对"),
        ({"item": "household.land_area", "op": "<", "value": float("inf")}, "条件值不对"),
        ({"item": "person.workplace", "op": "=", "value": "a\0b"}, "看不见的字符"),
        ({"item": "person.workplace", "op": "=", "value": "\ud800"}, "条件值不对"),
        ({"item": "person.workplace", "op": "=", "value": {}}, "条件值不对"),
        ({"item": "person.age", "op": {}, "value": 1}, "不能这样比较"),
        ({"item": "person.sex", "op": "in", "value": ["1"] * 201}, "最多选 200"),
        ({"item": "person.age", "op": ">", "value": 1, "not": {}}, "写法不对"),
        ({"all": [{"item": "person.age", "op": "known"}], "any": []}, "写法不对"),
        ({"item": "person.age", "op": ">", "value": 1, "unit": "月"}, "写法不对"),
    ],
)
def test_what_cannot_be_compiled_is_refused_with_the_reason(items, tree, said):
    with pytest.raises(BadCondition, match=said):
        compile_condition(tree, "person", get_catalogue(), on=ON)


def test_a_condition_reads_as_a_sentence(items):
    tree = {
        "all": [
            {"item": "person.age", "op": ">=", "value": 80},
            {"item": "person.is_low_income", "op": "=", "value": True},
        ]
    }
    assert describe_condition(tree, get_catalogue()) == "年龄不小于 80 且 是否低保:是"


def test_not_of_an_unknown_age_holds_for_nobody(cast, people):
    with acting_as(cast.worker):
        make_person(EAST, birth_date=None)
    young = {"item": "person.age", "op": "<", "value": 50}
    assert found(cast, {"not": young}) == {one.pk for one in people if age(one) >= 50}


@pytest.mark.parametrize(
    ("op", "value", "kept"),
    [
        ("=", "12.345", ["12.345"]),
        ("=", 12.345, ["12.345"]),
        ("=", "12.35", ["12.35"]),
        (">", "12.34", ["12.345", "12.35", "999999999999999"]),
        ("<", "12.35", ["12.345"]),
        (">=", 999_999_999_999_999, ["999999999999999"]),
        ("in", ["12.345", "12.350"], ["12.345", "12.35"]),
    ],
)
def test_an_amount_is_compared_as_it_was_written(cast, items, op, value, kept):
    """Neither the amount that is kept nor the one that is asked for is rounded."""
    with acting_as(cast.worker):
        for amount in ("12.345", "12.35", "999999999999999"):
            make_person(EAST, name=amount, attributes={"person.elderly_allowance_standard": amount})
        tree = {"item": "person.elderly_allowance_standard", "op": op, "value": value}
        names = Person.objects.filter(compile_condition(tree, "person", get_catalogue(), on=ON))
        assert sorted(names.values_list("name", flat=True)) == kept


def test_what_is_left_blank_is_unknown_also_to_its_opposite(cast, items):
    with acting_as(cast.worker):
        for place in ("", "城桥小学", "瀛东合作社"):
            make_person(EAST, name=place or "空", workplace=place)

    def names(tree):
        with acting_as(cast.worker):
            who = Person.objects.filter(compile_condition(tree, "person", get_catalogue(), on=ON))
            return sorted(who.values_list("name", flat=True))

    here = {"item": "person.workplace", "op": "=", "value": "城桥小学"}
    either = {"item": "person.workplace", "op": "in", "value": ["城桥小学", ""]}
    assert names(here) == names(either) == names({"not": {"not": here}}) == ["城桥小学"]
    assert names({"not": here}) == names({"not": {"any": [here, {"not": {"not": either}}]}}) == ["瀛东合作社"]
    assert names({"item": "person.workplace", "op": "=", "value": ""}) == []
