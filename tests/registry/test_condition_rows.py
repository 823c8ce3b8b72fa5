import pytest

from registry.catalogue import get_catalogue
from registry.condition_rows import BadRow, ConditionRow, build_tree, list_groups, split_tree

pytestmark = pytest.mark.django_db
ROWS = [
    ConditionRow("person.age", ">=", "80"),
    ConditionRow("person.sex", "=", "女性"),
    ConditionRow("person.is_low_income", "=", "否"),
    ConditionRow("person.birth_date", "<", "1946-11-22"),
    ConditionRow("person.education", "in", "初中、高中"),
    ConditionRow("person.is_disabled", "unknown", ""),
    ConditionRow("person.name", "!=", "王某"),
]


@pytest.fixture
def catalogue(items):
    return get_catalogue()


@pytest.mark.parametrize("join", ["all", "any"])
def test_what_the_builder_made_it_shows_again(catalogue, join):
    tree = build_tree(ROWS, join, catalogue)
    again_join, again = split_tree(tree, catalogue)
    assert again_join == join
    assert build_tree(again, join, catalogue) == tree


def test_codes_are_kept_as_codes_and_shown_as_names(catalogue):
    tree = build_tree([ROWS[1]], "all", catalogue)
    assert tree == {"all": [{"item": "person.sex", "op": "=", "value": "2"}]}
    assert split_tree(tree, catalogue)[1] == [ConditionRow("person.sex", "=", catalogue.labels("person.sex")["2"])]


@pytest.mark.parametrize(("op", "leaf"), [("=", {"tag": "T0001"}), ("!=", {"not": {"tag": "T0001"}})])
def test_what_a_higher_floor_knows_is_a_row_too(catalogue, op, leaf):
    row = ConditionRow("tag:T0001", op)
    assert build_tree([row], "any", catalogue) == {"any": [leaf]}
    assert split_tree({"any": [leaf]}, catalogue) == ("any", [row])


@pytest.mark.parametrize(("op", "value"), [(">=", ""), ("=", "80"), ("known", "")])
def test_a_tag_is_there_or_not_and_has_no_value(catalogue, op, value):
    with pytest.raises(BadRow, match="不用填值"):
        build_tree([ConditionRow("tag:T0001", op, value)], "all", catalogue)


def test_no_rows_ask_about_everybody(catalogue):
    assert build_tree([], "all", catalogue) == {}
    assert split_tree({}, catalogue) == ("all", [])


def test_what_no_row_can_say_is_kept_as_a_group_or_left_out_as_a_whole(catalogue):
    sex = {"item": "person.sex", "op": "=", "value": "2"}
    old = {"item": "person.age", "op": ">=", "value": 80}
    inner, negated = {"any": [old, {"not": {"all": [sex, old]}}]}, {"not": old}
    tree = {"all": [sex, inner, negated]}
    join, rows = split_tree(tree, catalogue)
    groups = list_groups(tree, catalogue)
    assert [row.item for row in rows] == ["person.sex"]
    assert [group.tree for group in groups] == [inner, negated]
    assert groups[1].words == "不满足(年龄不小于 80)"
    assert build_tree(rows, join, catalogue, groups) == tree
    assert build_tree(rows, join, catalogue, groups[1:]) == {"all": [sex, negated]}
    assert build_tree([], join, catalogue, groups[:1]) == {"all": [inner]}


def test_a_tree_that_is_one_negated_group_is_one_group(catalogue):
    tree = {"not": {"any": [{"tag": "T0001"}, {"item": "person.sex", "op": "=", "value": "2"}]}}
    assert split_tree(tree, catalogue) == ("all", [])
    (group,) = list_groups(tree, catalogue)
    assert build_tree([], "all", catalogue, [group]) == {"all": [tree]}
