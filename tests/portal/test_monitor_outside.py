"""Chosen villages tell what reached them past the portal; it is added up per issuing department and never compared."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.codes import Level
from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.models import Area
from accounts.roles import Role
from accounts.scope import acting_as
from portal.models import OutsideAsk
from portal.periods import year_of
from portal.selectors.monitoring import get_outside, list_asks
from portal.services.monitoring import NoPoint, end_point, remove_outside
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, TOWN, WEST, make_actor
from tests.portal.complaining import department_of
from tests.portal.monitoring import choose, tell

pytestmark = pytest.mark.django_db


def outside(actor, area, department=None):
    with acting_as(actor):
        place = Area.objects.get(code=area)
        return get_outside(actor=actor, area=place, period=year_of(localdate()), department=department)


def test_what_points_tell_is_added_up_per_department(cast):
    civil, disabled = department_of(cast.department), department_of(cast.other_department)
    for worker, area in ((cast.worker, EAST), (cast.neighbour, WEST)):
        choose(cast.district, area)
        tell(worker, civil, minutes=30, repeated=True)
    tell(cast.worker, civil, channel="paper", minutes=10)
    tell(cast.worker, disabled, channel="phone")
    told = outside(cast.district, DISTRICT)
    assert told.points == 2
    first, second = told.lines
    assert (first.department, first.asks, first.chat, first.paper, first.repeated, first.minutes) == (
        *("区民政局", 3, 2, 1, 2, 70),
    )
    assert (second.department, second.asks, second.phone, second.minutes) == ("区残联", 1, 1, 0)
    assert outside(cast.worker, EAST).points == 1


def test_a_department_reads_its_own_figures_only_where_three_points_told(cast):
    civil = department_of(cast.department)
    for worker, area in ((cast.worker, EAST), (cast.neighbour, WEST)):
        choose(cast.district, area)
        tell(worker, civil)
    assert outside(cast.department, DISTRICT, civil).withheld
    third = TOWN + 3 * 10**6
    Area.objects.create(code=third, name="南村", level=Level.COMMUNITY, parent_id=TOWN)
    choose(cast.district, third)
    tell(make_actor(Role.COMMUNITY_WORKER, third), civil)
    assert [line.asks for line in outside(cast.department, DISTRICT, civil).lines] == [3]
    assert outside(cast.department, EAST, civil) is None


def test_nothing_says_who_told(cast):
    choose(cast.district, EAST)
    with watching() as statements:
        tell(cast.worker, department_of(cast.department))
    assert "burden.outside_told" in audited(statements)
    with acting_as(cast.worker), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t) FROM portal_outsideask t")
        ((row,),) = cursor.fetchall()
    assert not {"user_id", "post_id", "created_by_id"} & set(row)


def test_only_points_tell_and_only_the_district_chooses(cast):
    civil = department_of(cast.department)
    with pytest.raises(NoPoint):
        tell(cast.worker, civil)
    point = choose(cast.district, EAST)
    with pytest.raises(Conflict):
        choose(cast.district, EAST)
    with pytest.raises(NotAllowed):
        choose(cast.town, WEST)
    with pytest.raises(DomainError):
        choose(cast.district, TOWN)
    with pytest.raises(DomainError):
        tell(cast.worker, civil, received_on=localdate() + timedelta(days=1))
    with acting_as(cast.district):
        end_point(actor=cast.district, pk=point.pk)
    with pytest.raises(NoPoint):
        tell(cast.worker, civil)


def test_the_next_village_neither_sees_nor_removes_it(cast):
    choose(cast.district, EAST)
    told = tell(cast.worker, department_of(cast.department))
    with acting_as(cast.neighbour):
        assert not list_asks(actor=cast.neighbour).exists()
        with pytest.raises(NotFound):
            remove_outside(actor=cast.neighbour, pk=told.pk)
        assert not OutsideAsk.objects.exists()
    with acting_as(cast.colleague):
        remove_outside(actor=cast.colleague, pk=told.pk)
        assert not list_asks(actor=cast.colleague).exists()


def test_the_pages_lead_from_choosing_to_the_account(cast, client):
    sign_in(client, cast.district)
    assert client.post(reverse("portal:burden_points"), {"area": EAST}).status_code == 302
    assert client.post(reverse("portal:burden_points"), {"area": EAST}).status_code == 409
    assert "东村" in client.get(reverse("portal:burden_points")).content.decode()
    sign_in(client, cast.worker)
    given = {"department": cast.department.department_id, "channel": "system", "title": "每日上报", "minutes": 15}
    assert client.post(reverse("portal:burden_outside"), given).status_code == 422
    assert client.post(reverse("portal:burden_outside"), given | {"received_on": localdate()}).status_code == 302
    assert "每日上报" in client.get(reverse("portal:burden_outside")).content.decode()
    sign_in(client, cast.neighbour)
    assert "不是监测点" in client.get(reverse("portal:burden_outside")).content.decode()
    sign_in(client, cast.town)
    page = client.get(reverse("portal:burden")).content.decode()
    assert "1 个监测点上报" in page
