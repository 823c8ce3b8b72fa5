"""Totals of what villages handed in, by area."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.codes import Level
from accounts.errors import NotFound
from accounts.roles import Role
from accounts.scope import acting_as
from forms_engine.models import FormVersion, Report, ReportRow, ReportTotals
from forms_engine.selectors.aggregate import get_aggregate
from forms_engine.services.fill import submit_report
from forms_engine.services.totals import take_totals
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
            Report.objects.filter(pk=report.pk).update(state=state, submitted_at=timezone.now())
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
        return take_totals(actor=actor, dispatch=dispatch, **options)


@pytest.fixture
def plain(settings):
    """Nothing is small: for tests of adding up."""
    settings.SMALL_COUNT = 1


def by_value(found, line):
    return dict(zip(found.values, line.values, strict=True))


def test_a_district_sees_its_towns_and_their_sums(cast, counted, plain):
    found = totals(cast.department, counted)
    assert (found.level, [area.name for area in found.areas]) == (Level.TOWN, ["城桥镇"])
    (town,) = found.areas
    assert (town.reports, town.handed, town.accepted, town.subjects) == (2, 2, 1, "7")
    assert town.sums == ["381.5"]
    assert by_value(found, town) == {"男": "2", "女": "5"}


def test_what_is_not_reviewed_counts_only_when_asked(cast, counted, plain):
    assert totals(cast.department, counted).total.subjects == "7"
    assert totals(cast.department, counted, unreviewed=True).total.subjects == "10"


def test_a_town_opens_into_its_communities(cast, counted, plain):
    found = totals(cast.department, counted, area_code=TOWN, unreviewed=True)
    assert [(area.name, area.subjects) for area in found.areas] == [("东村", "7"), ("西村", "3")]
    assert [area.name for area in found.path] == ["崇明区"]
    assert found.is_lowest


def test_another_column_is_counted_on_demand(cast, counted, plain):
    found = totals(cast.department, counted, letter="N")
    assert found.column.letter == "N"
    assert by_value(found, found.total) == {"是": "3", "否": "4"}


def test_empty_cells_are_counted_as_not_filled(cast, counted, plain):
    with acting_as(cast.town):
        ReportRow.objects.filter(report__area_code=EAST, position=1).update(values={"B": "人1"})
    found = totals(cast.department, counted)
    assert (found.values[-1], found.total.values[-1]) == ("未填", "1")


def test_removed_rows_do_not_count(cast, counted, plain):
    with acting_as(cast.town):
        ReportRow.objects.filter(report__area_code=EAST, position=1).update(state=ReportRow.State.REMOVED)
    assert totals(cast.department, counted).total.subjects == "6"


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


def test_a_town_office_counts_its_own_area(cast, counted, plain):
    from accounts.models import Department

    department = Department.objects.get(pk=cast.department.department_id)
    office = make_actor(Role.DEPARTMENT_STAFF, WEST, name="王五", department=department)
    assert totals(office, counted, unreviewed=True).total.subjects == "3"


def lines(client, dispatch, **query):
    """Cells of each line of the page: 已交, 通过, 行数, sums and counts."""
    text = client.get(reverse("forms_engine:aggregate", args=[dispatch.pk]), query).content.decode()
    found = re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]*)(?:</a>)?</th>(.*?)</tr>', text, re.S)
    return {name: re.findall(r'num">([^<]*)<', cells) for name, cells in found}, text


def test_a_small_community_and_the_one_beside_it_are_withheld_with_what_would_tell(cast, counted, client):
    sign_in(client, cast.department)
    page, text = lines(client, counted, area=TOWN, unreviewed=1)
    # 西村 has three people. It is alone among those not reviewed, so every total that holds it would tell.
    assert page["西村"] == ["1/1", "0", "*", "*", "*"]
    assert page["合计"][2:] == ["*"] * 3
    assert page["东村"] == ["1/1", "1", "7", "381.5", "7"]
    chart = json.loads(re.search(r'id="chart-data"[^>]*>(.*?)</script>', text)[1])
    assert chart["bars"] == [[7], [None]]


def test_values_that_few_people_have_are_counted_together(cast, counted, client):
    sign_in(client, cast.department)
    found = totals(cast.department, counted)
    assert (list(found.values), found.total.values) == (["其他"], ["7"])


def test_a_town_that_could_tell_by_its_difference_is_withheld_too(cast, counted, client):
    sign_in(client, cast.department)
    page, _ = lines(client, counted, unreviewed=1)
    assert page["城桥镇"] == ["2/2", "1", "*", "*", "*"]
    page, _ = lines(client, counted)
    assert page["城桥镇"] == ["2/2", "1", "7", "381.5", "7"]


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


def test_a_report_is_counted_once_until_it_is_handed_in_again(cast, counted, plain):
    def asks():
        with CaptureQueriesContext(connection) as queries:
            subjects.append(totals(cast.department, counted, unreviewed=True).total.subjects)
        return sum("forms_engine_reportrow" in query["sql"] for query in queries)

    subjects = []
    assert [asks(), asks()] == [1, 0]
    west = Report.objects.filter(dispatch=counted, area_code=WEST)
    with acting_as(cast.town):
        west.update(state="returned", version=2)
    assert asks() == 0
    with acting_as(cast.town):
        ReportRow.objects.filter(report__in=west, position=1).update(state=ReportRow.State.REMOVED)
        west.update(state="submitted", version=3, submitted_at=timezone.now())
    assert asks() == 1
    assert subjects == ["10", "10", "7", "9"]


def test_totals_of_what_nobody_counted_are_refused(cast, counted):
    with acting_as(cast.department), pytest.raises(RuntimeError):
        get_aggregate(actor=cast.department, dispatch=counted)


def test_a_report_without_rows_adds_nothing(cast, counted, plain):
    with acting_as(cast.town):
        ReportRow.objects.filter(report__area_code=WEST).delete()
    found = totals(cast.department, counted, unreviewed=True)
    assert (found.total.handed, found.total.subjects) == (2, "7")


def test_submitting_counts_at_once(cast, counted):
    with acting_as(cast.town):
        Report.objects.filter(dispatch=counted, area_code=EAST).update(state="filling")
        ReportRow.objects.filter(report__area_code=EAST).update(values=dict.fromkeys(COLUMNS, "1"))
    with acting_as(cast.worker):
        report = submit_report(actor=cast.worker, report=Report.objects.get(dispatch=counted, area_code=EAST))
        found = ReportTotals.objects.get(report=report)
        assert (found.submitted_at, found.subjects) == (report.submitted_at, 7)
        assert found.counts == {"C": {"1": 7}, "J": {"1": 7}, "N": {"1": 7}}
        assert found.sums == {"I": "7"}
