"""Answers over a whole district are kept for some minutes, for the same question seen through the same scope."""

import json
from dataclasses import dataclass, field, make_dataclass
from datetime import date

import pytest
from django.conf import settings
from django.core.cache import caches
from redis import Redis

from accounts.recall import recall
from accounts.scope import acting_as
from registry.selectors.people import PeopleCounts, PeopleFilter, count_people, list_people
from tests.factories import EAST, make_id_number, make_person

TODAY = date(2026, 11, 27)


@pytest.fixture
def asked():
    """How often was really asked."""
    return []


@dataclass(frozen=True)
class Answer:
    number: int
    texts: dict[str, int] = field(default_factory=dict)


def ask(asked, question):
    def find():
        asked.append(question)
        return Answer(len(asked), {"东村": 1})

    found = recall(question, Answer, find)
    assert found.texts == {"东村": 1}
    return found.number


def test_the_same_question_is_asked_once(cast, asked):
    with acting_as(cast.district):
        assert [ask(asked, "a"), ask(asked, "a"), ask(asked, "b")] == [1, 1, 2]


def test_another_scope_asks_for_itself(cast, asked):
    for actor in (cast.worker, cast.neighbour, cast.worker):
        with acting_as(actor):
            ask(asked, "a")
    assert len(asked) == 2


def test_another_kind_of_answer_is_another_question(cast, asked):
    with acting_as(cast.district):
        ask(asked, "a")
        assert recall("a", PeopleCounts, lambda: PeopleCounts(1, 2, 3, 4)).total == 1


def test_what_an_older_version_kept_with_other_fields_is_not_taken(cast, asked):
    older = make_dataclass("Answer", ["number"])
    older.__qualname__ = Answer.__qualname__
    with acting_as(cast.district):
        recall("a", older, lambda: older(7))
        assert ask(asked, "a") == 1


def test_it_is_kept_for_other_processes_as_plain_json(cast, asked):
    with acting_as(cast.district):
        ask(asked, "a")
    redis = Redis.from_url(settings.REDIS_URL)
    kept = [redis.get(key) for key in redis.scan_iter(f"{caches['shared'].key_prefix}:*")]
    assert [json.loads(one) for one in kept] == [{"number": 1, "texts": {"东村": 1}}]


def test_without_redis_each_asks_for_itself(cast, asked, settings):
    away = settings.CACHES["shared"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = settings.CACHES | {"shared": away}
    with acting_as(cast.district):
        assert [ask(asked, "a"), ask(asked, "a")] == [1, 2]


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
