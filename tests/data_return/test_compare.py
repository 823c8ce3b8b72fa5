"""A dataset beside the registry: matched, missing here, missing there, different, over the village's range only."""

import pytest
from django.utils.timezone import now

from accounts.errors import NotFound
from accounts.scope import acting_as
from accounts.sealing import open_sealed
from data_return.comparing.reading import Asked, Kind, count_sides, get_comparison, list_absent, list_sides
from data_return.models import DatasetVersion, Grant
from data_return.selectors.marking import version_of
from data_return.services.verifying import verify_records
from registry.models import Person
from tests.data_return.marking import BORN, LOW_INCOME_HEAD, id_number_of
from tests.data_return.test_load_records import load
from tests.doors import watching
from tests.factories import DISTRICT, EAST, WEST, make_person

pytestmark = pytest.mark.django_db
OLD = {"all": [{"item": "person.age", "op": ">=", "value": 80}]}


def compared(actor, dataset, **more):
    return get_comparison(actor=actor, pk=dataset.pk, **more)


def names(actor, dataset, kind, **asked):
    with acting_as(actor):
        sides = list_sides(compared(actor, dataset), Asked(kind, **asked))
    return [side.record.values["person.name"] for side in sides]


def test_every_record_is_in_one_list_and_the_counts_agree(cast, low_income, world):
    with acting_as(cast.worker):
        counts = count_sides(compared(cast.worker, low_income))
    assert (counts.theirs, counts.matched, counts.by_name, counts.there) == (5, 4, 1, None)
    lists = {kind: names(cast.worker, low_income, kind) for kind in (Kind.DIFFERS, Kind.LACKS, Kind.HERE, Kind.SAME)}
    assert lists == {Kind.DIFFERS: ["异"], Kind.LACKS: ["缺"], Kind.HERE: ["外"], Kind.SAME: ["同", "无号"]}
    assert {kind: counts.of(kind) for kind in lists} == {kind: len(found) for kind, found in lists.items()}


def test_what_differs_and_what_is_lacking_is_told_by_item(cast, low_income, world):
    with acting_as(cast.worker):
        (differs,) = list_sides(compared(cast.worker, low_income), Asked(Kind.DIFFERS))
        (lacks,) = list_sides(compared(cast.worker, low_income), Asked(Kind.LACKS))
    assert (differs.differing, lacks.lacking) == (["person.phone"], ["person.phone"])
    assert differs.subject.pk == world["异"].pk
    assert names(cast.worker, low_income, Kind.DIFFERS, item="person.name") == []
    assert names(cast.worker, low_income, Kind.DIFFERS, item="person.phone") == ["异"]


def test_numbers_are_compared_as_numbers(cast, officers, low_income, world):
    with acting_as(cast.worker):
        Person.objects.filter(pk=world["同"].pk).update(attributes={"person.low_income_amount": "260.00"})
    number = id_number_of(world["同"])
    load(
        officers.disabled,
        low_income,
        [[number, "同", BORN.isoformat(), "13900000001", "260", "城桥镇", "东村"]],
        head=LOW_INCOME_HEAD,
    )
    assert "同" in names(cast.worker, low_income, Kind.SAME)


def test_who_should_be_on_the_list_and_is_not(cast, low_income, world):
    DatasetVersion.objects.filter(dataset=low_income).update(covers=OLD)
    with acting_as(cast.worker):
        comparison = compared(cast.worker, low_income)
        assert count_sides(comparison).there == 1
        assert [one.name for one in list_absent(comparison, Asked(Kind.THERE))] == ["漏"]


def test_it_is_not_told_where_the_list_is_made_by_what_the_reader_may_not_see(cast, low_income, world):
    masked = {"all": [{"item": "person.is_disabled", "op": "=", "value": True}]}
    DatasetVersion.objects.filter(dataset=low_income).update(covers=masked)
    with acting_as(cast.worker):
        comparison = compared(cast.worker, low_income)
        assert count_sides(comparison).there is None
        with pytest.raises(NotFound):
            list_absent(comparison, Asked(Kind.THERE))


def test_somebody_registered_after_the_load_is_matched_at_once(cast, low_income, world):
    with acting_as(cast.worker):
        (side,) = list_sides(compared(cast.worker, low_income), Asked(Kind.HERE))
        number = open_sealed("person.id_number", side.record.values["person.id_number"])
        make_person(EAST, id_number=number, name="外")
    assert names(cast.worker, low_income, Kind.HERE) == []


def test_two_of_the_same_name_and_day_match_nobody(cast, low_income, world):
    with acting_as(cast.worker):
        make_person(EAST, name="无号")
    assert "无号" in names(cast.worker, low_income, Kind.HERE)


def test_what_is_worked_off_can_be_left_out(cast, low_income, world):
    with acting_as(cast.worker):
        sides = list_sides(compared(cast.worker, low_income), Asked(Kind.SAME))
        right = sides[0].record
        verify_records(actor=cast.worker, versions={right.pk: version_of(right)})
        assert count_sides(compared(cast.worker, low_income)).verified == 1
    assert names(cast.worker, low_income, Kind.SAME, open_only=True) == ["无号"]


def test_pages_follow_one_another(cast, low_income, world):
    first = names(cast.worker, low_income, Kind.SAME, most=1)
    with acting_as(cast.worker):
        (side,) = list_sides(compared(cast.worker, low_income), Asked(Kind.SAME, most=1))
    assert (first, names(cast.worker, low_income, Kind.SAME, after=side.record.pk)) == (["同"], ["无号"])


def test_only_the_own_range_and_only_under_a_grant(cast, officers, low_income, world):
    assert names(cast.neighbour, low_income, Kind.SAME) + names(cast.neighbour, low_income, Kind.DIFFERS) == ["西"]
    assert names(cast.grid_worker, low_income, Kind.DIFFERS) == ["异"]
    with acting_as(cast.worker), pytest.raises(NotFound):
        compared(cast.worker, low_income, area=(WEST, WEST + 5))
    with acting_as(cast.district), pytest.raises(NotFound):
        compared(cast.district, low_income)
    Grant.objects.update(revoked_at=now())
    with acting_as(cast.worker), pytest.raises(NotFound):
        compared(cast.worker, low_income)
    assert DISTRICT < EAST


def test_an_item_that_was_not_granted_is_not_compared(cast, low_income, world):
    Grant.objects.update(items=["person.id_number", "person.name"])
    assert names(cast.worker, low_income, Kind.DIFFERS) == []
    with acting_as(cast.worker):
        counts = count_sides(compared(cast.worker, low_income))
    assert (counts.by_name, counts.here) == (0, 2)


def test_it_costs_the_same_however_many(cast, low_income, world):
    with acting_as(cast.worker):
        comparison = compared(cast.worker, low_income)
        with watching() as counting:
            count_sides(comparison)
        with watching() as listing:
            list_sides(comparison, Asked(Kind.SAME))
    assert (len(counting), len(listing)) == (2, 3)
