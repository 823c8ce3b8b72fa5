from datetime import date

import pytest

from accounts.errors import NotAllowed
from accounts.scope import acting_as
from registry.catalogue import get_catalogue
from registry.changes import Change, Outcome, Source, SourceKind, apply
from registry.models import Difference, Person
from tests.factories import EAST, WEST, make_person

pytestmark = pytest.mark.django_db

OLD, NEW = date(2025, 1, 1), date(2026, 6, 1)


def source(kind=SourceKind.SELF, on=NEW, by="东村"):
    return Source(kind=kind, by=by, on=on)


@pytest.fixture
def person(cast, items):
    with acting_as(cast.worker):
        return make_person(EAST, name="单桂兰")


def change(cast, person, values, given=None, actor=None):
    actor = actor or cast.worker
    with acting_as(actor):
        return apply(actor=actor, entity="person", changes=[Change(person.pk, values)], source=given or source())


def kept(cast, person):
    with acting_as(cast.worker):
        return Person.objects.get(pk=person.pk)


def test_typed_and_other_items_are_written_with_their_source(cast, person):
    values = {"person.phone": "13900000001", "person.bank_name": "农商银行", "person.is_disabled": True}
    assert change(cast, person, values) == Outcome(changed=1, differences=0)
    now = kept(cast, person)
    assert (now.phone, now.is_disabled, now.attributes["person.bank_name"]) == ("13900000001", True, "农商银行")
    assert now.provenance["person.phone"] == {"s": "self", "by": "东村", "on": "2026-06-01"}
    assert now.version == person.version + 1


def test_the_old_row_is_kept(cast, person):
    change(cast, person, {"person.phone": "13900000001"})
    with acting_as(cast.worker):
        assert list(person.history.values_list("phone", flat=True)) == [""]


def test_an_identity_number_is_sealed_and_found_by_its_index(cast, person):
    change(cast, person, {"person.id_number": "11010519491231002X"})
    now = kept(cast, person)
    assert now.id_number_sealed.startswith("s1.")
    assert bytes(now.id_number_index).hex() == now.provenance["person.id_number"]["ix"]


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        (source(SourceKind.DEPARTMENT, OLD), source(SourceKind.SELF, NEW), "first"),
        (source(SourceKind.SELF, NEW), source(SourceKind.DEPARTMENT, OLD), "second"),
        (source(SourceKind.SELF, OLD), source(SourceKind.IMPORT, NEW), "second"),
        (source(SourceKind.SELF, NEW), source(SourceKind.IMPORT, OLD), "first"),
        (source(SourceKind.DERIVED, NEW), source(SourceKind.SELF, OLD), "second"),
        (source(SourceKind.REPORT, NEW), source(SourceKind.SELF, NEW), "second"),
    ],
    ids=["steward wins", "steward takes", "newer wins", "older loses", "derived yields", "same day: last wins"],
)
def test_the_better_source_wins_and_the_other_becomes_a_difference(cast, person, first, second, winner):
    change(cast, person, {"person.phone": "13900000001"}, first)
    change(cast, person, {"person.phone": "13900000002"}, second)
    assert kept(cast, person).phone == {"first": "13900000001", "second": "13900000002"}[winner]
    with acting_as(cast.worker):
        offered = list(Difference.objects.values_list("offered", flat=True))
    assert offered == (["13900000002"] if winner == "first" else [])


def test_one_difference_is_not_told_twice(cast, person):
    change(cast, person, {"person.phone": "13900000001"}, source(SourceKind.DEPARTMENT))
    for _ in range(2):
        change(cast, person, {"person.phone": "13900000002"})
    with acting_as(cast.worker):
        assert Difference.objects.count() == 1


def test_a_weaker_source_that_agrees_takes_nothing_over(cast, person):
    change(cast, person, {"person.phone": "13900000001"}, source(SourceKind.DEPARTMENT))
    assert change(cast, person, {"person.phone": "13900000001"}) == Outcome(0, 0)
    assert kept(cast, person).provenance["person.phone"]["s"] == "department"


def test_equal_sealed_values_are_no_difference(cast, person):
    change(cast, person, {"person.bank_account": "6222000000000001"}, source(SourceKind.DEPARTMENT))
    assert change(cast, person, {"person.bank_account": "6222000000000001"}).differences == 0
    assert change(cast, person, {"person.bank_account": "6222000000000002"}).differences == 1


def test_a_difference_is_settled_when_its_value_wins_after_all(cast, person):
    change(cast, person, {"person.phone": "13900000001"}, source(SourceKind.DEPARTMENT, OLD))
    change(cast, person, {"person.phone": "13900000002"})
    change(cast, person, {"person.phone": "13900000002"}, source(SourceKind.DEPARTMENT, NEW))
    with acting_as(cast.worker):
        assert list(Difference.objects.values_list("state", "settled_by")) == [("taken", cast.worker.post_id)]


def test_none_clears_a_value(cast, person):
    change(cast, person, {"person.phone": "13900000001", "person.bank_name": "农商银行", "person.is_disabled": True})
    change(cast, person, {"person.phone": None, "person.bank_name": None, "person.is_disabled": None})
    now = kept(cast, person)
    assert (now.phone, now.is_disabled) == ("", None)
    assert "person.bank_name" not in now.attributes


def test_a_new_name_is_spelled_anew(cast, person):
    change(cast, person, {"person.name": "查阿妹"})
    assert (kept(cast, person).initials, kept(cast, person).pinyin) == ("zam", "zha a mei")


def test_somebody_of_the_next_village_stays_as_they_are(cast, person):
    with acting_as(cast.neighbour):
        theirs = make_person(WEST)
    assert change(cast, theirs, {"person.phone": "13900000001"}) == Outcome(0, 0)


def test_without_the_right_nothing_is_written(cast, person):
    with pytest.raises(NotAllowed):
        change(cast, person, {"person.phone": "13900000001"}, actor=cast.town)


def test_a_derived_item_cannot_be_written(cast, person):
    with pytest.raises(LookupError):
        change(cast, person, {"person.age": 80})


def test_fifty_people_cost_one_statement(cast, items, django_assert_num_queries):
    with acting_as(cast.worker):
        people = [make_person(EAST) for _ in range(50)]
        changes = [Change(person.pk, {"person.phone": f"139{n:08d}"}) for n, person in enumerate(people)]
        get_catalogue()
        with django_assert_num_queries(1):
            apply(actor=cast.worker, entity="person", changes=changes, source=source())
