"""Answers over a whole district are kept for some minutes, for the same question seen through the same scope."""

from datetime import date

import pytest

from accounts.recall import recall
from accounts.scope import acting_as
from registry.selectors.people import PeopleFilter, count_people, list_people
from tests.factories import EAST, make_id_number, make_person

TODAY = date(2026, 11, 27)


@pytest.fixture
def asked():
    """How often was really asked."""
    return []


def ask(asked, question):
    return recall(question, lambda: asked.append(question) or len(asked))


def test_the_same_question_is_asked_once(cast, asked):
    with acting_as(cast.district):
        assert [ask(asked, "a"), ask(asked, "a"), ask(asked, "b")] == [1, 1, 2]


def test_another_scope_asks_for_itself(cast, asked):
    for actor in (cast.worker, cast.neighbour, cast.worker):
        with acting_as(actor):
            ask(asked, "a")
    assert len(asked) == 2


def count(actor, text=""):
    with acting_as(actor):
        return count_people(list_people(actor=actor, wanted=PeopleFilter(text=text), on=TODAY), actor).total


def test_a_district_counts_its_residents_once_in_some_minutes_and_a_village_each_time(cast, items):
    before = [count(cast.district), count(cast.worker)]
    with acting_as(cast.worker):
        make_person(EAST)
    assert [count(cast.district), count(cast.worker)] == [before[0], before[1] + 1]


def test_two_numbers_that_are_looked_for_are_two_questions(cast, items):
    known, unknown = make_id_number(), make_id_number()
    with acting_as(cast.worker):
        make_person(EAST, id_number=known)
    for _ in range(20):
        assert (count(cast.district, known), count(cast.district, unknown)) == (1, 0)
