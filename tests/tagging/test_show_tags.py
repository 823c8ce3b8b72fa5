"""Tags where people work: chips on the card, and the filter of the list."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from tagging.evaluation.keeping import refresh_all
from tests.doors import sign_in
from tests.factories import EAST, WEST, make_person
from tests.tagging.proposing import make_tag

pytestmark = pytest.mark.django_db
POOR = {"all": [{"item": "person.is_low_income", "op": "=", "value": True}]}


@pytest.fixture
def village(cast, items):
    """Somebody old, somebody poor, somebody both; the tags of both kinds filled."""
    with acting_as(cast.town):
        old = make_person(EAST, name="施老", birth_date=date(1930, 1, 1))
        poor = make_person(EAST, name="黄低", birth_date=date(1990, 1, 1), is_low_income=True)
        both = make_person(EAST, name="陈双", birth_date=date(1930, 1, 1), is_low_income=True)
        make_person(WEST, name="顾邻", birth_date=date(1930, 1, 1))
    tags = make_tag(cast), make_tag(cast, cast.town, name="困难群众", condition=POOR)
    refresh_all()
    return {"old": old, "poor": poor, "both": both}, tags


def listed(client, **query):
    page = client.get(reverse("registry:person_list"), query)
    assert page.status_code == 200
    text = page.content.decode()
    return {name for name in ("施老", "黄低", "陈双", "顾邻") if name in text}


def card(client, person):
    return client.get(reverse("registry:person_detail", args=[person.pk])).content.decode()


def test_a_card_shows_the_tags_and_since_when(client, cast, village):
    people, _ = village
    page = card(sign_in(client, cast.worker), people["both"])
    assert "高龄老人" in page
    assert "困难群众" in page
    assert "自 20" in page
    assert "困难群众" not in card(client, people["old"])


def test_a_tag_above_the_clearance_is_on_no_card_and_in_no_filter(client, cast, village):
    """The district reads level 2; 困难群众 is made of an item of level 3."""
    people, (old, poor) = village
    sign_in(client, cast.district)
    page = card(client, people["both"])
    assert "高龄老人" in page
    assert "困难群众" not in page
    assert "困难群众" not in client.get(reverse("registry:person_list")).content.decode()
    count = client.get(reverse("registry:person_list"), {"tag": poor.code}).context["counts"].total
    assert count == client.get(reverse("registry:person_list")).context["counts"].total
    assert client.get(reverse("registry:person_list"), {"tag": old.code}).context["counts"].total == 3


def test_the_list_narrows_to_who_carries_all_and_none(client, cast, village):
    _, (old, poor) = village
    sign_in(client, cast.worker)
    assert listed(client) == {"施老", "黄低", "陈双"}
    assert listed(client, tag=old.code) == {"施老", "陈双"}
    assert listed(client, tag=[old.code, poor.code]) == {"陈双"}
    assert listed(client, without=poor.code) == {"施老"}
    assert listed(client, tag=old.code, without=poor.code) == {"施老"}


def test_the_filter_stands_as_a_chip_by_its_name(client, cast, village):
    _, (old, _) = village
    page = sign_in(client, cast.worker).get(reverse("registry:person_list"), {"tag": old.code})
    assert ("有标签", "高龄老人") in [(chip["label"], chip["value"]) for chip in page.context["chips"]]


def test_a_code_that_is_no_tag_filters_nothing(client, cast, village):
    assert listed(sign_in(client, cast.worker), tag="T9999") == {"施老", "黄低", "陈双"}


def test_the_list_costs_the_same_for_one_person_and_for_many(client, cast, village, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(client, cast.worker)
    listed(client)  # what a process asks only once
    with CaptureQueriesContext(connection) as first:
        listed(client)
    with acting_as(cast.worker):
        for _ in range(5):
            make_person(EAST)
    refresh_all()
    with django_assert_num_queries(len(first)):
        listed(client)
