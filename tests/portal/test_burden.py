"""The burden account counts what departments asked of villages: every figure against an oracle of its own."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.errors import NotFound
from accounts.jobs import run_job
from accounts.models import Area, Department
from accounts.roles import Role
from accounts.scope import acting_as
from forms_engine.models import Dispatch, FormVersion, Report, ReportRow
from forms_engine.services.fill import Edit, confirm_cells, remove_subject, save_cells, submit_report, undo_cell
from forms_engine.services.review import accept_report
from portal.periods import month_of, year_of
from portal.selectors.burden import Burden, get_account, get_issuer, get_place, list_months
from portal.services.burden import count_changed, count_open
from tests.answers import text_of
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, TOWN, WEST, make_actor, make_form, make_person, send_form

pytestmark = pytest.mark.django_db
COLUMNS = {"B": "person.name", "H": "person.phone", "E": "person.age", "O": "是否愿意上门"}
RETURNED = {"person.phone": {"s": "department", "by": "区卫健委", "on": "2020-01-01"}}


@pytest.fixture
def people(cast, items):
    """Two of 东村, one of whose phones a department gave back and one without; one of 西村."""
    with acting_as(cast.town):
        return {
            "returned": make_person(EAST, name="施桂兰", phone="13900002207", provenance=RETURNED),
            "gap": make_person(EAST, name="阿卜杜热合曼·买买提"),
            "west": make_person(WEST, name="沈阿妹", phone="13900002208"),
        }


def send(department, *areas, columns=COLUMNS, name="高龄津贴", period="一期", **fields):
    version = make_form(department, columns, **fields)
    version.template.name = name
    version.template.save()
    return sent_again(department, version, *areas, period=period)


def sent_again(department, version, *areas, period):
    dispatch = send_form(department, version, *areas, period=period)
    run_job(dispatch.job_id)
    return dispatch


def report_of(actor, dispatch):
    with acting_as(actor):
        return Report.objects.select_related("dispatch__version__template").get(
            dispatch=dispatch, area_code=actor.area_code
        )


def save(actor, report, *edits):
    with acting_as(actor):
        return save_cells(actor=actor, report=report, edits=[Edit(*edit) for edit in edits])


@pytest.fixture
def filled(cast, people):
    """The form in both villages: 东村 typed, typed over, confirmed, put back and removed; 西村 did nothing."""
    dispatch = send(cast.department, EAST, WEST)
    report = report_of(cast.worker, dispatch)
    gap, returned = people["gap"].pk, people["returned"].pk
    save(cast.worker, report, (gap, "H", "13900002210", 0), (gap, "O", "是", 0), (returned, "O", "否", 0))
    save(cast.worker, report, (gap, "B", "阿卜杜热合曼", 0))
    with acting_as(cast.worker):
        confirm_cells(actor=cast.worker, report=report, cells=[(returned, "H")])
        undo_cell(actor=cast.worker, report=report, subject_id=returned, letter="O", seen=1)
    return dispatch


def account(actor, *, period=None, department=None, code=None):
    with acting_as(actor):
        area = get_place(actor=actor, code=code)
        return get_account(area=area, period=period or year_of(localdate()), department=department)


# An oracle that reads rows one by one ------------------------------------------------------------------------------
def oracle(actor, *, department_id=None):
    """The figures of everything in the actor's scope, told in plain Python from what the rows hold."""
    found, forms, sendings, villages, late = Counter(), set(), set(), set(), set()
    with acting_as(actor):
        reports = list(Report.objects.select_related("dispatch__version__template"))
        for report in reports:
            dispatch, version = report.dispatch, report.dispatch.version
            if department_id not in (None, version.template.department_id):
                continue
            forms.add(version.template_id)
            sendings.add(dispatch.pk)
            villages.add(report.area_code)
            found["reports"] += 1
            notice = timezone.localtime(dispatch.due_at).date() - timezone.localtime(dispatch.created_at).date()
            if version.answer_mode == "fill" and notice < timedelta(days=version.lead_days):
                late.add(dispatch.pk)
            for row in ReportRow.objects.filter(report=report):
                if row.state != "removed":
                    found += of_row(row, version)
    sets = {"forms": forms, "sendings": sendings, "villages": villages, "late": late}
    return Burden(**found, **{name: len(members) for name, members in sets.items()})


