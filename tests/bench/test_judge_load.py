"""What `make load` lets pass and what not."""

import pytest

from bench.load.asked import Asked, Entry, Kind, Outcome, Record
from bench.load.browser import outcome_of, wait_of
from bench.load.judge import NEVER, failures, judge, missing, normal_again, off_the_mix, part, percentile
from bench.load.plan import Timeline

TIMES = Timeline(users=2, flood=4, settle=30)
BEGUN = {"usual": 10.0, "flood": 70.0, "after": 130.0, "end": 200.0}


def asked(at, ms=100.0, kind=Kind.READ, outcome=Outcome.OK):
    return Asked(at, kind, "/", ms, 200, outcome)


def all_well():
    """Ten requests a second, of the right mix."""
    kinds = [Kind.READ] * 7 + [Kind.FILL] * 2 + [Kind.SEARCH]
    return [asked(10 + number / 10, kind=kinds[number % 10]) for number in range(1900)]


def failing(lines, stored=None, ledger=()):
    verdicts = judge(Record(BEGUN, lines, list(ledger)), stored or {}, TIMES)
    return [one.name for one in verdicts if not one.passes]


def test_a_good_run_passes():
    assert failing(all_well()) == []


def test_a_run_without_answers_passes_nothing():
    assert len(failing([])) >= 3


def test_slow_answers_of_the_usual_users_miss_the_bar():
    slow = [asked(20 + number / 100, ms=600) for number in range(100)]
    assert failing(all_well() + slow)[-1] == "2 users: 95 of 100 answers within"


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.BARE, Outcome.WRONG, Outcome.LOST])
def test_the_usual_users_are_never_refused(outcome):
    assert failing([*all_well(), asked(20, outcome=outcome)]) == ["2 users: answers that were no success"]


def test_in_the_flood_a_refusal_that_says_when_is_an_answer():
    assert failing([*all_well(), *[asked(100, outcome=Outcome.REFUSED)] * 500]) == []


@pytest.mark.parametrize("outcome", [Outcome.BARE, Outcome.WRONG, Outcome.LOST])
def test_in_the_flood_everything_else_misses_the_bar(outcome):
    assert failing([*all_well(), asked(100, outcome=outcome)]) == [
        "4 users: neither a success nor a refusal that says when"
    ]


def test_an_accepted_edit_that_is_not_in_the_database_is_lost():
    entry = Entry(1, 2, "AF", "去过", [])
    assert failing(all_well(), {(1, 2, "AF"): "去过"}, [entry]) == []
    assert failing(all_well(), {(1, 2, "AF"): None}, [entry]) == ["accepted edits that are not in the database"]
    assert failing(all_well(), {}, [entry]) == ["accepted edits that are not in the database"]


def test_an_edit_whose_answer_was_lost_may_stand_there_or_not():
    entry = Entry(1, 2, "AF", "去过", ["又去过"])
    cell = (1, 2, "AF")
    assert [missing([entry], {cell: value}) for value in ("去过", "又去过")] == [[], []]
    assert missing([entry], {cell: "没有"}) == [entry]
    assert missing([Entry(1, 2, "AF", None, ["去过"])], {}) == []


def test_normal_again_is_told_in_seconds_from_the_end_of_the_flood():
    slow = [asked(130 + number / 10, ms=2000) for number in range(120)]
    well = [asked(142 + number / 10) for number in range(500)]
    assert 10 <= normal_again(slow + well, 130) <= 13
    assert normal_again(well, 130) == 0
    assert normal_again(slow, 130) == NEVER
    assert normal_again([], 130) == NEVER


def test_slow_at_the_very_end_is_not_normal_again():
    well = [asked(130 + number / 10) for number in range(600)]
    slow = [asked(190 + number / 10, ms=2000) for number in range(50)]
    assert normal_again(well + slow, 130) == NEVER


def test_percentiles_are_those_of_the_nearest_rank():
    hundred = [asked(0, ms=float(ms)) for ms in range(1, 101)]
    assert [percentile(hundred, share) for share in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile(hundred[:1], 95) == 1
    assert percentile([], 95) == NEVER


def test_failures_are_named_with_what_was_asked_and_the_status():
    lines = [Asked(20, Kind.READ, "/reports/12/", 1, 500, Outcome.WRONG)] * 2 + [asked(20, outcome=Outcome.REFUSED)]
    assert failures(lines) == [(2, "wrong 500 /reports/#/")]


def test_logins_are_not_measured():
    assert part([asked(20, kind=Kind.LOGIN), asked(20)], 10, 70) == [asked(20)]


def test_the_mix_is_told_by_the_kind_that_is_furthest_off():
    assert off_the_mix(all_well()) == pytest.approx(0)
    assert off_the_mix([asked(0)]) == pytest.approx(30)


def test_answers_are_told_apart_by_status_and_header():
    later = {"Retry-After": "5"}
    assert (wait_of(later), wait_of({}), wait_of(None)) == (5, 0, 0)
    assert outcome_of(0, None, is_form=False) == Outcome.LOST
    assert [outcome_of(status, later, is_form=False) for status in (429, 503)] == [Outcome.REFUSED] * 2
    assert outcome_of(503, {}, is_form=False) == Outcome.BARE
    assert outcome_of(500, later, is_form=False) == Outcome.WRONG


def test_a_redirect_answers_a_form_and_not_a_reader():
    assert outcome_of(302, {}, is_form=True) == Outcome.OK
    assert outcome_of(302, {}, is_form=False) == Outcome.WRONG
