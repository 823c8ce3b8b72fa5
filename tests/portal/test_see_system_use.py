"""How often a system is opened, shown to its department and to the desk: by month, role and town, of nobody."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.roles import Role
from portal.models import LaunchCount, System, TownLaunchCount
from portal.selectors.low_use import months_before, window_before
from portal.selectors.system_use import get_use
from portal.services.sign_on.entering import note_launch
from tests.doors import sign_in
from tests.factories import TOWN
from tests.portal.entrances import Kind, connect
from tests.portal.filing import begun, make_system

pytestmark = pytest.mark.django_db
TODAY = localdate()
RUNNING = TODAY.replace(day=1)


@pytest.fixture
def connected(cast, items):
    roles = ["community_worker", "grid_worker", "town_admin", "district_admin"]
    return connect(cast.department, cast.district, cast.security, Kind.CAS, system={"roles": roles})


@pytest.fixture
def system(connected):
    return connected.system


def enter(connected, *actors):
    for actor in actors:
        note_launch(actor=actor, entrance=connected.entrance)


def page_of(client, actor, system):
    sign_in(client, actor)
    return client.get(reverse("portal:system_detail", args=[system.pk])).content.decode()


def admitted_a_year_ago(system):
    System.objects.filter(pk=system.pk).update(admitted_on=TODAY - timedelta(days=365))
    system.refresh_from_db()


def test_entries_are_summed_by_month_and_by_role(cast, connected, system):
    admitted_a_year_ago(system)
    enter(connected, cast.worker, cast.neighbour, cast.town)
    LaunchCount.objects.create(system=system, month=months_before(TODAY, 2), role=Role.COMMUNITY_WORKER, count=6)
    use = get_use(system=system, today=TODAY)
    assert [(month.count, month.percent) for month in use.months[:4]] == [(3, 50), (0, 0), (6, 100), (0, 0)]
    assert (len(use.months), use.total) == (12, 9)
    assert use.roles == [("社区工作者", 8), ("镇街管理员", 1)]


def test_months_before_the_admission_are_not_shown_as_empty(cast, connected, system):
    assert [month.first for month in get_use(system=system, today=TODAY).months] == [RUNNING]


def test_entries_are_summed_by_town_and_posts_above_a_town_have_none(cast, connected):
    enter(connected, cast.worker, cast.neighbour, cast.town, cast.district)
    kept = TownLaunchCount.objects.get()
    assert (kept.town_id, kept.month, kept.count) == (TOWN, RUNNING, 3)
    use = get_use(system=connected.system, today=TODAY)
    assert (use.towns, use.total) == ([(kept.town.name, 3)], 4)


def test_what_is_kept_names_no_user_no_village_and_no_role_of_a_town(cast, connected):
    enter(connected, cast.worker, cast.grid_worker)
    assert [field.name for field in LaunchCount._meta.fields] == ["pk", "system", "month", "role", "count"]
    assert [field.name for field in TownLaunchCount._meta.fields] == ["pk", "system", "month", "town", "count"]
    assert set(TownLaunchCount.objects.values_list("town__level", flat=True)) == {"town"}


def test_the_department_and_the_desk_see_it_and_nobody_else(client, cast, connected):
    enter(connected, cast.worker)
    for actor in (cast.department, cast.district):
        assert "近 12 个月进入 1 次" in page_of(client, actor, connected.system)
    for actor in (cast.other_department, cast.town):
        assert "使用情况" not in page_of(client, actor, connected.system)


def test_a_system_that_is_not_admitted_yet_has_none(client, cast, items):
    assert "使用情况" not in page_of(client, cast.department, begun(cast.department).system)


def test_the_department_is_told_that_its_system_is_hardly_used(client, cast, system):
    window = window_before(TODAY)
    assert not get_use(system=system, today=TODAY).is_low
    admitted_a_year_ago(system)
    LaunchCount.objects.create(system=system, month=window.since, role=Role.GRID_WORKER, count=7)
    assert f"{window}共进入 7 次,不到 30 次" in page_of(client, cast.department, system)
    listed = client.get(reverse("portal:system_low_use")).content.decode()
    assert system.name in listed
    assert "发提醒函" not in listed
    sign_in(client, cast.other_department)
    assert system.name not in client.get(reverse("portal:system_low_use")).content.decode()


def test_it_costs_four_queries_however_much_was_counted(cast, connected, django_assert_num_queries):
    enter(connected, cast.worker, cast.town)
    other = make_system(cast.department, cast.district, "救助平台")
    for system in (connected.system, other):
        with django_assert_num_queries(4):
            get_use(system=system, today=TODAY)