def of_row(row, version):
    found = Counter()
    for column in version.columns.all():
        if column.kind == "number":
            continue
        edit = row.edits.get(column.letter)
        arrived = (row.values.get(column.letter) if edit is None else edit["was"]) is not None
        if version.answer_mode == "data":
            found["spared"] += arrived
            continue
        found["cells"] += 1
        is_new = column.item_id is None
        found["fresh"] += is_new
        found["last_period" if is_new else "known"] += arrived
        found["returned"] += arrived and row.subject_id in GIVEN_BACK and column.item_id == "person.phone"
        if edit is None or edit.get("undone"):
            continue
        by_hand = not edit.get("ok") or row.values.get(column.letter) != edit["was"]
        found["typed"] += by_hand
        found["retyped"] += by_hand and arrived
        found["confirmed"] += not by_hand
    return found


GIVEN_BACK = set()


@pytest.fixture(autouse=True)
def given_back(request):
    GIVEN_BACK.clear()
    if "people" in request.fixturenames:
        GIVEN_BACK.add(request.getfixturevalue("people")["returned"].pk)


def test_every_figure_agrees_with_an_oracle_that_reads_row_by_row(cast, people, filled):
    send(cast.department, EAST, name="零打扰", answer_mode=FormVersion.AnswerMode.DATA)
    send(cast.other_department, WEST, name="残疾人", columns={"B": "person.name", "N": "person.remark", "P": "需求"})
    Dispatch.objects.filter(pk=filled.pk).update(due_at=timezone.now() + timedelta(days=1))
    FormVersion.objects.filter(pk=filled.version_id).update(lead_days=5)
    with acting_as(cast.worker):
        remove_subject(
            actor=cast.worker, report=report_of(cast.worker, filled), subject_id=people["gap"].pk, reason="搬走"
        )
    count_changed()
    for actor in (cast.district, cast.town, cast.worker, cast.neighbour):
        assert account(actor).total == oracle(actor)
    for department in Department.objects.filter(pk__in=[cast.department.department_id]):
        assert account(cast.district, department=department).total == oracle(cast.district, department_id=department.pk)
    total = account(cast.district).total
    assert min(total.spared, total.fresh, total.known, total.returned, total.late, total.confirmed) > 0


def test_the_figures_of_one_village_told_by_hand(cast, people, filled):
    count_changed()
    total = account(cast.worker).total
    assert total == Burden(
        forms=1, sendings=1, villages=1, reports=1,
        cells=8, fresh=2, known=5, returned=1, typed=3, retyped=1, confirmed=1,
    )  # fmt: skip
    assert (total.prefilled, total.percent, total.registered) == (5, 62, 4)
    assert (total.other_empty, total.new_empty) == (1, 2)
    assert total.avoided == 4
    assert total.minutes == 0  # 3 x 8 + 2 seconds


def test_minutes_are_those_of_the_settings(settings):
    settings.BURDEN_TYPED_SECONDS, settings.BURDEN_CONFIRMED_SECONDS = 60, 30
    assert Burden(typed=2, confirmed=3).minutes == 4


def test_answers_of_the_last_period_arrive_as_such(cast, people, filled):
    west = report_of(cast.neighbour, filled)
    save(cast.neighbour, west, (people["west"].pk, "O", "是", 0))
    with acting_as(cast.neighbour):
        submit_report(actor=cast.neighbour, report=west)
    with acting_as(cast.town):
        accept_report(actor=cast.town, report=west)
    sent_again(cast.department, filled.version, WEST, period="二期")
    count_changed()
    total = account(cast.neighbour).total
    assert (total.last_period, total.fresh, total.new_empty) == (1, 2, 1)
    assert total == oracle(cast.neighbour)


def test_what_arrived_from_a_department_stays_so_after_the_answer_is_kept(cast, people, filled):
    count_changed()
    with acting_as(cast.worker):
        people["returned"].provenance = {"person.phone": {"s": "report", "by": "东村", "on": "2026-11-20"}}
        people["returned"].save(update_fields=["provenance"])
    count_open()
    assert account(cast.worker).total.returned == 1


