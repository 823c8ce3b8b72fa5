"""Turns for the thread that asks a source: it has no connection to the portal's database."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from data_return.channels.faults import Fault, SourceFailed
from data_return.models import Channel
from data_return.pull.turns import RunOver, Turns
from data_return.services import pacing
from tests.data_return.test_keep_channels import register

pytestmark = pytest.mark.django_db


@pytest.fixture
def beside():
    with ThreadPoolExecutor(1) as made:
        yield made


@pytest.fixture
def turns(officers):
    with Turns(register(officers.civil, per_minute=600).pk) as made:
        yield made


def ask(turns, times):
    """In the other thread. Returns how long it took, and whether it had a connection then."""
    started = time.monotonic()
    for _ in range(times):
        turns()
    return time.monotonic() - started, connections["default"].connection is not None


def test_the_other_thread_gets_as_many_turns_as_it_asks_for(beside, turns):
    took, connected = turns.until(beside.submit(ask, turns, 4))
    assert 0.29 <= took < 0.8
    assert not connected


def test_a_turn_taken_ahead_is_waited_for_by_who_asks(beside, turns):
    turns()
    started = time.monotonic()
    turns.take_ahead()
    assert time.monotonic() - started < 0.08
    assert turns.until(beside.submit(ask, turns, 1))[0] > 0.05


def test_no_second_turn_is_taken_ahead_while_one_is_unused(turns):
    turns.take_ahead()
    before = Channel.objects.get().next_turn_at
    turns.take_ahead()
    assert Channel.objects.get().next_turn_at == before


def test_where_a_turn_would_take_too_long_the_question_fails(beside, turns, monkeypatch):
    Channel.objects.update(per_minute=1)
    monkeypatch.setattr(pacing, "LONGEST", 5.0)
    turns()
    with pytest.raises(SourceFailed) as caught:
        turns.until(beside.submit(ask, turns, 1))
    assert caught.value.fault == Fault.RATE_LIMITED


def test_when_the_run_is_over_nobody_is_left_waiting(beside, officers):
    with Turns(register(officers.civil).pk) as turns:
        coming = beside.submit(ask, turns, 1)
        time.sleep(0.05)
        assert not coming.done()
    assert isinstance(coming.exception(timeout=5), RunOver)
