"""Returned data chooses people for lists and forms, under a grant, and tells nobody what the grant does not."""

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.jobs import run_job
from accounts.scope import acting_as
from data_return.leaf import LEAF
from data_return.models import Grant, GrantUse
from data_return.services.granting import revoke_grant
from forms_engine.models import FormVersion, ReportRow
from forms_engine.services.design import save_settings
from registry.catalogue import get_catalogue
from registry.condition_rows import list_condition_leaves
from registry.conditions import BadCondition, compile_condition, describe_condition, level_of
from registry.models import Person
from tests.doors import sign_in, watching
from tests.factories import EAST, WEST, make_form, make_person, make_record, send_form

pytestmark = pytest.mark.django_db
COLUMNS = {"B": "person.name"}


@pytest.fixture
def people(cast, officers, dataset):
    """On the list: 甲 of 东村, 丙 of 西村, and 丁 who lives in 西村 and is registered in 东村. Not on it: 乙, 戊."""
    with acting_as(cast.town):
        found = {
            "甲": make_person(EAST, name="甲"),
            "乙": make_person(EAST, name="乙"),
            "丙": make_person(WEST, name="丙"),
            "丁": make_person(WEST, registered=EAST, name="丁"),
            "戊": make_person(WEST, name="戊"),
        }
    for name, place in (("甲", EAST), ("丙", WEST), ("丁", WEST)):
        make_record(officers.disabled, dataset, place, person=found[name], name=name)
    return found


def on_list(dataset) -> dict:
    return {"all": [{"returned": str(dataset.pk)}]}


def off_list(dataset) -> dict:
    return {"all": [{"not": {"returned": str(dataset.pk)}}]}


def listed(department, tree, *areas, population="resident") -> dict[int, set[str]]:
    """Names on the reports of a form of that department, by area."""
    version = make_form(department, COLUMNS, condition=tree, population=population)
    run_job(send_form(department, version, *areas).job_id)
    with acting_as(department):
        rows = ReportRow.objects.filter(report__dispatch__version=version).select_related("report")
        found = {area: set() for area in areas}
        for row in rows:
            found[row.report.area_code].add(row.values["B"])
    return found


def filtered(client, actor, dataset, name="tag") -> set[str]:
    page = sign_in(client, actor).get(reverse("registry:person_list"), {name: f"R{dataset.pk}"})
    assert page.status_code == 200
    return {row.name for row in page.context["rows"]}


def test_a_village_finds_its_residents_on_the_list_under_its_grant(client, cast, dataset, people, grant_to):
    grant_to(cast.worker)
    assert filtered(client, cast.worker, dataset) == {"甲"}
    assert GrantUse.objects.get(how="condition").rows == 1


def test_those_who_live_elsewhere_are_neither_on_nor_off_the_list(client, cast, dataset, people, grant_to):
    grant_to(cast.worker)
    assert filtered(client, cast.worker, dataset, "without") == {"乙"}


def test_without_a_grant_the_filter_is_not_there_and_narrows_nothing(client, cast, dataset, people):
    assert filtered(client, cast.worker, dataset) == {"甲", "乙", "丁"}
    text = sign_in(client, cast.worker).get(reverse("registry:person_list")).content.decode()
    assert f"R{dataset.pk}" not in text


def test_a_revoked_grant_is_gone_at_the_next_page(client, cast, dataset, people, grant_to):
    grant = grant_to(cast.worker)
    with acting_as(cast.district):
        revoke_grant(actor=cast.district, grant=grant, reason="用途变了")
    assert filtered(client, cast.worker, dataset) == {"甲", "乙", "丁"}


def test_a_town_granted_one_village_tells_nothing_of_the_other(client, cast, dataset, people, grant_to):
    grant_to(cast.town, areas=[WEST])
    assert filtered(client, cast.town, dataset) == {"丙", "丁"}
    assert filtered(client, cast.town, dataset, "without") == {"戊"}


def test_a_roster_holds_who_is_on_the_list_where_the_village_has_a_grant(cast, dataset, people, grant_to):
    grant_to(cast.worker)
    grant_to(cast.department)
    assert listed(cast.department, on_list(dataset), EAST, WEST) == {EAST: {"甲"}, WEST: set()}
    assert GrantUse.objects.filter(how="condition").count() == 1