def test_a_report_that_changed_hands_is_counted_again_and_an_untouched_one_is_not(cast, people, filled):
    assert count_changed() == 2
    assert count_changed() == 0
    west = report_of(cast.neighbour, filled)
    save(cast.neighbour, west, (people["west"].pk, "O", "是", 0))
    with acting_as(cast.neighbour):
        submit_report(actor=cast.neighbour, report=west)
    assert count_changed() == 1
    assert account(cast.neighbour).total.typed == 1


def test_what_is_typed_into_an_open_report_is_counted_at_night(cast, people, filled):
    count_changed()
    save(cast.neighbour, report_of(cast.neighbour, filled), (people["west"].pk, "O", "是", 0))
    assert count_changed() == 0
    assert count_open() == 2
    assert account(cast.neighbour).total.typed == 1


def test_reports_not_counted_yet_are_told(cast, people, filled):
    total = account(cast.town).total
    assert (total.villages, total.uncounted, total.cells) == (2, 2, 0)


def test_villages_and_forms_are_counted_once_however_often_they_are_asked(cast, people, filled):
    sent_again(cast.department, filled.version, EAST, period="二期")
    count_changed()
    total = account(cast.district).total
    assert (total.forms, total.sendings, total.villages, total.reports) == (1, 2, 2, 3)


def test_two_forms_of_one_name_are_two_lines(cast, people):
    send(cast.department, EAST, name="同名")
    send(cast.department, EAST, name="同名")
    assert [line.form for line in account(cast.worker).forms] == ["同名", "同名"]


def test_only_what_was_sent_in_the_period_is_counted(cast, people, filled):
    today = localdate()
    long_ago = timezone.now() - timedelta(days=400)
    Dispatch.objects.filter(pk=filled.pk).update(created_at=long_ago)
    assert account(cast.district, period=month_of(today)).total.sendings == 0
    assert account(cast.district, period=month_of(timezone.localtime(long_ago).date())).total.sendings == 1


def test_months_are_all_there_the_oldest_first(cast, people, filled):
    count_changed()
    with acting_as(cast.district):
        months = list_months(area=Area.objects.get(pk=DISTRICT), period=year_of(localdate()), department=None)
    assert len(months) == 12
    assert months[-1].first == localdate().replace(day=1)
    assert months[-1].burden == oracle(cast.district)
    assert {month.burden for month in months[:-1]} == {Burden()}


# Who sees what -----------------------------------------------------------------------------------------------------
def test_a_village_sees_its_own_account_alone(cast, people, filled):
    count_changed()
    assert account(cast.neighbour).total.cells == 4
    with acting_as(cast.neighbour), pytest.raises(NotFound):
        get_place(actor=cast.neighbour, code=EAST)


def test_a_department_sees_its_own_forms_alone(client, cast, people, filled):
    send(cast.other_department, EAST, name="残疾人基本状况")
    count_changed()
    page = text_of(sign_in(client, cast.department).get("/burden/"))
    assert "高龄津贴" in page
    assert "残疾人基本状况" not in page
    assert client.get(f"/burden/departments/{cast.other_department.department_id}/").status_code == 404
    assert client.get(f"/burden/export/?department={cast.other_department.department_id}").status_code == 404


def test_a_district_post_that_names_a_department_still_sees_all(client, cast, people, filled):
    send(cast.other_department, EAST, name="残疾人基本状况")
    civil = Department.objects.get(pk=cast.department.department_id)
    head = make_actor(Role.DISTRICT_ADMIN, DISTRICT, department=civil)
    assert "残疾人基本状况" in text_of(sign_in(client, head).get("/burden/"))


def test_a_department_that_asked_nothing_here_is_not_there(cast, people, filled):
    with acting_as(cast.worker):
        assert get_issuer(actor=cast.worker, pk=cast.department.department_id)
        with pytest.raises(NotFound):
            get_issuer(actor=cast.worker, pk=cast.other_department.department_id)


@pytest.mark.parametrize("address", ["/burden/areas/{}/", "/burden/export/?area={}"])
def test_another_village_answers_like_none(client, cast, people, filled, address):
    sign_in(client, cast.worker)
    assert client.get(address.format(EAST)).status_code == 200
    assert client.get(address.format(WEST)).status_code == 404
    assert client.get(address.format(1)).status_code == 404


