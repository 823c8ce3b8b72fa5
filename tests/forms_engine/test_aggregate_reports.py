"""Totals of what villages handed in, by area."""

import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.codes import Level
from accounts.errors import NotFound
from accounts.roles import Role
from accounts.scope import acting_as
from forms_engine.models import FormVersion, Report, ReportRow
from forms_engine.selectors.aggregate import get_aggregate
from tests.doors import sign_in
from tests.factories import DISTRICT, EAST, TOWN, WEST, make_actor, make_form, send_form
from tests.forms_engine.giving import grant

pytestmark = pytest.mark.django_db
COLUMNS = {
    "B": "person.name",
    "C": "person.sex",
    "E": "person.age",
    "I": "person.elderly_allowance_standard",
    "J": "person.self_care_ability",
    "N": "是否上门",
}


@pytest.fixture
def counted(cast, items):
    """东村 accepted with 7 people, 西村 handed in with 3; I is a number, C a code list, ages are not added up."""
    form = make_form(cast.department, COLUMNS, purpose="发放津贴")
    form.columns.filter(letter="N").update(type="boolean")
    form.columns.filter(letter="E").update(type="integer")
    form.columns.filter(letter="I").update(type="decimal")
    grant(cast.department, form.template)
    dispatch = send_form(cast.department, form, EAST, WEST)
    with acting_as(cast.town):
        for code, state, people in ((EAST, "accepted", 7), (WEST, "submitted", 3)):
            report = Report.objects.get(dispatch=dispatch, area_code=code)
            Report.objects.filter(pk=report.pk).update(state=state)
            ReportRow.objects.bulk_create(_row(report, number) for number in range(1, people + 1))
    return dispatch


def _row(report, number):
    values = {
        "B": f"人{number}",
        "C": "1" if number <= 2 else "2",
        "E": 80 + number,
        "I": f"{50 + number}.50",
        "N": number % 2 == 0,
    }
    return ReportRow(
        district=report.district,
        area_code=report.area_code,
        report_id=report.pk,
        subject_id=number,
        position=number,
        values=values,
    )


def totals(actor, dispatch, **options):
    with acting_as(actor):
        return get_aggregate(actor=actor, dispatch=dispatch, **options)


def test_a_district_sees_its_towns_and_their_sums(cast, counted):
    found = totals(cast.department, counted)
    assert (found.level, [area.name for area in found.areas]) == (Level.TOWN, ["城桥镇"])
    (town,) = found.areas
    assert (town.reports, town.handed, town.accepted, town.subjects) == (2, 2, 1, 7)
    assert town.sums == [Decimal("381.50")]
    assert dict(town.values) == {"男": 2, "女": 5, "其他": 0}


def test_what_is_not_reviewed_counts_only_when_asked(cast, counted):
    assert totals(cast.department, counted, unreviewed=True).total.subjects == 10


def test_a_town_opens_into_its_communities(cast, counted):
    found = totals(cast.department, counted, area_code=TOWN, unreviewed=True)
    assert [(area.name, area.subjects) for area in found.areas] == [("东村", 7), ("西村", 3)]
    assert [area.name for area in found.path] == ["崇明区"]
    assert found.is_lowest


def test_another_column_is_counted_on_demand(cast, counted):
    found = totals(cast.department, counted, letter="N")
    assert found.column.letter == "N"
    assert [found.total.values[value] for value in ("是", "否")] == [3, 4]


def test_empty_cells_are_counted_as_not_filled(cast, counted):
    with acting_as(cast.town):
        ReportRow.objects.filter(report__area_code=EAST, position=1).update(values={"B": "人1"})
    found = totals(cast.department, counted)
    assert found.total.values["未填"] == 1
    assert found.values[-1] == "未填"


def test_removed_rows_do_not_count(cast, counted):
    with acting_as(cast.town):
        ReportRow.objects.filter(report__area_code=EAST, position=1).update(state=ReportRow.State.REMOVED)
    assert totals(cast.department, counted).total.subjects == 6


def test_a_column_above_the_readers_level_is_not_added_up_without_a_purpose(cast, counted):
    assert "J" in [column.letter for column in totals(cast.department, counted).measures.counted]
    FormVersion.objects.filter(pk=counted.version_id).update(purpose="")
    counted.version.refresh_from_db()
    assert "J" not in [column.letter for column in totals(cast.department, counted).measures.counted]


def test_an_area_outside_the_scope_is_not_found(cast, counted):
    with pytest.raises(NotFound):
        totals(cast.department, counted, area_code=310100_000000_000000)
    with pytest.raises(NotFound):
        totals(cast.department, counted, area_code=TOWN + 999 * 10**6)


def test_a_town_office_counts_its_own_area(cast, counted):
    from accounts.models import Department

    department = Department.objects.get(pk=cast.department.department_id)
    office = make_actor(Role.DEPARTMENT_STAFF, WEST, name="王五", department=department)
    assert totals(office, counted, unreviewed=True).total.subjects == 3


def test_the_page_holds_back_small_counts_of_a_community(cast, counted, client):
    sign_in(client, cast.department)
    page = client.get(reverse("forms_engine:aggregate", args=[counted.pk]), {"area": TOWN, "unreviewed": 1})
    text = page.content.decode()
    west = re.search(r"西村</th>(.*?)</tr>", text, re.S)[1]
    assert re.findall(r'num">([^<]*)<', west) == ["1/1", "0", "&lt;5", "—", "&lt;5", "&lt;5"]
    chart = json.loads(re.search(r'id="chart-data"[^>]*>(.*?)</script>', text)[1])
    assert chart["bars"] == [[None, 5], [None, None]]


def test_a_town_is_shown_in_full(cast, counted, client):
    sign_in(client, cast.department)
    text = client.get(reverse("forms_engine:aggregate", args=[counted.pk])).content.decode()
    town = re.search(r"城桥镇</a></th>(.*?)</tr>", text, re.S)[1]
    assert re.findall(r'num">([^<]*)<', town) == ["2/2", "1", "7", "381.5", "2", "5"]
    assert f"?area={TOWN}" in text


@pytest.mark.parametrize("query", [{"area": "x"}, {"column": "ZZ"}, {"column": "abcdef"}, {}])
def test_odd_questions_fall_back_to_the_whole(cast, counted, client, query):
    sign_in(client, cast.department)
    assert client.get(reverse("forms_engine:aggregate", args=[counted.pk]), query).status_code == 200


@pytest.mark.parametrize("role", ["worker", "town", "district"])
def test_only_departments_open_the_page(cast, counted, client, role):
    sign_in(client, getattr(cast, role))
    assert client.get(reverse("forms_engine:aggregate", args=[counted.pk])).status_code == 403


def test_the_totals_cost_the_same_queries_for_more_people(cast, counted):
    def queries():
        with CaptureQueriesContext(connection) as found:
            totals(cast.department, counted, area_code=DISTRICT, unreviewed=True)
        return len(found)

    totals(cast.department, counted)
    before = queries()
    with acting_as(cast.town):
        report = Report.objects.get(dispatch=counted, area_code=EAST)
        ReportRow.objects.bulk_create(_row(report, number) for number in range(8, 60))
    assert queries() == before
