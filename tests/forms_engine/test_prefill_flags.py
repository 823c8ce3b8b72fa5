"""Which prefilled cells ask to be looked at again."""

import pytest

from accounts.jobs import run_job
from accounts.scope import acting_as
from forms_engine.models import Report, ReportRow
from registry.models import Difference, Person
from tests.factories import EAST, make_form, make_person, send_form

pytestmark = pytest.mark.django_db

OLD, FRESH = {"s": "self", "by": "东村", "on": "2024-01-01"}, {"s": "self", "by": "东村", "on": "2026-11-01"}


def prefilled(cast, person, version, period="第一期"):
    dispatch = send_form(cast.department, version, EAST, period=period)
    run_job(dispatch.job_id)
    with acting_as(cast.worker):
        return ReportRow.objects.get(report__dispatch=dispatch, subject_id=person.pk)


@pytest.fixture
def version(cast, items):
    return make_form(cast.department, {"B": "person.name", "H": "person.phone", "O": "是否愿意上门"})


@pytest.mark.parametrize(
    ("phone", "stamp", "flags"),
    [("13900000001", OLD, {"H": "confirm"}), ("13900000001", FRESH, {}), ("", OLD, {}), ("13900000001", None, {})],
    ids=["old", "fresh", "old but empty", "no provenance"],
)
def test_a_value_older_than_its_items_recheck_period_is_to_be_confirmed(cast, version, phone, stamp, flags):
    with acting_as(cast.worker):
        person = make_person(EAST, phone=phone, provenance={"person.phone": stamp} if stamp else {})
    assert prefilled(cast, person, version).flags == flags


def test_an_open_difference_is_shown_on_its_cell(cast, version):
    with acting_as(cast.worker):
        person = make_person(EAST, phone="13900000001")
        Difference.objects.create(
            area_code=EAST, entity="person", subject_id=person.pk, item_id="person.phone", offered="13900000002"
        )
    assert prefilled(cast, person, version).flags == {"H": "conflict"}


def test_the_last_accepted_answer_to_a_new_ask_arrives_again_to_be_confirmed(cast, version):
    with acting_as(cast.worker):
        person = make_person(EAST)
    first = prefilled(cast, person, version)
    with acting_as(cast.worker):
        ReportRow.objects.filter(report=first.report_id).update(values={"B": "张三", "O": "愿意"})
        Report.objects.filter(pk=first.report_id).update(state=Report.State.ACCEPTED)
    second = prefilled(cast, person, version, period="第二期")
    assert (second.values["O"], second.flags["O"]) == ("愿意", "confirm")


def test_people_who_died_or_were_closed_are_not_asked_about(cast, version):
    with acting_as(cast.worker):
        person = make_person(EAST)
        make_person(EAST, death_date="2026-01-01")
        make_person(EAST, closed_on="2026-01-01")
    report = prefilled(cast, person, version).report_id
    with acting_as(cast.worker):
        assert Person.objects.count() == 3
        assert ReportRow.objects.filter(report=report).count() == 1


def test_a_column_about_another_kind_of_subject_arrives_empty(cast, items):
    version = make_form(cast.department, {"B": "person.name", "C": "organization.name", "D": "vehicle.plate"})
    with acting_as(cast.worker):
        person = make_person(EAST, name="施桂兰")
    assert prefilled(cast, person, version).values == {"B": "施桂兰"}