def test_a_grid_worker_has_no_account(client, cast):
    assert sign_in(client, cast.grid_worker).get("/burden/").status_code == 403


def test_no_resident_and_no_worker_is_named(client, cast, people, filled):
    count_changed()
    sign_in(client, cast.district)
    for address in (
        "/burden/",
        f"/burden/areas/{EAST}/",
        "/burden/export/",
        "/burden/bulletin/",
        "/burden/bulletin/word/",
    ):
        page = text_of(client.get(address))
        for name in ("施桂兰", "13900002207", "沈阿妹", cast.worker.name, cast.colleague.name, cast.grid_worker.name):
            assert name not in page


# Pages -------------------------------------------------------------------------------------------------------------
def test_the_page_says_its_figures_and_its_formula(client, cast, people, filled):
    count_changed()
    page = text_of(sign_in(client, cast.district).get("/burden/"))
    assert "手工填写的格数 × 8 秒" in page
    assert f"/burden/departments/{cast.department.department_id}/" in page
    assert f"/burden/areas/{EAST}/" in page


def test_a_period_that_does_not_exist_says_so(client, cast):
    answer = sign_in(client, cast.district).get("/burden/?period=2026-13")
    assert answer.status_code == 422
    assert "没有这个期间" in text_of(answer)


def test_nothing_sent_says_so(client, cast):
    assert "没有下发表单" in text_of(sign_in(client, cast.district).get("/burden/?period=2025-Q1"))


def test_the_excel_holds_every_form_and_leaves_a_line(client, cast, people, filled):
    count_changed()
    sign_in(client, cast.district)
    with watching() as statements:
        answer = client.get("/burden/export/")
    sheet = text_of(answer)
    assert "高龄津贴" in sheet
    assert "区民政局" in sheet
    assert audited(statements) == ["burden.exported"]


def test_a_name_that_begins_like_a_formula_stays_a_text(client, cast, people):
    send(cast.department, EAST, name="=1+1")
    sheet = text_of(sign_in(client, cast.district).get("/burden/export/"))
    assert "<f>" not in sheet
    assert "=1+1" in sheet


def test_the_bulletin_says_the_same_on_the_page_and_in_word(client, cast, people, filled):
    count_changed()
    sign_in(client, cast.district)
    page = text_of(client.get("/burden/bulletin/"))
    with watching() as statements:
        word = client.get("/burden/bulletin/word/")
    assert audited(statements) == ["burden.bulletin_taken"]
    text = text_of(word)
    for said in ("崇明区减负月报", "本月共有 1 个部门下发 1 张表单、1 次,到达 2 个村居。", "要求村居回答 12 格"):
        assert said in page
        assert said in text
    assert "vnd.openxmlformats-officedocument.wordprocessingml.document" in word["Content-Type"]


def test_a_bulletin_of_a_year_is_refused(client, cast):
    answer = sign_in(client, cast.district).get("/burden/bulletin/?period=2026")
    assert answer.status_code == 422
    assert "请选择一个月份" in text_of(answer)


def test_pages_cost_the_same_however_much_was_sent(client, cast, people, filled):
    sign_in(client, cast.district)

    def queries():
        counts = []
        for address in ("/burden/", f"/burden/areas/{TOWN}/", "/burden/bulletin/"):
            client.get(address)
            with CaptureQueriesContext(connection) as found:
                client.get(address)
            counts.append(len(found))
        return counts

    before = queries()
    for number in range(3):
        send(cast.department, EAST, WEST, name=f"表{number}")
        send(cast.other_department, EAST, name=f"另{number}")
    count_changed()
    assert queries() == before


def test_counting_costs_the_same_for_one_report_and_for_ten(cast, people, filled):
    def queries():
        with CaptureQueriesContext(connection) as found:
            count_changed()
        return len(found)

    two = queries()
    for number in range(4):
        sent_again(cast.department, filled.version, EAST, WEST, period=f"{number}")
    assert queries() == two


def test_everybody_with_the_right_finds_it_in_the_menu(client, cast):
    for actor in (cast.worker, cast.town, cast.district, cast.department):
        assert "减负账" in text_of(sign_in(client, actor).get("/help/"))
    officer = make_actor(Role.DATA_OFFICER, DISTRICT)
    assert "减负账" not in text_of(sign_in(client, officer).get("/help/"))