def test_off_the_list_is_no_answer_either_where_no_grant_is(cast, dataset, people, grant_to):
    grant_to(cast.worker)
    grant_to(cast.department)
    assert listed(cast.department, off_list(dataset), EAST, WEST) == {EAST: {"乙"}, WEST: set()}


def test_a_village_is_not_told_of_who_is_only_registered_in_it(cast, dataset, people, grant_to):
    grant_to(cast.town)
    grant_to(cast.department)
    found = listed(cast.department, on_list(dataset), EAST, population="both")
    assert found == {EAST: {"甲"}}


def test_a_department_without_a_grant_cannot_choose_by_the_list(cast, dataset, people, grant_to):
    """Its form would tell it who is on the list of another department."""
    grant_to(cast.town)
    assert listed(cast.department, on_list(dataset), EAST) == {EAST: set()}
    assert listed(cast.department, off_list(dataset), EAST) == {EAST: set()}


def test_a_grant_of_the_department_that_was_revoked_is_gone_at_the_next_dispatch(cast, dataset, people, grant_to):
    grant_to(cast.town)
    grant = grant_to(cast.department)
    assert listed(cast.department, on_list(dataset), EAST) == {EAST: {"甲"}}
    with acting_as(cast.district):
        revoke_grant(actor=cast.district, grant=grant, reason="用途变了")
    assert listed(cast.department, on_list(dataset), EAST) == {EAST: set()}


def test_the_source_department_chooses_by_its_own_list(cast, dataset, people):
    assert listed(cast.other_department, on_list(dataset), EAST, WEST) == {EAST: {"甲"}, WEST: {"丙", "丁"}}


def test_it_is_refused_where_a_form_is_designed_without_a_grant(cast, dataset, grant_to):
    version = make_form(cast.department, COLUMNS)
    FormVersion.objects.filter(pk=version.pk).update(state=FormVersion.State.DRAFT)
    settings = {"condition": on_list(dataset), "subject": "person"}
    with acting_as(cast.department), pytest.raises(BadCondition, match="没有条件里这个回流数据集的授权"):
        save_settings(actor=cast.department, version=version, name="表", settings=settings)
    grant_to(cast.department)
    with acting_as(cast.department):
        save_settings(actor=cast.department, version=version, name="表", settings=settings)


def test_it_is_refused_wherever_nobody_says_whose_grant_counts(cast, dataset):
    """Tags, and whom a dataset should hold."""
    with pytest.raises(BadCondition, match="要有授权才能看"):
        compile_condition(on_list(dataset), "person", get_catalogue(), on=localdate())
    with acting_as(cast.department):
        assert "回流数据" not in dict(list_condition_leaves(cast.department))


def test_it_is_offered_to_who_may_use_it(cast, officers, dataset, grant_to):
    with acting_as(cast.department):
        assert "回流数据" not in dict(list_condition_leaves(cast.department, granted=True))
    grant_to(cast.department)
    for actor in (cast.department, cast.other_department):
        with acting_as(actor):
            offered = dict(list_condition_leaves(actor, granted=True))["回流数据"]
        assert offered == {f"returned:{dataset.pk}": "有回流数据:残疾人两项补贴名单"}


def test_it_weighs_as_much_as_the_highest_item_and_reads_in_words(cast, dataset):
    assert level_of(on_list(dataset), get_catalogue()) == 4
    assert describe_condition(on_list(dataset), get_catalogue()) == "有回流数据“残疾人两项补贴名单”"


@pytest.mark.parametrize("code", ["0", "x", "9" * 30, "1e3", ""])
def test_a_dataset_that_is_not_there_is_refused(cast, items, code):
    with pytest.raises(BadCondition):
        LEAF.compile({"returned": code}, "person", localdate())


def test_a_reading_that_was_not_told_finds_nobody(cast, dataset, people, grant_to):
    grant_to(cast.town)
    met = LEAF.compile({"returned": str(dataset.pk)}, "person", localdate())
    with acting_as(cast.town):
        assert not Person.objects.filter(met).exists()
        assert not Person.objects.filter(~met).exists()


def test_the_list_costs_the_same_for_one_and_for_many(client, cast, officers, dataset, people, grant_to):
    grant_to(cast.worker)
    filtered(client, cast.worker, dataset)
    with watching() as one:
        filtered(client, cast.worker, dataset)
    make_record(officers.disabled, dataset, EAST, person=people["乙"], name="乙")
    with watching() as two:
        filtered(client, cast.worker, dataset)
    assert len(one) == len(two)
    assert Grant.objects.count() == 1
