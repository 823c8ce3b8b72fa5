"""The workbench shows each post its own work, by when, and its area in figures."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.jobs import run_job
from accounts.models import Department
from accounts.roles import SECOND_FACTOR_ROLES, Role
from accounts.scope import acting_as
from forms_engine.models import FormVersion, Report
from forms_engine.services.admit import invite_departments, return_version
from registry.models import Difference, Dwelling, Event
from tests.doors import sign_in, watching
from tests.factories import DISTRICT, EAST, EAST_GRID, TOWN, WEST, make_actor, make_form, make_person, send_form
from tests.forms_engine.bringing import submitted

MOST_QUERIES = 12
COLUMNS = {"B": "person.name", "C": "person.phone"}


@pytest.fixture
def people(cast, items):
    long_ago, lately = (
        {"person.phone": {"on": "2020-01-01"}},
        {"person.phone": {"on": timezone.localdate().isoformat()}},
    )
    with acting_as(cast.town):
        Dwelling.objects.create(area_code=EAST, address="东街 1 号", is_rented=True)
        Dwelling.objects.create(area_code=WEST, address="西街 1 号")
        return [
            make_person(EAST_GRID, name="施桂兰", phone="13900002207", is_elderly_alone=True, provenance=long_ago),
            make_person(EAST, name="小明", birth_date=date(2015, 5, 1), phone="13900002209", provenance=lately),
            make_person(EAST, name="在户不在人", registered=WEST, birth_date=date(1990, 1, 1)),
            make_person(WEST, name="沈阿妹", registered=EAST),
            make_person(EAST, name="已注销", closed_on=date(2024, 1, 1)),
        ]


@pytest.fixture
def dispatch(cast, people):
    version = make_form(cast.department, COLUMNS, filing_number="CM-2026-0117")
    sent = send_form(cast.department, version, EAST, WEST)
    run_job(sent.job_id)
    return sent


def set_state(cast, dispatch, area, state):
    with acting_as(cast.town):
        Report.objects.filter(dispatch=dispatch, area_code=area).update(state=state, submitted_at=timezone.now())


def opened(client, actor):
    page = sign_in(client, actor).get("/")
    assert page.status_code == 200
    return page.context["work"], page.content.decode()


def test_a_worker_sees_the_open_report_with_what_is_left_and_by_when(client, cast, dispatch):
    work, page = opened(client, cast.worker)
    (task,) = work.reports.open
    assert task.report.area_code == EAST
    assert (task.summary.rows, task.summary.missing, task.summary.confirm) == (3, 1, 1)
    assert [(piece.kind, piece.width) for piece in task.bar] == [
        ("known", "66.67"),
        ("confirm", "16.67"),
        ("missing", "16.67"),
    ]
    assert "备案号 CM-2026-0117" in page
    assert "还差 1 格" in page
    assert f"{timezone.localtime(dispatch.due_at):%m-%d} 截止" in page
    assert reverse("forms_engine:report_fill", args=[task.report.pk]) in page


def test_what_the_next_village_has_to_do_is_not_shown(client, cast, dispatch):
    set_state(cast, dispatch, EAST, Report.State.ACCEPTED)
    with acting_as(cast.neighbour):
        Event.objects.create(**event(cast.neighbour, WEST, "西村的事"))
    work, page = opened(client, cast.worker)
    assert not work.has_tasks
    assert "都做完了" in page
    assert "西村的事" not in page


def event(actor, area, title, state=Event.State.REPORTED):
    now = timezone.now()
    number = f"SJ{now:%f}{title}"
    return {
        "area_code": area, "title": title, "number": number, "category": "01", "place": "东街 1 号",
        "occurred_at": now, "reporter_id": actor.post_id, "state": state,
    }  # fmt: skip


def test_events_wait_for_who_handles_them_and_returned_ones_for_who_reported(client, cast, dispatch):
    with acting_as(cast.worker):
        Event.objects.create(**event(cast.colleague, EAST_GRID, "楼道堆物"))
        Event.objects.create(**event(cast.grid_worker, EAST_GRID, "补充地点", Event.State.RETURNED))
        Event.objects.create(**event(cast.worker, EAST, "已办结", Event.State.CLOSED))
    assert [one.title for one in opened(client, cast.worker)[0].events] == ["楼道堆物"]
    assert [one.title for one in opened(client, cast.grid_worker)[0].events] == ["补充地点"]


def test_a_difference_is_shown_masked_and_leads_to_its_person(client, cast, people):
    source = {"s": "department", "by": "区卫健委", "on": "2026-09-03"}
    with acting_as(cast.worker):
        for item, offered in (("person.phone", "13500006602"), ("person.bank_account", "6222020000001234")):
            Difference.objects.create(
                area_code=EAST, entity="person", subject_id=people[0].pk, item_id=item, offered=offered, source=source
            )
    page = opened(client, cast.worker)[1]
    assert "13500006602" in page
    assert "6222020000001234" not in page
    assert reverse("registry:person_detail", args=[people[0].pk]) in page
    assert "施桂兰" in page


def test_figures_say_which_count_they_are(client, cast, people):
    figures = opened(client, cast.worker)[0].figures
    assert (figures.resident, figures.registered) == (3, 3)
    assert (figures.away, figures.guests) == (1, 1)
    assert (figures.old, figures.alone, figures.unchecked) == (1, 1, 2)
    assert (figures.dwellings, figures.rented) == (1, 1)


def test_a_grid_worker_counts_the_grid_and_sees_the_report_around_it(client, cast, dispatch):
    work, _ = opened(client, cast.grid_worker)
    assert (work.figures.resident, work.figures.registered) == (1, 1)
    assert [task.summary.rows for task in work.reports.open] == [1]


def test_forms_that_data_answered_are_told_as_spared(client, cast, people):
    version = make_form(cast.department, COLUMNS, answer_mode=FormVersion.AnswerMode.DATA)
    run_job(send_form(cast.department, version, EAST).job_id)
    work, page = opened(client, cast.worker)
    assert work.reports.open == []
    assert "本月 1 张表由已有数据直接回答" in page


def test_a_town_admin_sees_what_to_review_and_who_is_late(client, cast, dispatch):
    set_state(cast, dispatch, EAST, Report.State.SUBMITTED)
    work, page = opened(client, cast.town)
    assert [task.report.area_name for task in work.reviews] == ["东村"]
    (progress,) = work.progress
    assert (progress.total, progress.submitted, progress.accepted, progress.late) == (2, 1, 0, ["西村"])
    assert "还没交:西村" in page


def test_a_finished_or_closed_sending_is_no_progress_to_follow(client, cast, dispatch):
    for area in (EAST, WEST):
        set_state(cast, dispatch, area, Report.State.ACCEPTED)
    assert opened(client, cast.town)[0].progress == []
    set_state(cast, dispatch, EAST, Report.State.FILLING)
    assert len(opened(client, cast.town)[0].progress) == 1
    dispatch.closed_at = timezone.now()
    dispatch.save()
    assert opened(client, cast.town)[0].progress == []


def test_a_district_admin_sees_forms_at_the_desk(client, cast, items):
    version = submitted(cast.department, COLUMNS)
    work, page = opened(client, cast.district)
    assert work.admissions == [version]
    assert work.figures is None
    assert "区民政局 申请" in page


def test_a_department_sees_its_own_forms_and_sendings_only(client, cast, dispatch):
    version = submitted(cast.department, COLUMNS)
    with acting_as(cast.district):
        return_version(actor=cast.district, version=version, note="请补充法定依据。")
    work, page = opened(client, cast.department)
    assert work.forms == [version]
    assert "请补充法定依据。" in page
    assert len(work.progress) == 1
    other, _ = opened(client, cast.other_department)
    assert (other.forms, other.progress) == ([], [])


def test_a_department_sees_the_forms_of_others_that_wait_for_its_opinion(client, cast, items):
    version = submitted(cast.department, COLUMNS)
    asked = [Department.objects.get(pk=cast.other_department.department_id)]
    with acting_as(cast.district):
        invite_departments(actor=cast.district, version=version, departments=asked, days=5, seen=1)
    work, page = opened(client, cast.other_department)
    assert [review.approval.subject_id for review in work.opinions] == [version.pk]
    assert "请您部门给出联审意见" in page
    menu = {link.label: link.count for link in client.get("/").context["shell"].nav}
    assert (menu["联审意见"], menu["待办"]) == (1, 1)
    assert opened(client, cast.department)[0].opinions == []


ADMINS = {
    Role.SYSTEM_ADMIN: "portal:status",
    Role.SECURITY_ADMIN: "accounts:people",
    Role.AUDIT_ADMIN: "portal:audit_list",
}


@pytest.mark.parametrize(("role", "door"), ADMINS.items())
def test_the_separated_administrators_see_no_work_and_no_resident(client, cast, dispatch, role, door):
    work, page = opened(client, make_actor(role, DISTRICT))
    assert not work.has_tasks
    assert work.figures is None
    assert "不接触居民数据" in page
    assert f'btn-outline-primary" href="{reverse(door)}"' in page
    assert "高龄津贴" not in page


@pytest.mark.parametrize("who", ["worker", "grid_worker", "town", "district", "department", "system"])
def test_it_costs_few_queries_however_much_there_is(client, cast, dispatch, who):
    with acting_as(cast.worker):
        for number in range(6):
            Event.objects.create(**event(cast.worker, EAST_GRID, f"事件{number}"))
    actor = getattr(cast, who)
    sign_in(client, actor, second_factor=actor.role in SECOND_FACTOR_ROLES).get("/")
    with watching() as statements:
        client.get("/")
    # Savepoints are the test's: a request of its own begins and commits a transaction.
    assert len([one for one in statements if "SAVEPOINT" not in one]) <= MOST_QUERIES


def test_the_days_to_the_deadline_are_told(client, cast, dispatch):
    dispatch.due_at = timezone.now() - timedelta(days=2)
    dispatch.save()
    assert "已逾期 2 天" in opened(client, cast.worker)[1]


def test_a_town_without_work_says_so(client, cast, items):
    assert "都做完了" in opened(client, make_actor(Role.TOWN_ADMIN, TOWN))[1]
