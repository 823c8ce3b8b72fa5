"""A village disputes a returned record; its department answers within ten working days; the village sees the answer."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from accounts.approvals.clock import add_working_days
from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.scope import acting_as
from data_return import correction_hooks
from data_return.correction_rules import Finding, State
from data_return.models import Correction, Evidence, Grant, ReturnedRecord, Verification
from data_return.selectors.corrections import get_correction, list_steps, list_verified, list_waiting
from data_return.selectors.marking import version_of
from data_return.services.correcting import (
    Mark,
    NeedsWords,
    SameValue,
    acknowledge_correction,
    answer_correction,
    mark_record,
    object_to_correction,
    withdraw_correction,
)
from data_return.services.verifying import verify_item, verify_records
from registry.models import Difference, Person
from tests.data_return.marking import EVERYTHING, id_number_of, record_of
from tests.data_return.test_load_records import load
from tests.doors import audited, watching
from tests.factories import EAST, EAST_GRID, WEST, make_id_number, make_person

pytestmark = pytest.mark.django_db
WRONG_PHONE = Mark(Finding.WRONG, "person.phone", "13900000009", note="本人来电更正")


@pytest.fixture
def person(cast):
    with acting_as(cast.worker):
        return make_person(EAST_GRID, id_number=make_id_number(), name="张三", phone="13900000001")


@pytest.fixture
def record(cast, officers, dataset, person, grant_to):
    grant_to(cast.town, items=EVERYTHING)
    load(officers.disabled, dataset, [[id_number_of(person), "张三", "13900000002"]])
    return record_of(cast.worker)


def marked(actor, record, mark=WRONG_PHONE):
    with acting_as(actor):
        return mark_record(actor=actor, record_pk=record.pk, version=version_of(record), mark=mark)


def answered(officer, correction, *, accept=True, note="", seen=None):
    with acting_as(officer):
        seen = correction.version if seen is None else seen
        return answer_correction(actor=officer, pk=correction.pk, seen=seen, accept=accept, note=note)


def step(actor, take, correction, **more):
    with acting_as(actor):
        return take(actor=actor, pk=correction.pk, seen=correction.version, **more)


def test_a_wrong_value_goes_to_the_department_with_a_clock_of_ten_working_days(cast, officers, record):
    with watching() as statements:
        correction = marked(cast.worker, record).correction
    assert audited(statements)[-1] == "correction.marked"
    assert correction.due_on == add_working_days(localdate(), 10)
    with acting_as(officers.disabled):
        assert [one.pk for one in list_waiting(actor=officers.disabled)] == [correction.pk]
        assert get_correction(actor=officers.disabled, pk=correction.pk).value == "13900000009"
    assert not any("13900000009" in one for one in statements if "accounts_auditentry" in one)


def test_the_whole_way_accepted_and_taken_note_of(cast, officers, record):
    correction = answered(officers.disabled, marked(cast.worker, record).correction, note="已改")
    assert correction.state == State.ACCEPTED
    with acting_as(cast.colleague):
        assert [one.answer for one in list_waiting(actor=cast.colleague)] == ["已改"]
    assert step(cast.colleague, acknowledge_correction, correction).state == State.CLOSED
    with acting_as(cast.worker):
        assert not list_waiting(actor=cast.worker).exists()
        assert [one.action for one in list_steps(correction)] == ["marked", "accepted", "acknowledged"]


def test_a_refusal_needs_words_and_can_be_objected_to_once(cast, officers, record):
    correction = marked(cast.worker, record).correction
    with pytest.raises(NeedsWords):
        answered(officers.disabled, correction, accept=False, note=" ")
    correction = answered(officers.disabled, correction, accept=False, note="与证件一致")
    with pytest.raises(NeedsWords):
        step(cast.worker, object_to_correction, correction, note="")
    correction = step(cast.worker, object_to_correction, correction, note="本人当面说的")
    assert (correction.state, correction.round) == (State.OPEN, 2)
    correction = answered(officers.disabled, correction, accept=False, note="仍不采纳")
    with pytest.raises(Conflict):
        step(cast.worker, object_to_correction, correction, note="再来")
    assert step(cast.worker, acknowledge_correction, correction).state == State.CLOSED


def test_listeners_hear_of_what_is_accepted_only_and_can_take_the_answer_back(cast, officers, record, monkeypatch):
    heard = []
    monkeypatch.setattr(
        correction_hooks, "_listeners", [lambda actor, accepted: heard.extend(one.pk for one in accepted)]
    )
    refused = answered(officers.disabled, marked(cast.worker, record).correction, accept=False, note="不对")
    assert heard == []
    again = marked(cast.worker, record).correction
    answered(officers.disabled, again)
    assert heard == [again.pk]
    assert refused.pk != again.pk

    def break_off(actor, one):
        raise DomainError("对方系统没有登记。")

    monkeypatch.setattr(correction_hooks, "_listeners", [break_off])
    third = marked(cast.worker, record).correction
    with pytest.raises(DomainError):
        answered(officers.disabled, third)
    with acting_as(cast.worker):
        assert get_correction(actor=cast.worker, pk=third.pk).state == State.OPEN


def test_the_second_of_two_marks_is_told_and_changes_nothing(cast, record):
    marked(cast.worker, record)
    with pytest.raises(Conflict, match="已经有人标记过"):
        marked(cast.colleague, record)
    marked(cast.colleague, record, Mark(Finding.WRONG, "person.name", "张山"))
    marked(cast.colleague, record, Mark(Finding.MOVED))
    with pytest.raises(Conflict):
        marked(cast.worker, record, Mark(Finding.DEAD))


def test_a_stale_page_is_told(cast, officers, dataset, person, record):
    load(officers.disabled, dataset, [[id_number_of(person), "张三", "13900000003"]])
    with pytest.raises(Conflict, match="刚刚更新过"):
        marked(cast.worker, record)
    with acting_as(cast.worker):
        assert not Correction.objects.visible_to(cast.worker).exists()


def test_a_step_by_an_old_page_or_twice_is_told(cast, officers, record):
    correction = marked(cast.worker, record).correction
    with pytest.raises(Conflict):
        answered(officers.disabled, correction, seen=correction.version + 1)
    answered(officers.disabled, correction)
    with pytest.raises(Conflict):
        answered(officers.disabled, correction, accept=False, note="改主意")


def test_who_marked_takes_it_back_before_the_answer_and_not_after(cast, officers, record):
    correction = step(cast.worker, withdraw_correction, marked(cast.worker, record).correction)
    assert correction.state == State.WITHDRAWN
    again = answered(officers.disabled, marked(cast.worker, record).correction)
    with pytest.raises(Conflict):
        step(cast.worker, withdraw_correction, again)


@pytest.mark.parametrize(
    ("mark", "refusal"),
    [
        (Mark(Finding.WRONG, "person.phone", "139"), DomainError),
        (Mark(Finding.WRONG, "person.phone", "13900000002"), SameValue),
        (Mark(Finding.WRONG, "person.phone"), NeedsWords),
        (Mark(Finding.WRONG), NeedsWords),
        (Mark(Finding.RIGHT), DomainError),
        (Mark(Finding.MOVED, "person.phone"), DomainError),
        (Mark(Finding.WRONG, "person.remark", "x"), NotFound),
    ],
)
def test_bad_marks_are_refused(cast, record, mark, refusal):
    with pytest.raises(refusal):
        marked(cast.worker, record, mark)


def test_a_value_of_level_4_is_sealed_wherever_it_is_kept(cast, officers, record):
    number = make_id_number()
    correction = marked(cast.worker, record, Mark(Finding.WRONG, "person.id_number", number)).correction
    with acting_as(officers.disabled):
        kept = Correction.objects.visible_to(officers.disabled).get(pk=correction.pk)
    assert number not in str(kept.value)
    assert kept.value.startswith("s")


def test_the_registry_changes_only_if_the_mark_says_so(cast, record, person):
    marked(cast.worker, record, Mark(Finding.WRONG, "person.phone", "13900000008"))
    assert phone_of(cast.worker, person) == "13900000001"
    with acting_as(cast.worker):
        Correction.objects.visible_to(cast.worker).update(state=State.WITHDRAWN)
    done = marked(cast.worker, record, Mark(Finding.WRONG, "person.phone", "13900000008", own=True))
    assert (done.outcome.changed, done.outcome.differences) == (1, 0)
    assert phone_of(cast.worker, person) == "13900000008"


def phone_of(actor, person):
    with acting_as(actor):
        return Person.objects.get(pk=person.pk).phone


def test_what_a_department_registered_becomes_a_difference(cast, record, person):
    with acting_as(cast.worker):
        stamp = {"person.phone": {"s": "department", "by": "区残联", "on": "2026-11-01"}}
        Person.objects.filter(pk=person.pk).update(provenance=stamp)
    done = marked(cast.worker, record, Mark(Finding.WRONG, "person.phone", "13900000008", own=True))
    assert done.outcome.differences == 1
    with acting_as(cast.worker):
        assert Difference.objects.get().offered == "13900000008"
    assert phone_of(cast.worker, person) == "13900000001"


def test_nobody_outside_reads_or_marks(cast, officers, record):
    correction = marked(cast.worker, record).correction
    with pytest.raises(NotFound):
        marked(cast.neighbour, record)
    with pytest.raises(NotFound):
        step(cast.neighbour, acknowledge_correction, correction)
    for stranger in (cast.neighbour, officers.civil, officers.nowhere, cast.department, cast.system):
        with acting_as(stranger), pytest.raises(NotFound):
            get_correction(actor=stranger, pk=correction.pk)
        with acting_as(stranger):
            assert not Correction.objects.exists()
    with pytest.raises(NotFound):
        answered(officers.civil, correction)
    with pytest.raises(NotAllowed):
        marked(cast.town, record)


def test_whoever_lost_the_grant_still_reads_the_answer_and_marks_no_more(cast, officers, dataset, record):
    correction = marked(cast.worker, record).correction
    Grant.objects.update(revoked_at=now())
    with pytest.raises(NotFound):
        marked(cast.worker, record, Mark(Finding.MOVED))
    answered(officers.disabled, correction)
    with acting_as(cast.worker):
        assert get_correction(actor=cast.worker, pk=correction.pk).state == State.ACCEPTED


def test_an_item_that_was_not_granted_cannot_be_marked(cast, record):
    Grant.objects.update(items=["person.name"])
    with pytest.raises(NotFound):
        marked(cast.worker, record)
    marked(cast.worker, record, Mark(Finding.WRONG, "person.name", "张山"))


def test_overdue_is_overdue_for_village_department_and_district(cast, officers, record):
    correction = marked(cast.worker, record).correction
    with acting_as(cast.worker):
        assert not list_waiting(actor=cast.worker).exists()
        Correction.objects.visible_to(cast.worker).update(due_on=localdate() - timedelta(days=1))
    for actor in (cast.worker, officers.disabled, cast.district):
        with acting_as(actor):
            assert get_correction(actor=actor, pk=correction.pk).is_overdue
    with acting_as(cast.district):
        assert list_waiting(actor=cast.district).count() == 1


def test_right_is_one_statement_for_many_and_ends_with_the_next_change(cast, officers, dataset, record, person):
    other = make_id_number()
    with acting_as(cast.worker):
        make_person(EAST, id_number=other, name="李四")
    rows = [[id_number_of(person), "张三", "13900000002"], [other, "李四", None]]
    load(officers.disabled, dataset, rows)
    first, second = (record_of(cast.worker, name=name) for name in ("张三", "李四"))
    versions = {one.pk: version_of(one) for one in (first, second)}
    with acting_as(cast.worker):
        done = verify_records(actor=cast.worker, versions=versions)
        assert (done.done, done.stale, done.disputed) == (2, 0, 0)
        assert verify_records(actor=cast.worker, versions=versions).done == 2
        assert Verification.objects.visible_to(cast.worker).count() == 2
    load(officers.disabled, dataset, [[id_number_of(person), "张三", "13900000007"]])
    with acting_as(cast.worker):
        again = ReturnedRecord.objects.visible_to(cast.worker)
        assert set(list_verified(actor=cast.worker, records=again)) == {second.pk}
        assert verify_records(actor=cast.worker, versions=versions).stale == 1


def test_a_disputed_record_is_not_found_right_meanwhile(cast, record):
    marked(cast.worker, record)
    with acting_as(cast.worker):
        done = verify_records(actor=cast.worker, versions={record.pk: version_of(record)})
    assert (done.done, done.disputed) == (0, 1)


def test_one_item_can_be_found_right(cast, record):
    with acting_as(cast.worker):
        assert verify_item(actor=cast.worker, record_pk=record.pk, version=version_of(record), item="person.name")
        assert not verify_item(actor=cast.worker, record_pk=record.pk, version="0", item="person.name")
        with pytest.raises(NotFound):
            verify_item(actor=cast.worker, record_pk=record.pk, version=version_of(record), item="person.remark")
        assert list_verified(actor=cast.worker, records=[record]) == {}


def test_a_record_of_the_next_village_cannot_be_found_right(cast, officers, dataset, record):
    with acting_as(cast.neighbour):
        assert verify_records(actor=cast.neighbour, versions={record.pk: version_of(record)}).done == 0
        assert not Verification.objects.exists()
    assert record.area_code != WEST


def test_marking_costs_a_fixed_number_of_statements(cast, record):
    with acting_as(cast.worker), watching() as statements:
        verify_records(actor=cast.worker, versions={record.pk: version_of(record)})
    assert len(statements) <= 10
    with acting_as(cast.worker):
        assert not Evidence.objects.exists()
