"""The return ledger: what departments took from villages, what they gave back, how they kept their clocks."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from openpyxl import load_workbook

from accounts.approvals.rules import Side
from accounts.models import Approval, ApprovalStep, Department
from accounts.scope import acting_as
from data_return.correction_rules import Finding
from data_return.models import Correction, Dataset
from data_return.services.correcting import Mark, answer_correction, mark_record
from data_return.services.grants import return_request
from portal.periods import month_of, year_of
from portal.selectors.returns import Given, Requests, list_lines
from tests.data_return.conftest import dataset, grant_to, officers  # noqa: F401
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, ask_for_grant, decide_grant, make_person, make_record
from tests.portal.test_burden import send

pytestmark = pytest.mark.django_db


def ledger(actor, period=None):
    with acting_as(actor):
        lines = list_lines(actor=actor, period=period or year_of(localdate()))
        return {line.department.name: line for line in lines}


@pytest.fixture
def person(cast, items):
    with acting_as(cast.worker):
        return make_person(EAST, name="施桂兰")


def test_what_was_taken_and_what_was_given_stand_side_by_side(client, cast, officers, dataset, person, grant_to):  # noqa: F811
    send(cast.department, EAST)
    grant_to(cast.worker)
    make_record(officers.disabled, dataset, EAST, person=person, name="施桂兰")
    Dataset.objects.update(quality={"rows": 7, "matched": 7, "filled": {}}, loaded_at="2020-01-01T00:00+08:00")
    sign_in(client, cast.worker).get(reverse("registry:person_detail", args=[person.pk]))
    found = ledger(cast.district)
    assert set(found) == {"区民政局", "区残联"}
    assert (found["区民政局"].taken.sendings, found["区民政局"].given) == (1, Given())
    assert found["区残联"].taken.sendings == 0
    assert found["区残联"].given == Given(datasets=1, records=7, stale=1, grants=1, uses=1, read=1)


def test_a_dataset_renewed_in_time_is_no_debt(cast, dataset):  # noqa: F811
    Dataset.objects.update(loaded_at=f"{localdate() - timedelta(days=29)}T00:00+08:00")
    assert ledger(cast.district)["区残联"].given.stale == 0
    Dataset.objects.update(loaded_at=None)
    assert ledger(cast.district)["区残联"].given.stale == 1


def test_requests_are_counted_by_how_the_department_answered(cast, officers, dataset):  # noqa: F811
    in_time, late = ask_for_grant(cast.worker, dataset), ask_for_grant(cast.neighbour, dataset)
    waiting, overdue = ask_for_grant(cast.town, dataset), ask_for_grant(cast.worker, dataset)
    yesterday = localdate() - timedelta(days=1)
    decide_grant(in_time, officers.disabled)
    Approval.objects.filter(subject_id__in=[late.pk, overdue.pk], kind="grant").update(due_on=yesterday)
    decide_grant(late, officers.disabled, step=return_request, note="请写明用途")
    assert waiting.pk != overdue.pk
    assert ledger(cast.district)["区残联"].requests == Requests(asked=4, in_time=1, late=1, waiting=2, overdue=1)
    assert ApprovalStep.objects.filter(side=Side.PARTNER).count() == 2


def test_corrections_are_counted_by_the_same_clock_as_elsewhere(cast, officers, dataset, person, grant_to):  # noqa: F811
    grant_to(cast.worker)
    key = make_record(officers.disabled, dataset, EAST, person=person, name="施桂兰")
    other = make_record(officers.disabled, dataset, EAST, name="施桂芳")
    with acting_as(cast.worker):
        first, _ = (
            mark_record(actor=cast.worker, record_pk=pk, version=b"1".hex(), mark=Mark(Finding.MOVED)).correction
            for pk in (key, other)
        )
    with acting_as(officers.disabled):
        answer_correction(actor=officers.disabled, pk=first.pk, seen=first.version, accept=True)
        Correction.objects.visible_to(officers.disabled).exclude(pk=first.pk).update(due_on="2020-01-01")
    corrections = ledger(cast.district)["区残联"].corrections
    assert (corrections.in_time, corrections.accepted, corrections.open, corrections.overdue) == (1, 1, 1, 1)


def test_what_was_done_in_another_month_is_not_told_in_this_one(cast, officers, dataset, grant_to):  # noqa: F811
    grant_to(cast.worker)
    long_ago = month_of(localdate() - timedelta(days=400))
    line = ledger(cast.district, long_ago)["区残联"]
    assert (line.requests.asked, line.requests.in_time, line.given.uses) == (0, 0, 0)


def test_a_data_officer_reads_the_own_department_alone(client, cast, officers, dataset):  # noqa: F811
    send(cast.department, EAST)
    assert set(ledger(officers.disabled)) == {"区残联"}
    assert ledger(officers.nowhere) == {}
    text = sign_in(client, officers.disabled).get(reverse("portal:returns")).content.decode()
    assert "区残联" in text
    assert "区民政局" not in text


@pytest.mark.parametrize("who", ["worker", "town", "department", "system"])
def test_others_have_no_such_page(client, cast, items, who):
    assert sign_in(client, getattr(cast, who)).get(reverse("portal:returns")).status_code == 403


def test_the_page_names_no_village_and_no_worker(client, cast, officers, dataset, grant_to):  # noqa: F811
    send(cast.department, EAST)
    grant_to(cast.worker)
    text = sign_in(client, cast.district).get(reverse("portal:returns")).content.decode()
    assert "区民政局" in text
    for name in ("东村", "陈秀英", "张敏"):
        assert name not in text


def test_it_leaves_as_excel_with_a_line(client, cast, dataset):  # noqa: F811
    sign_in(client, cast.district)
    with watching() as statements:
        answer = client.get(reverse("portal:returns_export"), {"period": str(localdate().year)})
    assert audited(statements) == ["returns.exported"]
    head, row = load_workbook(io.BytesIO(answer.content)).active.values
    assert dict(zip(head, row, strict=True))["返还村居的:数据集"] == "1"
    assert row[0] == "区残联"


def test_a_period_that_cannot_be_read_says_so(client, cast, items):
    answer = sign_in(client, cast.district).get(reverse("portal:returns"), {"period": "昨天"})
    assert answer.status_code == 422


def test_it_costs_the_same_however_many_departments(client, cast, officers, dataset):  # noqa: F811
    url = reverse("portal:returns")
    send(cast.department, EAST)
    sign_in(client, cast.district).get(url)
    with watching() as one:
        client.get(url)
    for number in range(5):
        Department.objects.create(name=f"{number}局", area_id=cast.district.area_code)
    send(cast.other_department, EAST)
    with watching() as two:
        client.get(url)
    assert len(one) == len(two)
