"""A form is prefilled from the registry or from returned data: by weight of the source, then by date, under a grant."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.jobs import run_job
from accounts.models import Department
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.models import Grant, GrantUse, ReturnedRecord
from data_return.services.writing import open_writing
from forms_engine.models import FormVersion, Report, ReportRow
from forms_engine.selectors.cells import get_cell
from forms_engine.selectors.grid import get_lens
from forms_engine.services.fill import add_subject
from tests.doors import watching
from tests.factories import (
    DISTRICT,
    EAST,
    WEST,
    make_actor,
    make_dataset,
    make_form,
    make_grant,
    make_id_number,
    make_person,
    make_record,
    send_form,
)

pytestmark = pytest.mark.django_db
COLUMNS = {"B": "person.name", "H": "person.phone", "I": "person.id_number"}
TODAY = localdate()
OLDER, NEWER = (TODAY - timedelta(days=30)).isoformat(), TODAY.isoformat()


@pytest.fixture
def officer(cast, items):
    disabled = Department.objects.get(pk=cast.other_department.department_id)
    return make_actor(Role.DATA_OFFICER, DISTRICT, department=disabled)


@pytest.fixture
def dataset(cast, officer):
    return make_dataset(officer, cast.district)


@pytest.fixture
def person(cast):
    with acting_as(cast.worker):
        return make_person(EAST, name="张三", phone="13900000001", provenance={"person.phone": stamp("self", NEWER)})


def stamp(kind, on):
    return {"s": kind, "by": "东村", "on": on}


def prefilled(cast, person, *, columns=COLUMNS, department=None, areas=(EAST,), **fields):
    department = department or cast.department
    dispatch = send_form(department, make_form(department, columns, **fields), *areas, period=f"{person.pk}")
    run_job(dispatch.job_id)
    with acting_as(cast.town):
        return ReportRow.objects.get(report__dispatch=dispatch, subject_id=person.pk)


def test_a_granted_value_of_a_department_wins_over_a_self_collected_one(cast, officer, dataset, person):
    make_grant(cast.worker, dataset, officer, cast.district)
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    row = prefilled(cast, person)
    assert row.values == {"B": "张三", "H": "13911111111"}
    assert row.origins == {"H": [dataset.pk, NEWER]}


def test_the_grid_tells_the_dataset_and_its_day(cast, officer, dataset, person):
    make_grant(cast.worker, dataset, officer, cast.district)
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    row = prefilled(cast, person)
    with acting_as(cast.worker):
        report = Report.objects.select_related("dispatch__version__template").get(pk=row.report_id)
        lens = get_lens(actor=cast.worker, report=report)
        cell = get_cell(lens=lens, report=report, subject_id=person.pk, letter="H")
    assert cell.origin == f"回流数据 · 区残联 · 残疾人两项补贴名单 · {NEWER}"
    assert cell.text == "13911111111"


def test_what_is_not_granted_fills_nothing(cast, officer, dataset, person):
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    assert prefilled(cast, person).origins == {}
    make_grant(cast.neighbour, dataset, officer, cast.district)
    make_grant(cast.department, dataset, officer, cast.district)
    assert prefilled(cast, person, areas=(EAST, WEST)).values["H"] == "13900000001"


def test_an_item_that_is_not_granted_fills_nothing(cast, officer, dataset, person):
    make_grant(cast.worker, dataset, officer, cast.district, items=["person.name"])
    make_record(officer, dataset, EAST, person=person, name="张三丰", phone="13911111111")
    row = prefilled(cast, person)
    assert (row.values["B"], row.values["H"]) == ("张三丰", "13900000001")


@pytest.mark.parametrize("ended", ["revoked", "over"])
def test_an_ended_grant_fills_nothing(cast, officer, dataset, person, ended):
    make_grant(cast.worker, dataset, officer, cast.district)
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    day = TODAY - timedelta(days=1)
    Grant.objects.update(**({"revoked_at": f"{day}T00:00Z"} if ended == "revoked" else {"since": day, "until": day}))
    assert prefilled(cast, person).origins == {}


@pytest.mark.parametrize(("registered", "wins"), [(OLDER, True), (NEWER, True), ("2999-01-01", False)])
def test_of_two_departments_the_newer_value_wins(cast, officer, dataset, registered, wins):
    with acting_as(cast.worker):
        stamps = {"person.phone": stamp("department", registered)}
        person = make_person(EAST, phone="13900000001", provenance=stamps)
    make_grant(cast.worker, dataset, officer, cast.district)
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    assert prefilled(cast, person).values["H"] == ("13911111111" if wins else "13900000001")


def test_of_two_datasets_the_newer_value_wins(cast, officer, dataset, person):
    other = make_dataset(officer, cast.district, name="另一个")
    for one in (dataset, other):
        make_grant(cast.worker, one, officer, cast.district)
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    make_record(officer, other, EAST, person=person, phone="13922222222", name="张叁")
    with acting_as(officer):
        open_writing(actor=officer, dataset=dataset)
        ReturnedRecord.objects.filter(dataset=dataset).update(observed_on=OLDER)
    row = prefilled(cast, person)
    assert row.values | {"I": None} == {"B": "张叁", "H": "13922222222", "I": None}
    assert row.origins == {"B": [other.pk, NEWER], "H": [other.pk, NEWER]}


def test_a_sealed_value_arrives_sealed(cast, officer, dataset, person):
    make_grant(cast.worker, dataset, officer, cast.district, items=["person.id_number"])
    number = make_id_number()
    make_record(officer, dataset, EAST, person=person, id_number=number)
    row = prefilled(cast, person)
    assert row.origins["I"][0] == dataset.pk
    assert number not in str(row.values)


def test_a_returned_value_older_than_the_recheck_period_is_to_be_confirmed(cast, officer, dataset, person):
    make_grant(cast.worker, dataset, officer, cast.district)
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    assert prefilled(cast, person).flags == {}
    with acting_as(officer):
        open_writing(actor=officer, dataset=dataset)
        ReturnedRecord.objects.update(observed_on="2020-01-01")
    assert prefilled(cast, person, columns={"H": "person.phone"}).flags == {"H": "confirm"}


def test_a_record_of_another_village_fills_nothing(cast, officer, dataset, person):
    make_grant(cast.town, dataset, officer, cast.district)
    make_record(officer, dataset, WEST, person=person, phone="13911111111")
    assert prefilled(cast, person).origins == {}


def test_a_department_fills_its_own_form_with_its_own_data(cast, officer, dataset, person):
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    row = prefilled(cast, person, department=cast.other_department)
    assert row.values["H"] == "13911111111"
    assert not GrantUse.objects.exists()


def test_a_form_answered_from_data_needs_the_grant_of_its_department(cast, officer, dataset, person):
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    by_data = {"answer_mode": FormVersion.AnswerMode.DATA}
    make_grant(cast.worker, dataset, officer, cast.district)
    assert prefilled(cast, person, **by_data).origins == {}
    make_grant(cast.department, dataset, officer, cast.district)
    with acting_as(cast.worker):
        again = make_person(EAST, phone="13900000002")
    make_record(officer, dataset, EAST, person=again, phone="13922222222")
    assert prefilled(cast, again, **by_data).values["H"] == "13922222222"


def test_each_prefilling_is_noted_with_its_grant_and_how_many(cast, officer, dataset, person):
    grant = make_grant(cast.town, dataset, officer, cast.district)
    with acting_as(cast.town):
        others = [make_person(area) for area in (EAST, WEST)]
    for one in [person, *others]:
        make_record(officer, dataset, one.area_code, person=one, phone="13911111111", name="某")
    prefilled(cast, person, areas=(EAST, WEST))
    (use,) = GrantUse.objects.all()
    assert (use.grant, use.how, use.rows, use.post_id) == (grant, "prefill", 3, cast.department.post_id)


def test_whoever_is_added_by_hand_is_filled_the_same_way(cast, officer, dataset, person):
    make_grant(cast.worker, dataset, officer, cast.district)
    row = prefilled(cast, person)
    with acting_as(cast.worker):
        added = make_person(EAST, name="李四")
    make_record(officer, dataset, EAST, person=added, phone="13933333333")
    with acting_as(cast.worker):
        report = Report.objects.select_related("dispatch__version__template").get(pk=row.report_id)
        assert (
            add_subject(actor=cast.worker, report=report, subject_id=added.pk, reason="漏登").values["H"]
            == "13933333333"
        )


def test_nothing_stays_open_to_whoever_prefilled(cast, officer, dataset, person):
    make_grant(cast.worker, dataset, officer, cast.district)
    make_record(officer, dataset, EAST, person=person, phone="13911111111")
    dispatch = send_form(cast.department, make_form(cast.department, COLUMNS), EAST)
    with watching() as statements:
        run_job(dispatch.job_id)
    inserts = [one for one in statements if "INTO forms_engine_reportrow" in one]
    assert len(inserts) == 1
    after = statements[statements.index(inserts[0]) + 1]
    assert "app.datasets_read = ''" in after
    assert "app.places_read = ''" in after
