"""One box: number, initials, pinyin, name, address. What was typed never stands in an address."""

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from registry.selectors.people import PeopleFilter, list_people, pick_people
from tests.doors import sign_in
from tests.registry.conftest import GUILAN_NUMBER

pytestmark = pytest.mark.django_db


def found(actor, text):
    with acting_as(actor):
        wanted = PeopleFilter(text=text)
        return {person.name for person in list_people(actor=actor, wanted=wanted, on=None)}


@pytest.mark.parametrize(
    "typed",
    ["单桂", "单桂兰", "sgl", "SG", "shanguilan", "13900002207", "南门路58", GUILAN_NUMBER, GUILAN_NUMBER.lower()],
)
def test_a_worker_finds_a_resident_by(cast, village, typed):
    assert found(cast.worker, typed) == {"单桂兰"}


@pytest.mark.parametrize("typed", ["桂", "沈阿妹", "shenamei", GUILAN_NUMBER[:17], "100%", "'; DROP TABLE"])
def test_a_worker_finds_nobody_by(cast, village, typed):
    assert found(cast.worker, typed) == set()


def test_the_address_search_stays_inside_the_scope(cast, village):
    assert found(cast.neighbour, "南门路58") == set()


def test_the_district_cannot_search_by_what_it_sees_masked(cast, village):
    assert found(cast.district, "单桂兰") == set()
    assert found(cast.district, "南门路58") == set()
    assert found(cast.district, GUILAN_NUMBER) == {"单桂兰"}


def test_the_box_answers_with_an_address_that_hides_what_was_typed(worker_client, village):
    answer = worker_client.post(reverse("registry:person_search"), {"q": "单桂兰"})
    assert "单" not in answer["Location"]
    assert "%E5%8D%95" not in answer["Location"]
    listed = worker_client.get(answer["Location"])
    assert listed.context["counts"].total == 1
    assert listed.context["chips"][0]["value"] == "单桂兰"


def test_a_plain_question_in_an_address_is_hidden_at_once(worker_client, village):
    answer = worker_client.get(reverse("registry:person_list"), {"q": "单桂兰"})
    assert answer.status_code == 302
    assert "find=s1." in answer["Location"]


def test_a_broken_search_address_is_refused_in_words(worker_client, village):
    answer = worker_client.get(reverse("registry:person_list"), {"find": "s1.AAAA"})
    assert answer.status_code == 422
    assert "查找链接不完整" in answer.content.decode()


def test_the_empty_result_says_why_to_the_district(client, cast, village):
    answer = sign_in(client, cast.district).post(reverse("registry:person_search"), {"q": "单桂兰"}, follow=True)
    assert "不能按这些查找" in answer.content.decode()


def test_a_picker_offers_nobody_before_something_is_typed(cast, village):
    with acting_as(cast.worker):
        assert pick_people(actor=cast.worker, text=" ") == []
