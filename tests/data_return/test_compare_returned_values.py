"""What a granted record says chooses people for forms, item by item: no grant of the item, no answer."""

import pytest
from django.utils.timezone import localdate

from accounts.scope import acting_as
from data_return.leaf import LEAF
from data_return.services.granting import revoke_grant
from forms_engine.models import FormVersion
from forms_engine.services.design import save_settings
from registry.catalogue import get_catalogue
from registry.condition_rows import ConditionRow, build_tree, list_condition_leaves, split_tree
from registry.conditions import BadCondition, describe_condition, level_of
from tests.data_return.test_returned_in_conditions import COLUMNS, listed
from tests.factories import EAST, WEST, make_dataset, make_form, make_grant, make_person, make_record

pytestmark = pytest.mark.django_db
MONEY, LEVEL, NUMBER = "person.elderly_allowance_standard", "person.disability_level", "person.id_number"
ITEMS = (NUMBER, "person.name", MONEY, LEVEL)


@pytest.fixture
def dataset(cast, officers):
    return make_dataset(officers.disabled, cast.district, name="津贴名单", items=ITEMS)


@pytest.fixture
def people(cast, officers, dataset):
    """甲 has 500 a month, 乙 80.5, 丙 a record without an amount, 丁 none; 戊 of 西村 has 600."""
    with acting_as(cast.town):
        found = {name: make_person(EAST, name=name) for name in "甲乙丙丁"} | {"戊": make_person(WEST, name="戊")}
    for name, place, said in (
        ("甲", EAST, {"elderly_allowance_standard": "500", "disability_level": "1"}),
        ("乙", EAST, {"elderly_allowance_standard": "80.5", "disability_level": "2"}),
        ("丙", EAST, {"disability_level": "2"}),
        ("戊", WEST, {"elderly_allowance_standard": "600"}),
    ):
        make_record(officers.disabled, dataset, place, person=found[name], **said)
    return found


@pytest.fixture
def grant_to(cast, officers, dataset):
    def give(actor, *items, **terms):
        return make_grant(actor, dataset, officers.disabled, cast.district, items=list(items), **terms)

    return give


def says(dataset, op, value=None, item=MONEY) -> dict:
    return {"returned": str(dataset.pk), "item": item, "op": op} | ({} if value is None else {"value": value})


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [(">=", 100, "甲"), ("<", 100, "乙"), ("=", "80.5", "乙"), ("known", None, "甲乙"), ("in", [500, 80], "甲")],
)
def test_a_roster_is_chosen_by_what_a_record_says(cast, dataset, people, grant_to, op, value, found):
    grant_to(cast.worker, MONEY)
    grant_to(cast.department, MONEY)
    assert listed(cast.department, {"all": [says(dataset, op, value)]}, EAST) == {EAST: set(found)}


def test_who_has_no_value_is_in_neither_half(cast, dataset, people, grant_to):
    grant_to(cast.worker, MONEY)
    grant_to(cast.department, MONEY)
    tree = {"not": says(dataset, ">=", 100)}
    assert listed(cast.department, {"all": [tree]}, EAST) == {EAST: {"乙"}}
    assert listed(cast.department, {"all": [{"not": says(dataset, "known")}]}, EAST) == {EAST: {"丙", "丁"}}


def test_the_newest_record_counts(cast, officers, dataset, people, grant_to):
    from datetime import timedelta

    from data_return.models import ReturnedRecord
    from data_return.services.writing import open_writing

    newer = make_record(officers.disabled, dataset, EAST, person=people["甲"], elderly_allowance_standard="90")
    with acting_as(officers.disabled):
        open_writing(actor=officers.disabled, dataset=dataset)
        older = ReturnedRecord.objects.filter(person_id=people["甲"].pk).exclude(pk=newer)
        older.update(observed_on=localdate() - timedelta(days=9))
    grant_to(cast.worker, MONEY)
    grant_to(cast.department, MONEY)
    assert listed(cast.department, {"all": [says(dataset, "<", 100)]}, EAST) == {EAST: {"甲", "乙"}}


