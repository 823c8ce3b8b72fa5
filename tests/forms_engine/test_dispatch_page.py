from datetime import datetime, timedelta

import pytest
from django.utils.timezone import get_current_timezone, localdate, make_aware, now

from accounts.errors import Conflict
from accounts.jobs import run_job
from accounts.scope import acting_as
from forms_engine.desk_forms import name_period
from forms_engine.models import Dispatch, FormVersion, Report
from forms_engine.selectors.dispatches import Progress, list_progress
from forms_engine.services.close import close_dispatch, reopen_dispatch
from forms_engine.services.fill import Edit, ReportClosed, save_cells
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, TOWN, WEST, make_form, send_form
from tests.forms_engine.bringing import admitted, submitted, text_of
from tests.forms_engine.conftest import COLUMNS

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(cast, items):
    """An admitted form whose department may collect it."""
    return admitted(cast.district, submitted(cast.department, {"B": "person.name", "H": "person.phone"}, lead_days=5))


@pytest.fixture
def collected(cast, roster):
    """Sent to both villages and prefilled, by a department that may collect it."""
    over_80 = {"item": "person.age", "op": ">=", "value": 80}
    version = submitted(cast.department, {**COLUMNS, "O": "person.workplace"}, condition=over_80)
    dispatch = send_form(cast.department, admitted(cast.district, version), EAST, WEST)
    run_job(dispatch.job_id)
    return dispatch


@pytest.fixture
def staff(client, cast):
    return sign_in(client, cast.department)


def send(client, version, *areas, **fields):
    due = (localdate() + timedelta(days=5)).isoformat() + "T17:00"
    data = {
        "period": "2026年11月",
        "reporting_date": "2026-11-22",
        "due_at": due,
        "areas": [str(area) for area in areas],
    }
    return client.post(f"/forms/{version.template_id}/dispatches/new/", data | fields)


def villages():
    return set(Report.objects.values_list("area_code", flat=True))


@pytest.mark.parametrize(
    ("areas", "expected"),
    [([EAST], {EAST}), ([TOWN], {EAST, WEST}), (["all"], {EAST, WEST}), ([TOWN, EAST], {EAST, WEST})],
    ids=["one village", "a town", "everything", "a town and a village of it"],
)
def test_the_ticked_areas_become_reports_of_their_villages(staff, cast, granted, areas, expected):
    answer = send(staff, granted, *areas)
    assert answer["Location"] == f"/dispatches/{Dispatch.objects.get().pk}/"
    with acting_as(cast.town):
        assert villages() == expected


def test_nothing_ticked_or_a_village_elsewhere_is_refused(staff, granted):
    for areas in ([], [310115_001001_000000], ["x"]):
        answer = send(staff, granted, *areas)
        assert answer.status_code == 422
        assert "请至少选择一个村居" in text_of(answer)
    assert not Dispatch.objects.exists()


def test_a_deadline_before_the_promised_notice_is_refused(staff, granted):
    answer = send(staff, granted, EAST, due_at=(localdate() + timedelta(days=4)).isoformat() + "T17:00")
    assert answer.status_code == 422
    assert "提前量是 5 天" in text_of(answer)


def test_a_period_is_sent_once(staff, granted):
    send(staff, granted, EAST)
    answer = send(staff, granted, WEST)
    assert answer.status_code == 422
    assert "这一期已经下发过" in text_of(answer)


def test_the_page_proposes_period_and_deadline(staff, granted):
    page = text_of(staff.get(f"/forms/{granted.template_id}/dispatches/new/"))
    assert f'value="{(localdate() + timedelta(days=5)).isoformat()}T17:00"' in page
    assert "东村" in page
    assert "城桥镇" in page


@pytest.mark.parametrize(
    ("cycle", "name"),
    [
        ("once", "2026年7月"),
        ("month", "2026年7月"),
        ("quarter", "2026年第3季度"),
        ("half_year", "2026年下半年"),
        ("year", "2026年"),
    ],
)
def test_periods_are_named_after_the_cycle(cycle, name):
    assert name_period(cycle, datetime(2026, 7, 1).date()) == name  # noqa: DTZ001


def test_a_form_that_is_not_admitted_or_expired_has_no_dispatch_page(staff, cast, granted):
    FormVersion.objects.filter(pk=granted.pk).update(valid_until=localdate() - timedelta(days=1))
    assert staff.get(f"/forms/{granted.template_id}/dispatches/new/").status_code == 409


def test_without_the_grant_even_the_own_form_is_not_found(staff, cast, items):
    version = make_form(cast.department, {"B": "person.name"})
    assert staff.get(f"/forms/{version.template_id}/dispatches/new/").status_code == 404


@pytest.mark.parametrize("who", ["other_department", "worker", "district"])
def test_nobody_else_reads_the_progress(client, cast, collected, who):
    answer = sign_in(client, getattr(cast, who)).get(f"/dispatches/{collected.pk}/")
    assert answer.status_code == (404 if who == "other_department" else 403)


