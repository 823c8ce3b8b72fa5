"""A comparison counted by village for town and district: what few people make up is withheld, with what would tell."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Area
from accounts.scope import acting_as
from data_return.comparing.by_area import THEIRS, count_by_area
from data_return.comparing.reading import Kind, count_sides, get_comparison
from data_return.models import DatasetVersion, GrantUse
from tests.data_return.marking import BORN, LOW_INCOME_HEAD
from tests.data_return.test_compare import OLD
from tests.data_return.test_load_records import load
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, TOWN, WEST, make_id_number, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def villages(cast, officers, low_income):
    """Records: 7 of 东村 and 6 of 西村 that agree, 5 of 东村 and 5 of 西村 whose telephone differs."""
    numbers = {}
    with acting_as(cast.town):
        for area, same in ((EAST, 7), (WEST, 6)):
            for one in range(same + 5):
                number = make_id_number(BORN)
                person = make_person(area, id_number=number, name=f"人{one}", phone="13900000001", birth_date=BORN)
                numbers[number] = (person.name, "13900000001" if one < same else "13900000002")
    rows = [[key, name, BORN.isoformat(), phone, None, None, None] for key, (name, phone) in numbers.items()]
    assert load(officers.disabled, low_income, rows, head=LOW_INCOME_HEAD).error_count == 0
    return low_income


def counted(actor, dataset):
    with acting_as(actor):
        found = count_by_area(get_comparison(actor=actor, pk=dataset.pk))
        return {line.name: dict(zip(found.columns, line.counts, strict=True)) for line in found.lines}


def page(client, actor, dataset, name="dataset_compare_areas"):
    return sign_in(client, actor).get(reverse(f"data_return:{name}", args=[dataset.pk]))


def test_each_village_has_its_counts_and_they_add_up(cast, villages):
    found = counted(cast.town, villages)
    assert found["东村"] == {THEIRS: 12, Kind.SAME: 7, Kind.DIFFERS: 5, Kind.LACKS: 0, Kind.HERE: 0}
    assert found["西村"][THEIRS] == 11
    assert found["城桥镇"][THEIRS] == 23
    with acting_as(cast.town):
        whole = count_sides(get_comparison(actor=cast.town, pk=villages.pk))
    assert (found["城桥镇"][Kind.SAME], found["城桥镇"][Kind.DIFFERS]) == (whole.same, whole.differs)


def test_a_village_with_few_is_withheld_with_another_that_would_tell(cast, villages, settings):
    settings.SMALL_COUNT = 6
    found = counted(cast.town, villages)
    assert set(found["东村"].values()) == set(found["西村"].values()) == {None}
    assert found["城桥镇"][Kind.DIFFERS] == 10


def test_the_district_reads_nothing_under_a_grant_to_the_town(client, cast, villages):
    assert page(client, cast.district, villages).status_code == 404


def test_who_should_be_there_counts_where_they_live(cast, villages, settings):
    settings.SMALL_COUNT = 2
    DatasetVersion.objects.filter(dataset=villages).update(covers=OLD)
    with acting_as(cast.town):
        for _ in range(3):
            make_person(WEST, name="漏", birth_date=BORN)
    assert counted(cast.town, villages)["西村"][Kind.THERE] == 3


def test_the_page_shows_villages_and_leaves_its_lines(client, cast, villages):
    with watching() as statements:
        text = page(client, cast.town, villages).content.decode()
    assert "东村" in text
    assert audited(statements) == ["grant.used", "compare.counted"]
    assert GrantUse.objects.get().rows == 23


def test_a_village_and_a_department_have_no_such_page(client, cast, villages):
    assert page(client, cast.worker, villages).status_code == 403
    assert page(client, cast.department, villages).status_code == 403


def test_it_leaves_as_excel_with_the_same_withheld(client, cast, villages, settings):
    settings.SMALL_COUNT = 6
    answer = page(client, cast.town, villages, "dataset_compare_areas_export")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[0][:2] == ("区域", "部门名单")
    assert [row[1] for row in rows[1:]] == ["23", "*", "*"]


def test_an_empty_list_says_why(client, cast, low_income):
    assert "部门还没有数据" in page(client, cast.town, low_income).content.decode()


def test_it_costs_the_same_however_many_villages(client, cast, villages):
    page(client, cast.town, villages)
    with watching() as one:
        page(client, cast.town, villages)
    for number in range(3, 9):
        Area.objects.create(code=TOWN + number * 10**6, name=f"{number}村", level="community", parent_id=TOWN)
    with watching() as two:
        page(client, cast.town, villages)
    assert len(one) == len(two)
