"""Filling in without script: the list, one row at a time, adding, removing, submitting."""

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from forms_engine.models import Report, ReportRow
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, WEST, make_person

pytestmark = pytest.mark.django_db


def page(name, report, *more):
    return reverse(f"forms_engine:report_{name}", args=[report.pk, *more])


def row(actor, report, person):
    with acting_as(actor):
        return ReportRow.objects.get(report=report, subject_id=person.pk)


def answers(letter, new, was="", seen=0):
    return {f"new-{letter}": new, f"was-{letter}": was, f"seen-{letter}": str(seen), "then": "stay"}


def fill_gaps(actor, report):
    with acting_as(actor):
        rows = ReportRow.objects.filter(report=report)
        rows.update(values={"B": "某人", "D": "s1.x", "H": "139", "K": "s1.x", "O": "是"}, flags={})


def test_the_list_shows_own_reports_with_their_gaps(client, cast, report):
    text = sign_in(client, cast.worker).get(reverse("forms_engine:report_list")).content.decode()
    assert "高龄津贴发放花名册" in text
    assert "区民政局" in text
    assert text.count("/reports/") >= 1


def test_the_list_of_another_state_is_empty_and_says_so(client, cast, report):
    answer = sign_in(client, cast.worker).get(reverse("forms_engine:report_list"), {"state": "accepted"})
    assert "没有这种状态的报表" in answer.content.decode()


def test_the_page_of_the_grid_tells_the_counts_and_no_resident(client, cast, report, roster):
    answer = sign_in(client, cast.worker).get(page("fill", report))
    assert b'data-count="missing"' in answer.content
    assert "阿卜杜热合曼" not in answer.content.decode()


def test_a_row_is_saved_and_the_next_gap_opens(client, cast, report, roster):
    sign_in(client, cast.worker)
    sent = answers("H", "139 0000 2210") | {"then": "open"}
    answer = client.post(page("row", report, roster["gap"].pk), sent)
    assert answer.url == page("row", report, roster["grid"].pk)
    assert row(cast.worker, report, roster["gap"]).values["H"] == "13900002210"


def test_an_untouched_cell_is_not_sent(client, cast, report, roster):
    sign_in(client, cast.worker)
    client.post(page("row", report, roster["grid"].pk), answers("H", "13900002207", "13900002207"))
    assert row(cast.worker, report, roster["grid"]).edits == {}


