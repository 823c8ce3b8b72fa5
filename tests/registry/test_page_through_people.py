"""Paging through residents shows everybody whom the post may see, once each and in order."""

import random

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.paging import AFTER, take_page
from accounts.scope import acting_as, whole_tree
from registry.models import Person
from tests.factories import EAST, EAST_GRID, EAST_MICROGRID, TOWN, WEST, make_person

NEXT_TOWN = TOWN + 10**9
PLACES = (EAST, EAST_GRID, EAST_MICROGRID, WEST, NEXT_TOWN)


@pytest.fixture
def people(cast):
    """Living and registered here and there, drawn with a fixed seed."""
    drawn = random.Random(7)
    with whole_tree(reason="测试"):
        for _ in range(60):
            make_person(drawn.choice(PLACES), registered=drawn.choice((*PLACES, 0)))


@pytest.mark.parametrize("who", ["worker", "grid_worker", "neighbour", "town", "district"])
@given(size=st.integers(1, 25))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_hold_everybody_once_and_in_order(cast, people, who, size):
    actor = getattr(cast, who)
    with acting_as(actor):
        rows = Person.objects.visible_to(actor)
        everybody = list(rows.order_by("area_code", "pk"))
        seen, after = [], ""
        while True:
            request = RequestFactory().get("/residents/", {AFTER: after} if after else {})
            page = take_page(rows, request, key=("area_code", "pk"), size=size, parts=rows.parts_of(actor.scope))
            seen += page.rows
            if not page.next_url:
                break
            after = str(page.rows[-1].pk)
    assert seen == everybody
    assert everybody


def test_parts_are_apart_and_leave_nobody_out(cast, people):
    with acting_as(cast.worker):
        rows = Person.objects.visible_to(cast.worker)
        lives, registered = (set(rows.filter(part)) for part in rows.parts_of(cast.worker.scope))
        assert lives
        assert registered
        assert not lives & registered
        assert lives | registered == set(rows)


def test_somebody_of_another_town_is_on_no_page(cast, people):
    with acting_as(cast.worker):
        codes = Person.objects.visible_to(cast.worker).values_list("area_code", "registered_area_code")
        assert all(EAST <= living < WEST or EAST <= registered < WEST for living, registered in codes)
