from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils.timezone import localdate
from guardian.shortcuts import get_groups_with_perms

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import ApprovalStep, Department, Post, User
from accounts.roles import Role
from accounts.scope import acting_as
from forms_engine.models import FormVersion
from forms_engine.selectors.admissions import get_approval_of
from forms_engine.services.admit import (
    CannotAnswer,
    NotReady,
    admit_version,
    choose_answer_mode,
    return_version,
    submit_version,
    withdraw_version,
)
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_actor, make_form, make_person
from tests.forms_engine.bringing import admitted, submitted, text_of

pytestmark = pytest.mark.django_db
COLUMNS = {"B": "person.name", "C": "person.phone"}
NEXT_YEAR = localdate() + timedelta(days=365)


@pytest.fixture
def desk(client, cast, items):
    return sign_in(client, cast.district)


@pytest.fixture
def waiting(cast, items):
    return submitted(cast.department, COLUMNS)


def seen(version):
    """What the page of the version carries in its hidden field."""
    return get_approval_of(version).version


def steps_of(version):
    return list(get_approval_of(version).steps.values_list("action", "note"))


def decide(client, version, decision, **fields):
    return client.post(f"/admissions/{version.pk}/", {"decision": decision, "seen": seen(version), **fields})


@pytest.mark.parametrize(
    ("columns", "fields", "words"),
    [
        (COLUMNS, {"purpose": ""}, "请填写用途"),
        ({"B": "person.sex", "C": "是否愿意上门"}, {}, "请写明理由"),
        ({"B": "person.sex", "C": "是否愿意上门"}, {"legal_basis": ""}, "请填写法定依据"),
        ({"C": "是否愿意上门"}, {}, "没有一列绑定数据项"),
        ({"B": "person.sex"}, {"valid_until": localdate() - timedelta(days=1)}, "有效期已过"),
    ],
)
def test_a_form_that_lacks_something_is_not_submitted(cast, items, columns, fields, words):
    with pytest.raises(NotReady, match=words):
        submitted(cast.department, columns, **fields)
    assert not ApprovalStep.objects.exists()


def test_level_one_and_two_items_need_no_purpose(cast, items):
    assert submitted(cast.department, {"B": "person.sex"}, purpose="", legal_basis="").state == "submitted"


def test_the_department_page_says_what_is_lacking_before_the_button(client, cast, items):
    version = make_form(cast.department, COLUMNS, state=FormVersion.State.DRAFT)
    page = text_of(sign_in(client, cast.department).get(f"/forms/{version.template_id}/"))
    assert "还差 1 处才能提交准入" in page
    assert "disabled" in page


def test_submitting_twice_is_a_conflict(client, cast, waiting):
    answer = sign_in(client, cast.department).post(f"/forms/{waiting.template_id}/submit/", {"seen": seen(waiting)})
    assert answer.status_code == 409
    assert steps_of(waiting) == [("submitted", "")]


def test_a_submitted_form_can_be_withdrawn_by_its_department_alone(cast, waiting):
    with acting_as(cast.other_department), pytest.raises(NotFound):
        withdraw_version(actor=cast.other_department, version=waiting)
    with acting_as(cast.department):
        withdraw_version(actor=cast.department, version=waiting)
    waiting.refresh_from_db()
    assert waiting.can_change


def test_the_desk_lists_by_state_with_counts(desk, cast, waiting):
    admitted(cast.district, submitted(cast.department, {"B": "person.sex", "C": "person.age"}))
    page = text_of(desk.get("/admissions/"))
    assert "待审 1" in page
    assert "已准入 1" in page
    assert "退回补充 0" in page
    assert "2 列" in page
    assert "张敏" in page


def test_drafts_are_not_the_desks_business(desk, cast, items):
    draft = make_form(cast.department, COLUMNS, state=FormVersion.State.DRAFT)
    assert desk.get(f"/admissions/{draft.pk}/").status_code == 404


def test_a_department_has_no_desk(client, cast, waiting):
    staff = sign_in(client, cast.department)
    assert staff.get("/admissions/").status_code == 403
    assert decide(staff, waiting, "admit", valid_until=NEXT_YEAR).status_code == 403


def test_a_desk_of_another_district_finds_nothing(client, cast, waiting):
    from accounts.models import Area

    Area.objects.create(code=310115_000000_000000, name="浦东新区", level="district", parent_id=310100_000000_000000)
    other = sign_in(client, make_actor(Role.DISTRICT_ADMIN, 310115_000000_000000))
    assert other.get(f"/admissions/{waiting.pk}/").status_code == 404
    assert decide(other, waiting, "admit", valid_until=NEXT_YEAR).status_code == 404


def test_admitting_gives_number_validity_step_and_the_right_to_collect(desk, cast, waiting):
    with watching() as statements:
        assert decide(desk, waiting, "admit", valid_until=NEXT_YEAR, note="同意").status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.valid_until) == ("admitted", NEXT_YEAR)
    assert waiting.filing_number == f"CM-{localdate().year}-0001"
    assert waiting.decided_at is not None
    assert steps_of(waiting) == [("submitted", ""), ("approved", "同意")]
    assert audited(statements) == ["form.admitted"]
    group = Department.objects.get(pk=cast.department.department_id).group
    assert list(get_groups_with_perms(waiting.template, attach_perms=True).items()) == [(group, ["collect_form"])]


