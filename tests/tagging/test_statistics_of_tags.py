"""How many carry which tag: by area, by month, beside another tag, in Excel. Inside the scope, up to the clearance."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.errors import NotFound
from accounts.scope import acting_as
from registry.models import Person
from tagging.evaluation.counting import count_month
from tagging.evaluation.keeping import refresh_all
from tagging.models import MonthlyCount
from tagging.selectors.overlap import OtherSubject, count_overlap
from tagging.selectors.statistics import get_place, get_table, list_months
from tests.answers import text_of
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, TOWN, WEST, make_household, make_person
from tests.tagging import proposing

pytestmark = pytest.mark.django_db
WOMEN = {"all": [{"item": "person.sex", "op": "=", "value": "2"}]}
POOR = {"all": [{"item": "person.is_low_income", "op": "=", "value": True}]}
ADDRESS = reverse("tagging:tag_statistics")


@pytest.fixture
def tags(cast, items):
    """高龄 and 妇女 over twelve old people of 东村, seven of them women, and two old men of 西村; 低保 for nobody."""
    with acting_as(cast.town):
        for n in range(12):
            make_person(EAST, birth_date=date(1930, 1, 1), sex="2" if n < 7 else "1")
        for _ in range(2):
            make_person(WEST, birth_date=date(1930, 1, 1))
    made = make_tag(cast), make_tag(cast, name="妇女", condition=WOMEN), make_tag(cast, cast.town, "低保")
    refresh_all()
    return made


def make_tag(cast, by=None, name="高龄老人", **given):
    condition = {"condition": POOR} if name == "低保" else {}
    return proposing.make_tag(cast, by, name=name, **condition, **given)


def table_of(actor, tags, code=None):
    with acting_as(actor):
        return get_table(actor=actor, place=get_place(actor=actor, code=code), tags=tags)


def numbers(actor, tags, code=None):
    return [(line.tag.name, line.total, list(line.counts)) for line in table_of(actor, tags, code).lines]


def overlap_of(actor, first, second, code=None):
    with acting_as(actor):
        found = count_overlap(actor=actor, place=get_place(actor=actor, code=code), first=first, second=second)
    return [(one.name, one.both, one.first_only, one.second_only) for one in (found.total, *found.areas)]


def test_the_district_sees_towns_and_a_town_its_villages(cast, tags):
    old, women, _ = tags
    assert numbers(cast.district, [old, women]) == [("高龄老人", 14, [14]), ("妇女", 7, [7])]
    assert numbers(cast.town, [old, women]) == [("高龄老人", 14, [12, 2]), ("妇女", 7, [7, 0])]
    assert [part.name for part in table_of(cast.town, [old]).parts] == ["东村", "西村"]


def test_an_area_opens_those_inside_it(cast, tags):
    old = tags[0]
    assert numbers(cast.district, [old], TOWN) == [("高龄老人", 14, [12, 2])]
    assert numbers(cast.district, [old], EAST) == [("高龄老人", 12, [12])]
    opening = [table_of(cast.district, [old], code).parts[0].can_open for code in (None, TOWN, EAST)]
    assert opening == [True, True, False]


def test_nobody_looks_beyond_the_own_area(cast, tags, client):
    assert numbers(cast.worker, [tags[0]]) == [("高龄老人", 12, [12])]
    for actor, code in ((cast.worker, WEST), (cast.worker, TOWN), (cast.department, TOWN), (cast.town, 1)):
        with acting_as(actor), pytest.raises(NotFound):
            get_place(actor=actor, code=code)
    sign_in(client, cast.worker)
    for asked in (WEST, TOWN, "x", "9" * 19, "１"):
        assert client.get(ADDRESS, {"area": asked}).status_code == 404


def test_who_sees_no_resident_is_told_no_small_number(cast, tags):
    """Three women in the whole district: neither the line nor the sum tells so."""
    old, women, _ = tags
    assert numbers(cast.department, [old, women]) == [("高龄老人", 14, [14]), ("妇女", 7, [7])]
    with acting_as(cast.town):
        Person.objects.filter(sex="2").exclude(pk__in=Person.objects.filter(sex="2")[:3]).update(sex="1")
    refresh_all()
    assert numbers(cast.department, [old, women]) == [("高龄老人", 14, [14]), ("妇女", None, [None])]


def test_a_tag_above_the_clearance_has_no_line(cast, tags, client):
    assert "低保" in text_of(sign_in(client, cast.town).get(ADDRESS))
    page = text_of(sign_in(client, cast.department).get(ADDRESS))
    assert "高龄老人" in page
    assert "低保" not in page
    page = text_of(client.get(reverse("tagging:tag_trend", args=[tags[2].pk])))
    assert "分级高于本岗位" in page
    assert 'id="overlap"' not in page
    beside = text_of(client.get(reverse("tagging:tag_trend", args=[tags[0].pk]), {"other": tags[2].code}))
    assert "低保" not in beside
    assert "两个都有" not in beside


def test_the_table_costs_two_queries_whatever_its_size(cast, tags, django_assert_num_queries):
    with acting_as(cast.town):
        place = get_place(actor=cast.town)
        with django_assert_num_queries(2):
            get_table(actor=cast.town, place=place, tags=tags)


def test_two_tags_are_laid_over_each_other(cast, tags, django_assert_num_queries):
    old, women, poor = tags
    assert overlap_of(cast.town, old, women) == [("城桥镇", 7, 7, 0), ("东村", 7, 5, 0), ("西村", 0, 2, 0)]
    assert overlap_of(cast.worker, women, old) == [("东村", 7, 0, 5), ("未划分", 7, 0, 5)]
    assert overlap_of(cast.town, old, poor)[0] == ("城桥镇", 0, 14, 0)
    with acting_as(cast.town):
        place = get_place(actor=cast.town)
        with django_assert_num_queries(2):
            found = count_overlap(actor=cast.town, place=place, first=old, second=women)
    assert found.share == 50


def test_a_small_overlap_is_withheld_from_who_sees_no_resident(cast, tags):
    old, women, _ = tags
    assert overlap_of(cast.department, old, women)[0] == ("崇明区", 7, 7, 0)
    with acting_as(cast.town):
        make_person(EAST, birth_date=date(1999, 1, 1), sex="2")
    refresh_all()
    assert overlap_of(cast.department, old, women) == [("崇明区", None, None, None), ("城桥镇", None, None, None)]
    assert overlap_of(cast.district, old, women)[0] == ("崇明区", 7, 7, 1)


def test_tags_of_different_subjects_do_not_overlap(cast, tags, client):
    single = {"all": [{"item": "household.type", "op": "=", "value": "10"}]}
    family = make_tag(cast, cast.town, name="家庭户", subject="household")
    family.condition = single
    with acting_as(cast.town), pytest.raises(OtherSubject):
        count_overlap(actor=cast.town, place=get_place(actor=cast.town), first=tags[0], second=family)
    page = sign_in(client, cast.town).get(reverse("tagging:tag_trend", args=[tags[0].pk]), {"other": family.code})
    assert "两个都有" not in text_of(page)


def test_the_night_counts_for_the_trend_and_a_move_is_seen(cast, tags):
    old = tags[0]
    assert count_month(on=date(2026, 9, 1)) == date(2026, 8, 1)
    with acting_as(cast.district):
        MonthlyCount.objects.exclude(tag=old.pk).update(month=date(2026, 7, 1))
    assert count_month(on=date(2026, 11, 1)) == date(2026, 10, 1)
    with acting_as(cast.town):
        moving = Person.objects.filter(area_code=EAST)[:5]
        Person.objects.filter(pk__in=moving).update(area_code=WEST, registered_area_code=WEST)
    refresh_all()
    count_month(on=date(2026, 11, 28))
    assert count_month(on=date(2026, 11, 28)) == date(2026, 11, 1)
    with acting_as(cast.town):
        trend = {
            code: [
                (one.first.month, one.count)
                for one in list_months(
                    actor=cast.town, place=get_place(actor=cast.town, code=code), tag=old, today=date(2026, 11, 28)
                )
            ]
            for code in (TOWN, EAST, WEST)
        }
    assert trend == {
        TOWN: [(8, 14), (10, 14), (11, 14)],
        EAST: [(8, 12), (10, 12), (11, 7)],
        WEST: [(8, 2), (10, 2), (11, 7)],
    }
    with acting_as(cast.worker):
        assert set(MonthlyCount.objects.values_list("area_code", flat=True)) == {EAST}


def test_the_excel_says_what_the_page_says_and_leaves_a_line(cast, tags, client):
    sign_in(client, cast.town)
    with watching() as statements:
        answer = client.get(reverse("tagging:tag_statistics_export"), {"subject": "person"})
    assert audited(statements) == ["tag.statistics_exported"]
    text = text_of(answer)
    assert "东村 310151101001" in text
    assert "高龄老人" in text


def test_an_empty_page_says_why(cast, tags, client):
    assert "没有可以统计的标签" in text_of(sign_in(client, cast.town).get(ADDRESS, {"subject": "organization"}))
    fresh = text_of(client.get(reverse("tagging:tag_trend", args=[tags[0].pk])))
    assert "明天起这里有按月的变化" in fresh


def test_areas_without_a_name_are_one_line(cast, tags):
    """People of a village who were put into no grid stand at the village's own code."""
    assert [part.name for part in table_of(cast.worker, [tags[0]]).parts] == ["未划分"]


def test_households_are_counted_as_such(cast, items):
    tag = make_tag(cast, cast.town, name="家庭户", subject="household")
    tag.condition = {"all": [{"item": "household.type", "op": "=", "value": "10"}]}
    tag.save()
    with acting_as(cast.town):
        make_household(EAST, number="1", type="10")
    refresh_all()
    assert numbers(cast.town, [tag]) == [("家庭户", 1, [1])]
