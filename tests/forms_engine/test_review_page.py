"""The town's review over HTTP."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import acting_as
from forms_engine.models import Dispatch, Report, ReportRow
from forms_engine.selectors.reviews import count_changes
from forms_engine.services.fill import Edit, save_cells, submit_report
from tests.doors import sign_in

pytestmark = pytest.mark.django_db


def page(name, report):
    return reverse(f"forms_engine:report_{name}", args=[report.pk])


@pytest.fixture
def submitted(cast, report, roster):
    """The report of 东村, filled and handed in."""
    with acting_as(cast.worker):
        rows = ReportRow.objects.filter(report=report)
        rows.update(values={"B": "施桂兰", "D": "s1.x", "H": "13900002207", "K": "s1.x", "O": True}, flags={})
        return submit_report(actor=cast.worker, report=report)


def state(actor, report):
    with acting_as(actor):
        return Report.objects.get(pk=report.pk).state


def test_the_list_shows_what_waits_with_its_village(client, cast, submitted):
    text = sign_in(client, cast.town).get(reverse("forms_engine:review_list")).content.decode()
    assert "东村" in text
    assert "西村" not in text


def test_the_list_of_late_ones_holds_who_has_not_submitted(client, cast, submitted):
    Dispatch.objects.update(due_at=timezone.now() - timedelta(days=2))
    text = sign_in(client, cast.town).get(reverse("forms_engine:review_list"), {"show": "late"}).content.decode()
    assert "西村" in text
    assert "已逾期" in text
    assert ">东村<" not in text


def test_a_report_is_returned_with_comments_and_the_worker_sees_them(client, cast, submitted, roster):
    said = [{"id": roster["gap"].pk, "letter": "H", "text": "号码打不通"}]
    sign_in(client, cast.town)
    client.post(page("return", submitted), {"comments": json.dumps(said), "note": "请核对电话"})
    assert state(cast.worker, submitted) == Report.State.RETURNED
    sign_in(client, cast.worker)
    assert "请核对电话" in client.get(page("fill", submitted)).content.decode()
    row = reverse("forms_engine:report_row", args=[submitted.pk, roster["gap"].pk])
    assert "号码打不通" in client.get(row).content.decode()


@pytest.mark.parametrize("comments", ['[{"id": "x"}]', '{"a": 1}', "kein json"])
def test_comments_of_a_wrong_shape_are_refused_on_the_page(client, cast, submitted, comments):
    answer = sign_in(client, cast.town).post(page("return", submitted), {"comments": comments, "note": "x"})
    assert answer.status_code == 422
    assert state(cast.town, submitted) == Report.State.SUBMITTED


def test_returning_without_a_word_is_refused(client, cast, submitted):
    answer = sign_in(client, cast.town).post(page("return", submitted), {"comments": "[]", "note": " "})
    assert answer.status_code == 422
    assert state(cast.town, submitted) == Report.State.SUBMITTED


def test_a_report_is_accepted_once(client, cast, submitted):
    sign_in(client, cast.town)
    assert client.post(page("accept", submitted)).status_code == 302
    assert state(cast.town, submitted) == Report.State.ACCEPTED
    assert client.post(page("accept", submitted)).status_code == 409


def test_several_reports_are_accepted_together_or_not_at_all(client, cast, submitted, sent):
    with acting_as(cast.neighbour):
        other = Report.objects.get(dispatch=sent)
    sign_in(client, cast.town)
    url = reverse("forms_engine:review_accept")
    assert client.post(url, {"report": [submitted.pk, other.pk]}).status_code == 409
    assert state(cast.town, submitted) == Report.State.SUBMITTED
    assert client.post(url, {"report": [submitted.pk]}).status_code == 302
    assert state(cast.town, submitted) == Report.State.ACCEPTED


def test_what_changed_since_the_last_review_is_counted_and_marked(client, cast, submitted, roster):
    said = [{"id": roster["gap"].pk, "letter": "H", "text": "号码打不通"}]
    sign_in(client, cast.town)
    client.post(page("return", submitted), {"comments": json.dumps(said), "note": ""})
    with acting_as(cast.worker):
        report = Report.objects.select_related("dispatch__version").get(pk=submitted.pk)
        Report.objects.filter(pk=report.pk).update(reviewed_at=timezone.now() - timedelta(minutes=1))
        save_cells(actor=cast.worker, report=report, edits=[Edit(roster["gap"].pk, "H", "13900002233")])
        report = submit_report(actor=cast.worker, report=report)
        assert count_changes(report) == 1
    text = client.get(page("review", submitted)).content.decode()
    assert "格上次审核后改过" in text
    assert "号码打不通" in text
    assert "已改" in text
    rows = client.get(reverse("forms_engine:report_rows", args=[submitted.pk])).json()["rows"]
    assert [row["fresh"] for row in rows if row["id"] == roster["gap"].pk] == [["H"]]