def test_a_bad_value_stays_in_its_field_beside_the_reason(client, cast, report, roster):
    sign_in(client, cast.worker)
    answer = client.post(page("row", report, roster["gap"].pk), answers("H", "12"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="12"' in text
    assert "手机号码" in text


def test_a_faster_colleague_is_not_overwritten_by_the_plain_form(client, cast, report, roster):
    sign_in(client, cast.colleague)
    client.post(page("row", report, roster["gap"].pk), answers("H", "13900002211"))
    sign_in(client, cast.worker)
    answer = client.post(page("row", report, roster["gap"].pk), answers("H", "13900002212"))
    assert answer.status_code == 422
    assert "13900002211" in answer.content.decode()
    assert row(cast.worker, report, roster["gap"]).values["H"] == "13900002211"


def test_a_masked_cell_left_empty_keeps_its_value(client, cast, report, roster):
    sign_in(client, cast.worker)
    url = page("row", report, roster["gap"].pk)
    client.post(url, answers("K", "6222000000000004471"))
    client.post(url, answers("K", "", seen=1))
    assert row(cast.worker, report, roster["gap"]).edits["K"]["n"] == 1
    assert "6222000000" not in client.get(url).content.decode()


def test_a_doubtful_value_is_ticked_as_right(client, cast, report, roster):
    with acting_as(cast.worker):
        ReportRow.objects.filter(report=report, subject_id=roster["grid"].pk).update(flags={"H": "confirm"})
    sign_in(client, cast.worker)
    sent = answers("H", "13900002207", "13900002207") | {"right-H": "on"}
    client.post(page("row", report, roster["grid"].pk), sent)
    assert row(cast.worker, report, roster["grid"]).flags == {}


def test_the_list_for_phones_holds_those_that_wait(client, cast, report, roster):
    fill_gaps(cast.worker, report)
    with acting_as(cast.worker):
        rows = ReportRow.objects.filter(report=report, subject_id=roster["gap"].pk)
        rows.update(
            values={"B": "缺电话的人"}, comments={"B": {"text": "请核对", "by": 1, "at": "2026-11-22T00:00:00+00:00"}}
        )
    sign_in(client, cast.worker)
    waiting = client.get(page("subjects", report)).content.decode()
    assert "缺电话的人" in waiting
    assert "某人" not in waiting
    assert "某人" in client.get(page("subjects", report), {"all": "1"}).content.decode()
    assert client.get(page("next", report)).url == page("row", report, roster["gap"].pk)


def test_somebody_missing_is_found_and_added_with_a_reason(client, cast, report, roster):
    sign_in(client, cast.worker)
    assert "小明" in client.get(page("add", report), {"q": "小明"}).content.decode()
    with watching() as statements:
        client.post(page("add", report), {"subject": roster["young"].pk, "reason": "新迁入"})
    added = row(cast.worker, report, roster["young"])
    assert (added.state, added.reason, added.values["H"]) == ("added", "新迁入", "13900002209")
    assert audited(statements) == ["report.subject_added"]


def test_nobody_of_the_next_village_is_found_or_added(client, cast, report, roster):
    sign_in(client, cast.worker)
    assert "没有找到" in client.get(page("add", report), {"q": "沈阿妹"}).content.decode()
    answer = client.post(page("add", report), {"subject": roster["west"].pk, "reason": "新迁入"})
    assert answer.status_code == 404


def test_adding_asks_for_a_reason_and_offers_nobody_twice(client, cast, report, roster):
    sign_in(client, cast.worker)
    answer = client.post(page("add", report), {"subject": roster["young"].pk, "reason": " ", "q": "小明"})
    assert answer.status_code == 422
    assert "没有增加" in answer.content.decode()
    assert "已在名册中" in client.get(page("add", report), {"q": "施桂兰"}).content.decode()


def test_a_row_is_removed_with_a_reason_and_put_back(client, cast, report, roster):
    sign_in(client, cast.worker)
    client.post(page("remove", report, roster["gap"].pk), {"reason": "已去世"})
    assert row(cast.worker, report, roster["gap"]).state == "removed"
    assert "已去世" in client.get(page("fill", report)).content.decode()
    client.post(page("restore", report, roster["gap"].pk))
    assert row(cast.worker, report, roster["gap"]).state == "listed"


def test_submitting_is_refused_with_a_link_to_every_gap(client, cast, report, roster):
    answer = sign_in(client, cast.worker).post(page("submit", report))
    assert answer.status_code == 422
    assert f"#cell-{roster['gap'].pk}-H" in answer.content.decode()
    with acting_as(cast.worker):
        assert Report.objects.get(pk=report.pk).state == Report.State.FILLING


def test_a_full_report_is_submitted(client, cast, report, roster):
    fill_gaps(cast.worker, report)
    sign_in(client, cast.worker)
    assert "必填的格都填好了" in client.get(page("submit", report)).content.decode()
    assert client.post(page("submit", report)).url == reverse("forms_engine:report_list")
    with acting_as(cast.worker):
        assert Report.objects.get(pk=report.pk).state == Report.State.SUBMITTED
    assert client.post(page("submit", report)).status_code == 409


def test_a_grid_worker_fills_but_does_not_submit(client, cast, report, roster):
    sign_in(client, cast.grid_worker)
    assert "检查并提交" not in client.get(page("fill", report)).content.decode()
    assert client.get(page("submit", report)).status_code == 403
    assert client.get(page("row", report, roster["gap"].pk)).status_code == 404


def test_the_list_costs_the_same_queries_for_one_and_many_reports(client, cast, form, sent, roster):
    from accounts.jobs import run_job
    from tests.factories import send_form

    sign_in(client, cast.worker)
    with watching() as one:
        client.get(reverse("forms_engine:report_list"))
    for number in range(3):
        run_job(send_form(cast.department, form, EAST, WEST, period=f"第 {number} 期").job_id)
    with watching() as four:
        client.get(reverse("forms_engine:report_list"))
    assert len(four) == len(one)


def test_long_names_and_markup_are_shown_as_text(client, cast, report, roster):
    with acting_as(cast.worker):
        mischief = make_person(EAST, name="<script>alert(1)</script>")
    sign_in(client, cast.worker)
    client.post(page("add", report), {"subject": mischief.pk, "reason": "试"})
    text = client.get(page("row", report, mischief.pk)).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text
