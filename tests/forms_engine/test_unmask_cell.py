"""A worker who fills in may see one masked cell in full, to confirm it."""

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from forms_engine.models import ReportRow
from registry.changes import Change, Source, SourceKind, apply
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_form, make_id_number, make_person, send_form

pytestmark = pytest.mark.django_db
NUMBER = make_id_number()
COLUMNS = {"B": "person.name", "C": "person.id_number", "D": "person.bank_account", "E": "是否上门"}
WHY = {"reason": "填报表格,核对信息"}


@pytest.fixture
def asked(cast, items, client):
    from accounts.jobs import run_job
    from forms_engine.models import Report

    with acting_as(cast.worker):
        person = make_person(EAST, name="单桂兰", id_number=NUMBER)
        source = Source(SourceKind.SELF, "东村 陈秀英", person.created_at.date())
        change = Change(person.pk, {"person.bank_account": "6222021234567890"})
        apply(actor=cast.worker, entity="person", changes=[change], source=source)
    dispatch = send_form(cast.department, make_form(cast.department, COLUMNS, purpose="核对"), EAST)
    run_job(dispatch.job_id)
    with acting_as(cast.worker):
        report = Report.objects.get(dispatch=dispatch)
        assert ReportRow.objects.get(report=report).subject_id == person.pk
    sign_in(client, cast.worker)
    return report.pk, person.pk


def cell(client, asked, letter="C"):
    return client.get(reverse("forms_engine:report_cell", args=[*asked, letter])).json()


def unmask(client, asked, letter="C", **body):
    address = reverse("forms_engine:report_unmask", args=[*asked, letter])
    return client.post(address, WHY | body, content_type="application/json")


def test_the_cell_is_shown_in_full_until_a_moment(client, asked):
    assert NUMBER not in cell(client, asked)["text"]
    answer = unmask(client, asked)
    assert (answer.json()["text"], answer["Cache-Control"]) == (NUMBER, "no-store")
    assert answer.json()["until"]
    assert cell(client, asked)["text"] == NUMBER


def test_other_cells_and_the_rows_stay_masked(client, asked):
    unmask(client, asked)
    assert "6222021234567890" not in str(cell(client, asked, "D"))
    assert NUMBER not in client.get(reverse("forms_engine:report_rows", args=asked[:1])).content.decode()


def test_the_page_of_that_row_and_the_card_show_it_too(client, asked):
    unmask(client, asked)
    for name, pks in (("forms_engine:report_row", asked), ("registry:person_detail", asked[1:])):
        assert NUMBER in client.get(reverse(name, args=pks)).content.decode()


def test_item_subject_and_reason_are_audited(client, asked):
    with watching() as statements:
        unmask(client, asked, reason="check the number")
    assert "person.unmasked" in audited(statements)
    line = next(one for one in statements if "'person.unmasked'" in one)
    assert all(part in line for part in ("person.id_number", "check the number", f"'{asked[1]}'"))


@pytest.mark.parametrize(
    ("letter", "reason", "status"), [("C", "看看", 400), ("E", "填报核对", 422), ("Z", "填报核对", 404)]
)
def test_bad_input_is_refused(client, asked, letter, reason, status):
    assert unmask(client, asked, letter, reason=reason).status_code == status
    assert NUMBER not in cell(client, asked)["text"]


def test_another_village_finds_nothing(cast, client, asked):
    assert unmask(sign_in(client, cast.neighbour), asked).status_code == 404


def test_the_days_limit_holds_here_too(client, asked, settings):
    settings.UNMASK_PER_DAY = 1
    unmask(client, asked)
    refused = unmask(client, asked, "D")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_often")
