"""Who saw how much in full: counts for the heads of an area and the security administrator."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import SightCount
from accounts.roles import Role
from accounts.scope import acting_as
from accounts.services.sight import open_emergency
from tests.doors import sign_in, watching
from tests.factories import DISTRICT, WEST, make_actor

pytestmark = pytest.mark.django_db
LOG = reverse("accounts:sight_log")


@pytest.fixture
def counts(cast):
    today = timezone.localdate()
    SightCount.objects.create(post_id=cast.worker.post_id, day=today, opened=30, alarmed_at=timezone.now())
    SightCount.objects.create(post_id=cast.worker.post_id, day=today.replace(year=today.year - 1), opened=7)
    SightCount.objects.create(post_id=cast.neighbour.post_id, day=today, opened=40)
    SightCount.objects.create(post_id=cast.district.post_id, day=today, opened=2)


def lines(client, actor):
    return [(line.post.pk, line.today, line.days) for line in sign_in(client, actor).get(LOG).context["lines"]]


def test_the_head_of_a_town_sees_the_posts_of_the_town_alarms_first(cast, client, counts):
    assert lines(client, cast.town) == [(cast.worker.post_id, 30, 30), (cast.neighbour.post_id, 40, 40)]


def test_the_security_administrator_sees_all_posts_and_no_reasons(cast, client, counts):
    with acting_as(cast.worker):
        open_emergency(actor=cast.worker, reason="3 号楼起火")
    security = make_actor(Role.SECURITY_ADMIN, DISTRICT)
    assert len(lines(client, security)) == 3
    page = client.get(LOG).content.decode()
    assert "达到上限" in page
    assert "3 号楼起火" not in page


def test_the_head_reads_the_reasons_of_emergencies(cast, client):
    with acting_as(cast.worker):
        open_emergency(actor=cast.worker, reason="3 号楼起火")
    assert "3 号楼起火" in sign_in(client, cast.town).get(LOG).content.decode()
    assert "3 号楼起火" not in sign_in(client, make_actor(Role.TOWN_ADMIN, WEST)).get(LOG).content.decode()


@pytest.mark.parametrize("who", ["worker", "grid_worker", "department", "system"])
def test_nobody_else_opens_it(cast, client, who):
    assert sign_in(client, getattr(cast, who)).get(LOG).status_code == 403


def test_more_posts_cost_no_more_queries(cast, client, counts):
    sign_in(client, cast.town).get(LOG)
    with watching() as before:
        client.get(LOG)
    SightCount.objects.create(post_id=cast.grid_worker.post_id, day=timezone.localdate(), opened=1)
    with watching() as after:
        client.get(LOG)
    assert len(after) == len(before)