def test_a_village_that_was_granted_another_item_gives_no_answer(cast, dataset, people, grant_to):
    grant_to(cast.worker, LEVEL)
    grant_to(cast.department, MONEY, LEVEL)
    for tree in (says(dataset, ">=", 1), {"not": says(dataset, ">=", 1000)}, {"not": says(dataset, "known")}):
        assert listed(cast.department, {"all": [tree]}, EAST) == {EAST: set()}
    assert listed(cast.department, {"all": [says(dataset, "=", "1", LEVEL)]}, EAST) == {EAST: {"甲"}}


def test_a_department_that_was_granted_another_item_gets_no_answer(cast, dataset, people, grant_to):
    grant_to(cast.town, MONEY, LEVEL)
    grant_to(cast.department, LEVEL)
    for tree in (says(dataset, ">=", 1), {"not": says(dataset, ">=", 1000)}):
        assert listed(cast.department, {"all": [tree]}, EAST, WEST) == {EAST: set(), WEST: set()}


def test_only_the_granted_villages_answer(cast, dataset, people, grant_to):
    grant_to(cast.town, MONEY, areas=[WEST])
    grant_to(cast.department, MONEY)
    assert listed(cast.department, {"all": [says(dataset, ">=", 1)]}, EAST, WEST) == {EAST: set(), WEST: {"戊"}}


def test_a_revoked_grant_is_gone_at_the_next_dispatch(cast, dataset, people, grant_to):
    grant = grant_to(cast.worker, MONEY)
    grant_to(cast.department, MONEY)
    tree = {"all": [says(dataset, ">=", 1)]}
    assert listed(cast.department, tree, EAST) == {EAST: {"甲", "乙"}}
    with acting_as(cast.district):
        revoke_grant(actor=cast.district, grant=grant, reason="用途变了")
    assert listed(cast.department, tree, EAST) == {EAST: set()}


def test_the_source_department_needs_no_grant(cast, dataset, people):
    found = listed(cast.other_department, {"all": [says(dataset, ">=", 100)]}, EAST, WEST)
    assert found == {EAST: {"甲"}, WEST: {"戊"}}


def test_designing_by_an_item_that_was_not_granted_is_refused(cast, dataset, grant_to):
    version = make_form(cast.department, COLUMNS)
    FormVersion.objects.filter(pk=version.pk).update(state=FormVersion.State.DRAFT)
    settings = {"condition": {"all": [says(dataset, ">=", 1)]}, "subject": "person"}
    grant_to(cast.department, LEVEL)
    with acting_as(cast.department), pytest.raises(BadCondition, match="授权里没有这一项"):
        save_settings(actor=cast.department, version=version, name="表", settings=settings)
    grant_to(cast.department, MONEY)
    with acting_as(cast.department):
        save_settings(actor=cast.department, version=version, name="表", settings=settings)


@pytest.mark.parametrize("item", ["person.phone", "person.nothing", NUMBER])
def test_an_item_that_the_dataset_lacks_or_seals_is_refused(cast, dataset, item):
    with pytest.raises(BadCondition):
        LEAF.compile(says(dataset, "known", item=item), "person", localdate())


def test_granted_items_are_offered_but_none_that_is_about_one_person(cast, dataset, grant_to):
    grant_to(cast.department, MONEY, "person.name", NUMBER)
    with acting_as(cast.department):
        offered = dict(list_condition_leaves(cast.department, granted=True))["回流数据"]
    assert offered == {
        f"returned:{dataset.pk}": "有回流数据:津贴名单",
        f"returned:{dataset.pk}:{MONEY}": "津贴名单:高龄津贴标准",
    }


@pytest.mark.parametrize(("op", "value"), [(">=", "80"), ("=", "500"), ("!=", "500"), ("known", ""), ("unknown", "")])
def test_the_builder_writes_it_and_reads_it_back(cast, dataset, op, value):
    row = ConditionRow(f"returned:{dataset.pk}:{MONEY}", op, value)
    tree = build_tree([row], "all", get_catalogue())
    assert split_tree(tree, get_catalogue()) == ("all", [row])


def test_it_reads_in_words_and_weighs_as_much_as_the_dataset(cast, dataset):
    tree = {"all": [says(dataset, ">=", 80)]}
    assert describe_condition(tree, get_catalogue()) == "回流数据“津贴名单”的高龄津贴标准不小于 80"
    assert level_of(tree, get_catalogue()) == 4
