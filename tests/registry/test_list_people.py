"""The list of people: who stands in it, what is masked, what it costs."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from registry.selectors.people import PeopleCounts, PeopleFilter, count_people, list_people
from tests.doors import sign_in, watching
from tests.factories import EAST, EAST_GRID, make_person

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
LIST = "registry:person_list"


def names(actor, **wanted):
    with acting_as(actor):
        return {person.name for person in list_people(actor=actor, wanted=PeopleFilter(**wanted), on=TODAY)}


def page(client, **query):
    return client.get(reverse(LIST), query)


def test_both_villages_see_a_person_who_lives_in_one_and_is_registered_in_the_other(cast, village):
    assert names(cast.worker) == {"单桂兰", "阿卜杜热合曼·买买提", "倪永昌"}
    assert names(cast.neighbour) == {"沈阿妹", "倪永昌"}


def test_counts_say_residents_and_registered_apart(cast, village):
    with acting_as(cast.worker):
        people = list_people(actor=cast.worker, wanted=PeopleFilter(), on=TODAY)
        assert count_people(people, cast.worker) == PeopleCounts(total=3, resident=2, registered=3, separated=1)


def test_living_narrows_to_residents_registered_or_separated(cast, village):
    assert names(cast.worker, living="resident") == {"单桂兰", "阿卜杜热合曼·买买提"}
    assert names(cast.worker, living="registered") == {"单桂兰", "阿卜杜热合曼·买买提", "倪永昌"}
    assert names(cast.worker, living="separated") == {"倪永昌"}


def test_age_counts_whole_years_on_the_day(cast, village):
    assert names(cast.worker, age_from=86) == {"单桂兰"}
    assert names(cast.worker, age_from=87) == set()
    assert names(cast.worker, age_to=36) == {"阿卜杜热合曼·买买提", "倪永昌"}


def test_a_masked_item_is_no_filter(cast, village):
    """Whoever may not read whether someone lives alone could otherwise ask by filtering."""
    everybody = names(cast.district)
    assert names(cast.worker, marks=("person.is_elderly_alone",)) == {"单桂兰"}
    assert names(cast.district, marks=("person.is_elderly_alone",)) == everybody


def test_closed_people_stand_only_in_their_own_list(cast, village):
    assert names(cast.worker, closed=True) == {"已故者"}


def test_the_page_masks_the_id_number_and_shows_the_phone_to_a_worker(client, cast, village):
    text = page(sign_in(client, cast.worker)).content.decode()
    assert "310230********" in text
    assert "13900002207" in text


def test_the_page_masks_names_and_phones_for_the_district(client, cast, village):
    text = page(sign_in(client, cast.district)).content.decode()
    assert "单**" in text
    assert "139****2207" in text
    assert "单桂兰" not in text
    assert "13900002207" not in text


def test_the_list_costs_the_same_for_one_person_and_for_fifty(client, cast, items):
    sign_in(client, cast.worker)
    page(client)
    with watching() as alone:
        page(client)
    with acting_as(cast.worker):
        for nth in range(50):
            make_person(EAST_GRID, name=f"居民{nth}")
    with watching() as crowd:
        page(client)
    assert len(crowd) == len(alone)


def test_pages_follow_each_other_without_gap_or_double(client, cast, items):
    sign_in(client, cast.worker)
    with acting_as(cast.worker):
        made = {make_person(EAST, name=f"居民{nth:03}").name for nth in range(120)}
    seen, url = [], reverse(LIST)
    while url:
        answer = client.get(url)
        seen += [row.name for row in answer.context["rows"]]
        url = answer.context["paging"].next_url
    assert len(seen) == 120
    assert set(seen) == made


def test_further_columns_are_shown_on_request(worker_client, village):
    assert "婚姻状况</th>" not in page(worker_client).content.decode()
    assert "婚姻状况</th>" in page(worker_client, cols="person.marital_status").content.decode()


def test_filters_in_force_are_chips_that_can_be_removed(worker_client, village):
    chips = page(worker_client, living="registered", age_from="80").context["chips"]
    assert {chip["value"]: chip["remove_url"] for chip in chips} == {
        "户籍(户口在这里)": f"{reverse(LIST)}?age_from=80",
        "80": f"{reverse(LIST)}?living=registered",
    }


def test_a_wrong_filter_filters_nothing(worker_client, village):
    assert page(worker_client, age_from="很老", area="999", living="anywhere").context["counts"].total == 3


def test_an_empty_village_is_told_from_a_search_without_result(worker_client, items):
    assert "还没有登记居民" in page(worker_client).content.decode()
    assert "去掉一些筛选" in page(worker_client, sex="1").content.decode()


def test_the_grid_worker_sees_the_grid_only(client, cast, village):
    text = page(sign_in(client, cast.grid_worker)).content.decode()
    assert "单桂兰" in text
    assert "阿卜杜热合曼" not in text


def test_area_names_only_places_inside_the_scope(worker_client, village):
    assert page(worker_client, area=str(EAST_GRID)).context["counts"].total == 1
