from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from accounts.roles import HIGHEST_LEVEL
from accounts.scope import acting_as
from forms_engine.models import FormVersion
from forms_engine.selectors.facts import get_facts
from forms_engine.selectors.overlap import measure_known
from forms_engine.selectors.reports import get_columns
from tests.doors import sign_in
from tests.factories import EAST, EAST_GRID, WEST, make_form, make_household, make_person
from tests.forms_engine.bringing import text_of

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 22)


@pytest.fixture
def people(cast, items):
    """Twenty residents, one of them without a phone; a village official of 西村 is registered in 东村."""
    with acting_as(cast.town):
        household = make_household(EAST)
        for number in range(19):
            make_person(EAST_GRID if number < 10 else EAST, phone="13900002207", household=household)
        make_person(WEST, registered=EAST)


def facts_of(actor, version):
    with acting_as(actor):
        joined = FormVersion.objects.select_related("template__department__area").get(pk=version.pk)
        return get_facts(version=joined, on=ON, clearance=HIGHEST_LEVEL)


def percents(actor, columns, **fields):
    facts = facts_of(actor, make_form(actor, columns, **fields))
    return {one.column.item_id: one.percent for one in facts.columns}


def test_fill_rates_are_of_the_roster_and_rounded_down(cast, people):
    columns = {"B": "person.name", "C": "person.phone", "D": "person.bank_account"}
    assert percents(cast.department, columns) == {"person.name": 100, "person.phone": 95, "person.bank_account": 0}


def test_fill_rates_follow_the_condition(cast, people):
    condition = {"item": "person.phone", "op": "known"}
    assert percents(cast.department, {"B": "person.phone"}, condition=condition) == {"person.phone": 100}


def test_items_that_a_subquery_would_answer_are_counted_by_the_column_they_hang_on(cast, people):
    columns = {"B": "area.grid", "C": "area.town", "D": "household.resident_count", "E": "person.registered_area"}
    rates = {"area.grid": 50, "area.town": 100, "household.resident_count": 95, "person.registered_area": 100}
    assert percents(cast.department, columns) == rates


def test_an_item_of_another_kind_of_subject_is_known_of_nobody(cast, people):
    assert percents(cast.department, {"B": "vehicle.plate"}) == {"vehicle.plate": 0}


def test_population_decides_who_is_counted(cast, people):
    resident, registered, both = (
        facts_of(
            cast.department, make_form(cast.department, {"B": "person.name"}, population=population)
        ).known.subjects
        for population in ("resident", "registered", "both")
    )
    assert (resident, registered, both) == (20, 20, 20)


def test_all_rates_come_in_one_query(cast, people, django_assert_num_queries):
    version = make_form(cast.department, {"B": "person.name", "C": "person.phone", "D": "household.head_name"})
    version = FormVersion.objects.select_related("template__department__area").get(pk=version.pk)
    with acting_as(cast.department):
        columns = get_columns(version)
        with django_assert_num_queries(1):
            measure_known(version=version, columns=columns, on=ON)


def test_going_back_and_forth_between_pages_does_not_count_again(cast, people, django_assert_num_queries):
    version = make_form(cast.department, {"B": "person.name", "C": "person.phone"})
    first = facts_of(cast.department, version).known
    version = FormVersion.objects.select_related("template__department__area").get(pk=version.pk)
    with acting_as(cast.department), django_assert_num_queries(3):
        assert get_facts(version=version, on=ON, clearance=HIGHEST_LEVEL).known == first


def test_a_changed_condition_or_another_scope_is_counted_anew(cast, people):
    version = make_form(cast.department, {"B": "person.name"})
    assert facts_of(cast.department, version).known.subjects == 20
    assert facts_of(cast.worker, version).known.subjects == 20
    assert facts_of(cast.neighbour, version).known.subjects == 1
    FormVersion.objects.update(condition={"item": "person.phone", "op": "known"})
    assert facts_of(cast.department, version).known.subjects == 19


def test_rates_of_fewer_than_ten_subjects_are_withheld(cast, items):
    with acting_as(cast.town):
        for _ in range(9):
            make_person(EAST)
    facts = facts_of(cast.department, make_form(cast.department, {"B": "person.name"}))
    assert facts.known.is_small
    assert facts.columns[0].percent is None
    assert not facts.can_answer


def test_a_form_that_the_registry_knows_is_offered_the_zero_disturbance_answer(cast, people):
    known = make_form(cast.department, {"A": "person.name", "B": "person.phone"})
    assert facts_of(cast.department, known).can_answer


@pytest.mark.parametrize("column", ["是否愿意上门", "person.bank_account"])
def test_a_new_ask_or_an_unknown_required_item_takes_the_offer_away(cast, people, column):
    assert not facts_of(cast.department, make_form(cast.department, {"A": "person.name", "B": column})).can_answer


def test_an_unknown_item_that_is_not_required_leaves_the_offer(cast, people):
    version = make_form(cast.department, {"A": "person.name", "B": "person.bank_account"})
    version.columns.filter(letter="B").update(required=False)
    assert facts_of(cast.department, version).can_answer


def test_overlap_names_the_live_forms_that_ask_the_same_largest_share_first(cast, items):
    make_form(cast.other_department, {"A": "person.name"})
    same = make_form(cast.other_department, {"A": "person.name", "B": "person.phone", "C": "person.sex"})
    facts = facts_of(
        cast.department, make_form(cast.department, {"X": "person.name", "Y": "person.phone", "Z": "新问题"})
    )
    assert [(form.shared, form.percent) for form in facts.overlap.forms] == [(2, 66), (1, 33)]
    assert facts.overlap.forms[0].template_id == same.template_id
    assert len(facts.columns[0].asked_by) == 2
    assert len(facts.columns[1].asked_by) == 1


@pytest.mark.parametrize(
    "fields",
    [{"state": "submitted"}, {"state": "refused"}, {"valid_until": localdate() - timedelta(days=1)}],
    ids=["not admitted", "refused", "expired"],
)
def test_a_form_that_is_not_live_is_no_overlap(cast, items, fields):
    make_form(cast.other_department, {"A": "person.name"}, **fields)
    assert not facts_of(cast.department, make_form(cast.department, {"X": "person.name"})).overlap.forms


def test_only_the_latest_version_of_a_form_counts(cast, items):
    old = make_form(cast.other_department, {"A": "person.name", "B": "person.phone"})
    new = FormVersion.objects.create(template=old.template, number=2, state="admitted", workbook=b"", filename="x")
    new.columns.create(letter="A", position=1, header="电话", kind="item", item_id="person.phone")
    facts = facts_of(cast.department, make_form(cast.department, {"X": "person.name", "Y": "person.phone"}))
    assert [form.percent for form in facts.overlap.forms] == [50]


def test_the_pages_costs_do_not_grow_with_columns_and_forms(client, cast, people, django_assert_max_num_queries):
    version = make_form(cast.department, {"A": "person.name", "B": "person.phone", "C": "person.sex"})
    for _ in range(4):
        make_form(cast.other_department, {"A": "person.name", "B": "person.phone"})
    staff = sign_in(client, cast.department)
    with django_assert_max_num_queries(22):
        assert "高龄津贴发放花名册" in text_of(staff.get(f"/forms/{version.template_id}/"))
