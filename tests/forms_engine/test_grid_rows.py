"""Rows of the grid over HTTP, through row-level security."""

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from forms_engine.headers import split_header
from forms_engine.models import ReportRow
from forms_engine.selectors.grid import BadPlace, Place
from forms_engine.services.fill import Edit, save_cells
from tests.doors import sign_in, watching
from tests.factories import EAST, make_person

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


def ask(client, report, **query):
    return client.get(reverse("forms_engine:report_rows", args=[report.pk]), query, **JSON)


def test_rows_carry_texts_and_states_along_the_columns(client, cast, report, roster):
    page = ask(sign_in(client, cast.worker), report).json()
    by_id = {row["id"]: row for row in page["rows"]}
    known, gap = by_id[roster["grid"].pk], by_id[roster["gap"].pk]
    assert known["texts"][0] == "施桂兰"
    assert known["texts"][3] == "13900002207"
    assert (known["states"][3], gap["states"][3]) == ("k", "m")
    assert page["next"] == ""


def test_an_identity_number_leaves_masked(client, cast, form, items):
    from accounts.jobs import run_job
    from forms_engine.models import Report
    from tests.factories import make_id_number, send_form

    number = make_id_number()
    with acting_as(cast.town):
        make_person(EAST, name="倪永昌", id_number=number)
    run_job(send_form(cast.department, form, EAST).job_id)
    with acting_as(cast.worker):
        report = Report.objects.get()
    answer = ask(sign_in(client, cast.worker), report)
    assert number not in answer.content.decode()
    assert f"{number[:6]}********{number[-4:]}" in answer.content.decode()


def test_pages_follow_each_other_without_loss_or_repetition(client, cast, report, roster):
    sign_in(client, cast.worker)
    first = ask(client, report, limit=1).json()
    second = ask(client, report, limit=1, after=first["next"]).json()
    assert second["next"] == ""
    assert {first["rows"][0]["id"], second["rows"][0]["id"]} == {roster["grid"].pk, roster["gap"].pk}


def test_a_grid_worker_gets_the_rows_of_the_own_grid_only(client, cast, report, roster):
    page = ask(sign_in(client, cast.grid_worker), report).json()
    assert [row["id"] for row in page["rows"]] == [roster["grid"].pk]


def test_a_removed_row_is_not_in_the_grid(client, cast, report, roster):
    with acting_as(cast.worker):
        ReportRow.objects.filter(report=report, subject_id=roster["gap"].pk).update(state="removed")
    page = ask(sign_in(client, cast.worker), report).json()
    assert [row["id"] for row in page["rows"]] == [roster["grid"].pk]


def test_a_page_costs_the_same_queries_whatever_its_rows(client, cast, report, roster):
    sign_in(client, cast.worker)
    with watching() as two_rows:
        ask(client, report)
    with acting_as(cast.worker):
        rows = [
            ReportRow(
                district=report.district,
                report_id=report.pk,
                subject_id=10**9 + number,
                area_code=EAST,
                position=100 + number,
                values={"B": "某人"},
            )
            for number in range(50)
        ]
        ReportRow.objects.bulk_create(rows)
    with watching() as fifty_two_rows:
        assert len(ask(client, report).json()["rows"]) == 52
    assert len(fifty_two_rows) == len(two_rows) <= 12


def test_an_edit_is_counted_and_marked_since_the_last_review(client, cast, report, roster):
    with acting_as(cast.worker):
        save_cells(actor=cast.worker, report=report, edits=[Edit(roster["gap"].pk, "H", "13900002210")])
    rows = {row["id"]: row for row in ask(sign_in(client, cast.worker), report).json()["rows"]}
    assert rows[roster["gap"].pk]["counts"] == {"H": 1}
    assert rows[roster["gap"].pk]["states"][3] == "e"
    assert rows[roster["gap"].pk]["fresh"] == []


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1001}, {"limit": "viele"}, {"after": "hier"}])
def test_a_wrong_page_is_refused_with_a_sentence(client, cast, report, query):
    answer = ask(sign_in(client, cast.worker), report, **query)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_place_is_read_as_it_is_written():
    assert Place.read(str(Place(12, 34))) == Place(12, 34)
    for wrong in ("12", "12-", "a-b", "1-2-3", "１-２"):
        with pytest.raises(BadPlace):
            Place.read(wrong)


def test_a_slash_inside_brackets_does_not_split_a_header():
    assert split_header("房东信息/姓名") == ["房东信息", "姓名"]
    assert split_header("补贴标准(元/月)") == ["补贴标准(元/月)"]
    assert split_header("补贴(元/月)/标准（元/月）") == ["补贴(元/月)", "标准（元/月）"]