def test_the_progress_shows_towns_and_the_gaps_of_the_opened_one(staff, collected):
    page = text_of(staff.get(f"/dispatches/{collected.pk}/?town={TOWN}"))
    assert "城桥镇" in page
    assert "东村" in page
    assert "未开始" in page
    assert "2 行" in page
    assert "格" in page


def test_the_job_is_shown_until_it_is_over(staff, cast, granted):
    dispatch = send_form(cast.department, granted, EAST)
    assert "预填进度" in text_of(staff.get(f"/dispatches/{dispatch.pk}/"))
    run_job(dispatch.job_id)
    assert "预填进度" not in text_of(staff.get(f"/dispatches/{dispatch.pk}/"))


def progress_of(cast, dispatch, at=None):
    with acting_as(cast.department):
        (town,) = list_progress(dispatch=dispatch, now=at or now())
    return {community.name: (community.progress, community.late) for community in town.communities}


def test_a_village_has_begun_with_its_first_edit(cast, collected, roster):
    with acting_as(cast.worker):
        report = Report.objects.select_related("dispatch__version__template").get(dispatch=collected)
        edit = Edit(roster["gap"].pk, "H", "13900002211", 0)
        save_cells(actor=cast.worker, report=report, edits=[edit])
    found = progress_of(cast, collected)
    assert found == {"东村": (Progress.FILLING, False), "西村": (Progress.NOT_STARTED, False)}


def test_open_villages_are_late_after_the_deadline_and_late_ones_stay_so(cast, collected):
    after = collected.due_at + timedelta(minutes=1)
    with acting_as(cast.town):
        Report.objects.filter(area_code=EAST).update(state="submitted", submitted_at=collected.due_at)
    assert progress_of(cast, collected, after) == {
        "东村": (Progress.SUBMITTED, False),
        "西村": (Progress.NOT_STARTED, True),
    }
    with acting_as(cast.town):
        Report.objects.filter(area_code=EAST).update(submitted_at=after)
    assert progress_of(cast, collected, after)["东村"] == (Progress.SUBMITTED, True)


def test_closing_ends_what_is_open_and_leaves_what_was_handed_in(staff, cast, collected):
    with acting_as(cast.town):
        Report.objects.filter(area_code=WEST).update(state="submitted")
    with watching() as statements:
        staff.post(f"/dispatches/{collected.pk}/close/")
    assert audited(statements) == ["form.closed"]
    found = progress_of(cast, collected)
    assert (found["东村"][0], found["西村"][0]) == (Progress.CLOSED, Progress.SUBMITTED)


def test_a_worker_cannot_type_into_a_closed_report(cast, collected, roster):
    with acting_as(cast.department):
        assert close_dispatch(actor=cast.department, dispatch=collected) == 2
    with acting_as(cast.worker):
        report = Report.objects.select_related("dispatch__version__template").get(dispatch=collected)
        with pytest.raises(ReportClosed):
            save_cells(actor=cast.worker, report=report, edits=[Edit(roster["gap"].pk, "H", "13900002211", 0)])


def test_closing_can_be_taken_back_and_reports_return_to_their_state(cast, collected):
    with acting_as(cast.town):
        Report.objects.filter(area_code=WEST).update(state="returned", reviewed_at=now())
    with acting_as(cast.department):
        close_dispatch(actor=cast.department, dispatch=collected)
        with pytest.raises(Conflict):
            close_dispatch(actor=cast.department, dispatch=collected)
        assert reopen_dispatch(actor=cast.department, dispatch=collected) == 2
        assert dict(Report.objects.values_list("area_code", "state")) == {EAST: "filling", WEST: "returned"}


def test_a_sending_that_is_still_being_prefilled_cannot_be_closed(cast, granted):
    dispatch = send_form(cast.department, granted, EAST)
    with acting_as(cast.department), pytest.raises(Conflict, match="预填"):
        close_dispatch(actor=cast.department, dispatch=dispatch)


def test_a_form_answered_by_data_needs_no_notice_and_disturbs_no_village(staff, cast, granted):
    FormVersion.objects.filter(pk=granted.pk).update(answer_mode="data")
    page = text_of(staff.get(f"/forms/{granted.template_id}/dispatches/new/"))
    assert "村居不会收到任务" in page
    tonight = make_aware(datetime.combine(localdate(), datetime.max.time()), get_current_timezone())
    answer = send(staff, granted, EAST, due_at=f"{tonight:%Y-%m-%dT%H:%M}")
    assert answer.status_code == 302
    run_job(Dispatch.objects.get().job_id)
    with acting_as(cast.worker):
        assert Report.objects.get().state == "accepted"


def test_the_progress_costs_the_same_for_any_number_of_villages(staff, collected, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        staff.get(f"/dispatches/{collected.pk}/?town={TOWN}")
