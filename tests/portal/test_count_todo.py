"""The badges count what waits now, by SQL that is put together once per post and day."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.models import Department
from accounts.roles import Role
from accounts.scope import acting_as
from portal.selectors import todo
from portal.selectors.todo import KINDS, MADE_ANEW, count_todo
from registry.models import Difference
from tests.doors import watching
from tests.factories import DISTRICT, EAST, EAST_GRID, TOWN, make_actor, make_person

AREA = {Role.TOWN_ADMIN: TOWN, Role.COMMUNITY_WORKER: EAST, Role.GRID_WORKER: EAST_GRID}
OF_DEPARTMENT = (Role.DEPARTMENT_STAFF, Role.DATA_OFFICER)


@pytest.fixture(params=Role)
def actor(request, cast):
    department = Department.objects.get(pk=cast.department.department_id) if request.param in OF_DEPARTMENT else None
    return make_actor(request.param, AREA.get(request.param, DISTRICT), department=department)


def made(actor, kinds):
    return list(todo._counted(actor, kinds))


def test_what_is_kept_is_made_without_the_database_and_knows_no_moment(actor):
    kinds = KINDS.keys() - MADE_ANEW
    with acting_as(actor), watching() as statements:
        first, second = made(actor, kinds), made(actor, kinds)
    assert statements == []
    assert first == second


def test_another_day_asks_with_its_own_days(cast):
    today, later = (todo._kept(cast.worker, localdate() + timedelta(days=days)) for days in (0, 1))
    assert today is todo._kept(cast.worker, localdate())
    assert later is not today


def test_what_is_kept_counts_what_is_there_now(cast, items):
    with acting_as(cast.worker):
        before = count_todo(actor=cast.worker)["differences"]
        person = make_person(EAST, name="施桂兰")
        Difference.objects.create(
            area_code=EAST, entity="person", subject_id=person.pk, item_id="person.phone", offered="1"
        )
        assert count_todo(actor=cast.worker)["differences"] == before + 1


def test_all_kinds_are_counted_in_one_query_the_second_time(actor):
    with acting_as(actor):
        count_todo(actor=actor)
        with watching() as statements:
            counts = count_todo(actor=actor)
    assert len(statements) == (1 if counts else 0)
