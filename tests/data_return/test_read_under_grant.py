"""A record is visible only where the post's scope and a live grant meet; the database holds it."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.models import Area
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.models import Grant, ReturnedRecord
from tests.doors import watching
from tests.factories import DISTRICT, EAST, EAST_GRID, TOWN, WEST, make_actor, make_dataset, make_grant, make_record

pytestmark = [pytest.mark.django_db, pytest.mark.rls]


@pytest.fixture
def places(officers, dataset):
    """A record at each of these places."""
    return {area: make_record(officers.disabled, dataset, area) for area in (EAST, EAST_GRID, WEST, TOWN, DISTRICT)}


def seen(actor, places):
    """Areas whose record the post sees, asked with our filter and, behind it, the database alone."""
    with acting_as(actor):
        filtered = set(ReturnedRecord.objects.visible_to(actor).values_list("pk", flat=True))
        by_wall = set(ReturnedRecord.objects.values_list("pk", flat=True))
    assert filtered == by_wall
    return {area for area, pk in places.items() if pk in by_wall}


def test_a_community_reads_its_own(cast, places, grant_to):
    grant_to(cast.worker)
    assert seen(cast.worker, places) == {EAST, EAST_GRID}
    assert seen(cast.grid_worker, places) == {EAST_GRID}
    assert seen(cast.neighbour, places) == seen(cast.town, places) == seen(cast.district, places) == set()


def test_a_town_that_was_granted_one_village_reads_that_village(cast, places, grant_to):
    grant_to(cast.town, areas=[WEST])
    assert seen(cast.town, places) == seen(cast.neighbour, places) == {WEST}
    assert seen(cast.worker, places) == set()


def test_two_narrow_grants_of_two_datasets_do_not_mix(cast, officers, dataset, places, grant_to):
    other = make_dataset(officers.disabled, cast.district, name="另一个")
    theirs = {area: make_record(officers.disabled, other, area) for area in (EAST, WEST)}
    grant_to(cast.town, areas=[WEST])
    make_grant(cast.town, other, officers.disabled, cast.district, areas=[EAST])
    assert seen(cast.town, places) == {WEST}
    assert seen(cast.town, theirs) == {EAST}


def test_a_town_opens_it_to_the_roles_it_named(cast, places, grant_to):
    grant_to(cast.town, readers=[Role.COMMUNITY_WORKER.value])
    assert seen(cast.worker, places) == {EAST, EAST_GRID}
    assert seen(cast.town, places) == seen(cast.grid_worker, places) == set()


def test_a_department_reads_its_district_and_nobody_else_by_that(cast, places, grant_to):
    grant_to(cast.department)
    assert seen(cast.department, places) == set(places)
    assert seen(cast.other_department, places) == seen(cast.district, places) == seen(cast.worker, places) == set()


def test_a_department_with_a_part_of_the_district_reads_that_part(cast, places, grant_to):
    grant_to(cast.department, areas=[TOWN])
    assert seen(cast.department, places) == {EAST, EAST_GRID, WEST, TOWN}


@pytest.mark.parametrize(
    ("since", "until"),
    [(1, 9), (-9, -1)],
)
def test_a_grant_reads_between_its_days_only(cast, places, grant_to, since, until):
    grant = grant_to(cast.worker)
    day = localdate()
    Grant.objects.filter(pk=grant.pk).update(since=day + timedelta(since), until=day + timedelta(until))
    assert seen(cast.worker, places) == set()


@pytest.mark.parametrize(("since", "until"), [(0, 0), (0, 5), (-5, 0)])
def test_its_first_and_last_day_count(cast, places, grant_to, since, until):
    grant = grant_to(cast.worker)
    day = localdate()
    Grant.objects.filter(pk=grant.pk).update(since=day + timedelta(since), until=day + timedelta(until))
    assert seen(cast.worker, places) == {EAST, EAST_GRID}


def test_who_reads_does_not_write(cast, places, grant_to):
    grant_to(cast.worker)
    with acting_as(cast.worker):
        assert ReturnedRecord.objects.visible_to(cast.worker).update(area_code=EAST) == 0
        assert ReturnedRecord.objects.visible_to(cast.worker).count() == 2


def test_a_district_is_not_opened_to_another_one(cast, places, grant_to):
    asking = make_actor(Role.DISTRICT_ADMIN, DISTRICT)
    grant_to(asking)
    assert seen(asking, places) == seen(cast.worker, places) | {WEST, TOWN, DISTRICT}
    Area.objects.create(code=320206_000000_000000, name="惠山区", level="district")
    assert seen(make_actor(Role.DISTRICT_ADMIN, 320206_000000_000000), places) == set()


def test_what_is_open_is_found_out_once(cast, places, grant_to):
    grant_to(cast.worker)
    with acting_as(cast.worker):
        list(ReturnedRecord.objects.visible_to(cast.worker))
        with watching() as statements:
            list(ReturnedRecord.objects.visible_to(cast.worker))
    assert len(statements) == 1