def test_filing_numbers_run_on(cast, waiting):
    first = admitted(cast.district, waiting)
    second = admitted(cast.district, submitted(cast.other_department, {"B": "person.sex"}))
    assert (first.filing_number[-4:], second.filing_number[-4:]) == ("0001", "0002")


@pytest.mark.parametrize("decision", ["return", "refuse"])
def test_a_negative_decision_needs_words_for_the_department(desk, waiting, decision):
    answer = decide(desk, waiting, decision, note=" ")
    assert answer.status_code == 422
    assert "请写明意见" in text_of(answer)
    waiting.refresh_from_db()
    assert waiting.state == "submitted"


def test_admission_without_a_future_validity_is_refused(desk, waiting):
    yesterday = localdate() - timedelta(days=1)
    assert decide(desk, waiting, "admit").status_code == 422
    assert decide(desk, waiting, "admit", valid_until=yesterday).status_code == 422
    waiting.refresh_from_db()
    assert waiting.filing_number == ""


def test_the_department_sees_why_its_form_came_back_and_can_change_it(client, cast, waiting):
    with acting_as(cast.district):
        return_version(actor=cast.district, version=waiting, note="请说明为什么要电话")
    page = text_of(sign_in(client, cast.department).get(f"/forms/{waiting.template_id}/"))
    assert "退回补充:请说明为什么要电话" in page
    assert "核对各列" in page
    with acting_as(cast.department):
        submit_version(actor=cast.department, version=waiting)


def test_a_second_decision_is_answered_409_and_changes_nothing(desk, waiting):
    decide(desk, waiting, "refuse", note="不需要")
    assert decide(desk, waiting, "admit", valid_until=NEXT_YEAR).status_code == 409
    waiting.refresh_from_db()
    assert (waiting.state, waiting.filing_number) == ("refused", "")


def test_the_desk_decides_on_the_row_as_it_is_now_not_as_it_was_read(cast, waiting):
    stale = FormVersion.objects.select_related("template").get(pk=waiting.pk)
    with acting_as(cast.district):
        return_version(actor=cast.district, version=waiting, note="缺依据")
        with pytest.raises(Conflict):
            admit_version(actor=cast.district, version=stale, valid_until=NEXT_YEAR)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_admit_at_the_same_moment_one_is_told_so(cast, waiting):
    start = Barrier(2)

    def admit(_):
        try:
            with acting_as(cast.district):
                start.wait(timeout=10)
                return admit_version(actor=cast.district, version=waiting, valid_until=NEXT_YEAR).filing_number
        except Conflict as conflict:
            return conflict.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(admit, range(2))) == [f"CM-{localdate().year}-0001", "conflict"]
    assert steps_of(waiting) == [("submitted", ""), ("approved", "")]


def test_nobody_decides_on_what_they_submitted_in_another_post(client, cast, items):
    admin = cast.district
    own = Post.objects.create(
        user_id=admin.user_id,
        role=Role.DEPARTMENT_STAFF,
        area_id=admin.area_code,
        department_id=cast.department.department_id,
    )
    as_staff = Post.objects.with_context().get(pk=own.pk).as_actor(second_factor=True)
    version = submitted(as_staff, COLUMNS)
    desk = sign_in(client, admin)
    assert "须由其他人审核" in text_of(desk.get(f"/admissions/{version.pk}/"))
    with watching() as statements:
        assert decide(desk, version, "admit", valid_until=NEXT_YEAR).status_code == 403
    assert audited(statements) == ["access.refused"]
    with acting_as(admin), pytest.raises(NotAllowed):
        return_version(actor=admin, version=version, note="缺依据")
    version.refresh_from_db()
    assert version.state == "submitted"
    assert User.objects.filter(pk=admin.user_id).exists()


def test_data_may_answer_a_form_that_the_registry_knows(desk, cast, waiting):
    with acting_as(cast.town):
        for _ in range(20):
            make_person(EAST, phone="13900002207")
    page = text_of(desk.get(f"/admissions/{waiting.pk}/"))
    assert "可以零打扰" in page
    assert "改为数据直接回答" in page
    with watching() as statements:
        desk.post(f"/admissions/{waiting.pk}/mode/", {"mode": "data", "seen": seen(waiting)})
    waiting.refresh_from_db()
    assert (waiting.answer_mode, waiting.state) == ("data", "submitted")
    assert audited(statements) == ["form.answer_mode"]


def test_data_cannot_answer_what_the_registry_does_not_know(cast, waiting):
    with acting_as(cast.district), pytest.raises(CannotAnswer):
        choose_answer_mode(actor=cast.district, version=waiting, mode=FormVersion.AnswerMode.DATA)


def test_the_page_costs_a_fixed_number_of_queries(desk, cast, waiting, django_assert_max_num_queries):
    for _ in range(3):
        make_form(cast.other_department, COLUMNS)
    with django_assert_max_num_queries(22):
        assert desk.get(f"/admissions/{waiting.pk}/").status_code == 200
