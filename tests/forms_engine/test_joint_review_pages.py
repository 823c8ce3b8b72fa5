"""Joint review (联审) of a form on the pages of the district, the asked department and everybody else."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.approvals.clock import add_working_days
from accounts.models import ApprovalReviewer, Department
from accounts.scope import acting_as
from forms_engine.selectors.admissions import get_approval_of
from forms_engine.services.admit import invite_departments, return_version, submit_version
from tests.doors import audited, sign_in, watching
from tests.forms_engine.bringing import submitted, text_of

pytestmark = pytest.mark.django_db
COLUMNS = {"B": "person.name", "C": "person.phone"}
NEXT_YEAR = localdate() + timedelta(days=365)


@pytest.fixture
def waiting(cast, items):
    return submitted(cast.department, COLUMNS)


@pytest.fixture
def asked(cast, waiting):
    """区残联 was asked about the form of 区民政局."""
    with acting_as(cast.district):
        (review,) = invite_departments(
            actor=cast.district, version=waiting, departments=[disabled(cast)], days=5, seen=seen(waiting)
        )
    return review


def disabled(cast):
    return Department.objects.get(pk=cast.other_department.department_id)


def seen(version):
    return get_approval_of(version).version


def invite(client, version, *departments, **fields):
    data = {"departments": [one.pk for one in departments], "days": 5, "seen": seen(version)}
    return client.post(f"/admissions/{version.pk}/review/", data | fields)


def answer(client, review, opinion="agree", **fields):
    return client.post(f"/opinions/{review.pk}/", {"opinion": opinion, "seen": 1, **fields})


def admit(client, version, **fields):
    data = {"decision": "admit", "valid_until": NEXT_YEAR, "seen": seen(version)}
    return client.post(f"/admissions/{version.pk}/", data | fields)


def test_the_desk_asks_departments_from_the_page(client, cast, waiting):
    desk = sign_in(client, cast.district)
    page = text_of(desk.get(f"/admissions/{waiting.pk}/"))
    assert "请部门会审" in page
    assert "区残联" in page
    assert ">区民政局</label>" not in page
    with watching() as statements:
        assert invite(desk, waiting, disabled(cast)).status_code == 302
    assert audited(statements) == ["form.reviewers_invited"]
    page = text_of(desk.get(f"/admissions/{waiting.pk}/"))
    assert f"已请 1 个部门在 {add_working_days(localdate(), 5):%Y-%m-%d} 前给出意见" in page
    assert "等待回复" in page
    assert "已回 0 / 1" in text_of(desk.get("/admissions/"))


def test_asking_nobody_or_without_days_is_refused_on_the_form(client, cast, waiting):
    desk = sign_in(client, cast.district)
    refused = invite(desk, waiting)
    assert refused.status_code == 422
    assert "请至少选择一个部门" in text_of(refused)
    assert f'action="/admissions/{waiting.pk}/#decide"' in text_of(refused)
    assert invite(desk, waiting, disabled(cast), days=0).status_code == 422
    own = Department.objects.get(pk=cast.department.department_id)
    assert invite(desk, waiting, own).status_code == 422
    assert not ApprovalReviewer.objects.exists()


def test_asking_twice_from_one_page_is_a_conflict(client, cast, waiting):
    desk = sign_in(client, cast.district)
    old = seen(waiting)
    invite(desk, waiting, disabled(cast))
    assert invite(desk, waiting, disabled(cast), seen=old).status_code == 409


def test_the_asked_department_sees_the_form_and_gives_its_opinion(client, cast, waiting, asked):
    staff = sign_in(client, cast.other_department)
    assert "给意见" in text_of(staff.get("/opinions/"))
    page = text_of(staff.get(f"/opinions/{asked.pk}/"))
    assert "区民政局 申请" in page
    assert "person.phone" in page
    with watching() as statements:
        assert answer(staff, asked, "conditions", text="电话只用于紧急联系").status_code == 302
    assert audited(statements) == ["form.opinion_given"]
    assert "没有等待回复的" in text_of(staff.get("/opinions/"))
    page = text_of(staff.get(f"/opinions/{asked.pk}/"))
    assert "有条件同意" in page
    assert "提交意见" not in page


def test_an_opinion_without_a_choice_or_its_reason_is_refused_on_the_form(client, cast, asked):
    staff = sign_in(client, cast.other_department)
    assert "请选择一种意见" in text_of(answer(staff, asked, ""))
    refused = answer(staff, asked, "object", text=" ")
    assert refused.status_code == 422
    assert "请写明不同意的理由" in text_of(refused)


def test_a_doubled_opinion_is_answered_409_as_page_and_as_json(client, cast, asked):
    staff = sign_in(client, cast.other_department)
    answer(staff, asked)
    again = answer(staff, asked, "object", text="反悔")
    assert again.status_code == 409
    assert "已经给过意见" in text_of(again)
    as_json = staff.post(
        f"/opinions/{asked.pk}/", {"opinion": "agree", "seen": 1}, headers={"accept": "application/json"}
    )
    assert (as_json.status_code, as_json.json()["code"]) == (409, "conflict")
    assert "已经给过意见" in as_json.json()["detail"]


def test_a_doubled_decision_is_answered_409_as_page_and_as_json(client, cast, waiting):
    desk = sign_in(client, cast.district)
    body = {"decision": "refuse", "note": "不需要", "seen": seen(waiting)}
    assert desk.post(f"/admissions/{waiting.pk}/", body).status_code == 302
    again = desk.post(f"/admissions/{waiting.pk}/", body)
    assert again.status_code == 409
    assert "刚才的一步没有生效" in text_of(again)
    as_json = desk.post(f"/admissions/{waiting.pk}/", body, headers={"accept": "application/json"})
    assert (as_json.status_code, as_json.json()["code"]) == (409, "conflict")
    assert "请刷新页面" in as_json.json()["detail"]


@pytest.mark.parametrize("field", ["", "x", "999999999999", "-1", "²"])
def test_a_page_that_does_not_say_what_it_showed_decides_nothing(client, cast, waiting, field):
    body = {"decision": "refuse", "note": "不需要", "seen": field}
    assert sign_in(client, cast.district).post(f"/admissions/{waiting.pk}/", body).status_code == 409


def test_a_decision_from_a_page_older_than_the_last_opinion_is_answered_409(client, cast, waiting, asked):
    old = seen(waiting)
    answer(sign_in(client, cast.other_department), asked, "object", text="没有依据")
    desk = sign_in(client, cast.district)
    assert admit(desk, waiting, seen=old, note="同意").status_code == 409
    assert admit(desk, waiting, note="依据已补").status_code == 302


def test_the_desk_waits_for_the_opinions_and_says_for_whose(client, cast, waiting, asked):
    desk = sign_in(client, cast.district)
    refused = admit(desk, waiting)
    assert refused.status_code == 422
    assert "在等区残联的意见" in text_of(refused)


def test_silence_past_the_clock_is_shown_as_such_and_the_desk_may_decide(client, cast, waiting, asked):
    ApprovalReviewer.objects.update(due_on=localdate() - timedelta(days=1))
    staff = sign_in(client, cast.other_department)
    assert "逾期未回" in text_of(staff.get(f"/opinions/{asked.pk}/"))
    late = answer(staff, asked)
    assert late.status_code == 409
    assert "联审期限已过" in text_of(late)
    desk = sign_in(client, cast.district)
    page = text_of(desk.get(f"/admissions/{waiting.pk}/"))
    assert "逾期未回" in page
    assert "不算同意" in page
    assert "✓ 同意" not in page
    assert admit(desk, waiting).status_code == 302


def test_the_requesting_department_sees_what_was_said(client, cast, waiting, asked):
    answer(sign_in(client, cast.other_department), asked, "object", text="与台账重复")
    page = text_of(sign_in(client, cast.department).get(f"/forms/{waiting.template_id}/"))
    assert "区残联" in page
    assert "与台账重复" in page


def test_what_others_were_asked_is_not_found(client, cast, waiting, asked):
    for stranger in (cast.department, cast.district, cast.worker):
        answered = answer(sign_in(client, stranger), asked)
        assert answered.status_code == (404 if stranger is cast.department else 403)
    staff = sign_in(client, cast.other_department)
    assert staff.get(f"/admissions/{waiting.pk}/").status_code == 403
    assert staff.get(f"/forms/{waiting.template_id}/").status_code == 404
    assert staff.get("/opinions/999999/").status_code == 404
    assert invite(staff, waiting, disabled(cast)).status_code == 403


def test_a_returned_form_no_longer_asks_and_a_new_round_begins_anew(client, cast, waiting, asked):
    with acting_as(cast.district):
        return_version(actor=cast.district, version=waiting, note="缺依据")
    staff = sign_in(client, cast.other_department)
    assert "不用再回复" in text_of(staff.get("/opinions/"))
    assert answer(staff, asked).status_code == 409
    with acting_as(cast.department):
        submit_version(actor=cast.department, version=waiting)
    assert answer(staff, asked).status_code == 409
    assert "还没有请部门会审" in text_of(sign_in(client, cast.district).get(f"/admissions/{waiting.pk}/"))


def test_the_list_says_what_is_overdue_at_the_desk(client, cast, waiting):
    desk = sign_in(client, cast.district)
    assert "超过办结期限" not in text_of(desk.get("/admissions/"))
    approval = get_approval_of(waiting)
    approval.due_on = localdate() - timedelta(days=1)
    approval.save()
    assert "有 1 件超过办结期限" in text_of(desk.get("/admissions/"))
    assert "已逾期" in text_of(desk.get("/"))


def test_the_pages_cost_a_fixed_number_of_queries(client, cast, waiting, asked, django_assert_max_num_queries):
    for _ in range(3):
        version = submitted(cast.department, COLUMNS)
        with acting_as(cast.district):
            invite_departments(
                actor=cast.district, version=version, departments=[disabled(cast)], days=5, seen=seen(version)
            )
    staff = sign_in(client, cast.other_department)
    with django_assert_max_num_queries(13):
        staff.get("/opinions/")
    with django_assert_max_num_queries(20):
        staff.get(f"/opinions/{asked.pk}/")
