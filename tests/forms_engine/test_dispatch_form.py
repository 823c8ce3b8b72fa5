from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.jobs import run_job
from accounts.models import Job
from accounts.scope import acting_as
from forms_engine.models import FormVersion, Report, ReportRow
from forms_engine.services.dispatch import BadDispatch, dispatch_form
from tests.factories import EAST, TOWN, WEST, make_form, make_person, send_form

pytestmark = pytest.mark.django_db


def arguments(cast, version, **other):
    given = {
        "actor": cast.department,
        "version": version,
        "period": "2026-11",
        "reporting_date": date(2026, 11, 22),
        "due_at": timezone.now() + timedelta(days=9),
        "area_codes": [EAST],
    }
    return given | other


def test_every_chosen_village_gets_one_report_with_its_own_people(cast, sent, roster):
    with acting_as(cast.town):
        listed = set(ReportRow.objects.values_list("area_code", "subject_id"))
    assert listed == {(roster[who].area_code, roster[who].pk) for who in ("grid", "gap", "west")}


def test_the_progress_reaches_the_number_of_villages(sent):
    job = Job.objects.get(pk=sent.job_id)
    assert (job.state, job.done, job.total) == ("done", 2, 2)


def test_a_second_run_of_the_job_doubles_no_row(cast, sent):
    Job.objects.filter(pk=sent.job_id).update(state="waiting")
    with acting_as(cast.department):
        Report.objects.filter(dispatch=sent).update(state="preparing")
    run_job(sent.job_id)
    with acting_as(cast.town):
        assert ReportRow.objects.count() == 3


def test_what_the_registry_knows_arrives_filled_and_the_rest_is_missing(cast, sent, roster):
    with acting_as(cast.worker):
        known = ReportRow.objects.get(subject_id=roster["grid"].pk).values
        gap = ReportRow.objects.get(subject_id=roster["gap"].pk).values
    assert known["B"] == "施桂兰"
    assert known["E"] == 86
    assert known["H"] == "13900002207"
    assert "H" not in gap


def test_a_version_that_was_not_admitted_is_refused(cast, form):
    form.state = FormVersion.State.SUBMITTED
    form.save()
    with acting_as(cast.department), pytest.raises(BadDispatch, match="还没有准入"):
        dispatch_form(**arguments(cast, form))


def test_an_expired_admission_is_refused(cast, form):
    form.valid_until = date(2026, 1, 1)
    form.save()
    with acting_as(cast.department), pytest.raises(BadDispatch, match="有效期已过"):
        dispatch_form(**arguments(cast, form))


def test_less_notice_than_promised_is_refused(cast, form):
    form.lead_days = 30
    form.save()
    with acting_as(cast.department), pytest.raises(BadDispatch, match="提前 30 天"):
        dispatch_form(**arguments(cast, form))


def test_a_town_is_no_village(cast, form):
    with acting_as(cast.department), pytest.raises(BadDispatch, match="只选村居"):
        dispatch_form(**arguments(cast, form, area_codes=[EAST, TOWN]))


def test_a_village_of_another_district_does_not_exist_for_the_department(cast, form):
    with acting_as(cast.department), pytest.raises(NotFound):
        dispatch_form(**arguments(cast, form, area_codes=[320206_001_001_000000]))


def test_another_departments_form_cannot_be_sent(cast, form):
    with acting_as(cast.other_department), pytest.raises(NotAllowed):
        dispatch_form(**arguments(cast, form, actor=cast.other_department))


def test_a_period_is_sent_once(cast, form, roster):
    send_form(cast.department, form, EAST, period="十一月")
    with pytest.raises(Conflict, match="已经下发过"):
        send_form(cast.department, form, WEST, period="十一月")


def test_a_form_answered_from_data_disturbs_no_village(cast, items, roster):
    version = make_form(cast.department, {"B": "person.name"}, answer_mode=FormVersion.AnswerMode.DATA)
    dispatch = send_form(cast.department, version, EAST)
    run_job(dispatch.job_id)
    with acting_as(cast.department):
        assert Report.objects.get(dispatch=dispatch).state == Report.State.ACCEPTED


def test_a_decimal_arrives_as_a_worker_would_write_it(cast, items):
    columns = {"B": "person.name", "I": "person.elderly_allowance_standard"}
    known = {"person.elderly_allowance_standard": "350"}
    with acting_as(cast.town):
        person = make_person(EAST, name="施桂兰", attributes=known)
    dispatch = send_form(cast.department, make_form(cast.department, columns), EAST)
    run_job(dispatch.job_id)
    with acting_as(cast.worker):
        assert ReportRow.objects.get(subject_id=person.pk).values["I"] == "350"
