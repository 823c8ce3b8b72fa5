"""What belongs to the next village does not exist, whatever address is tried; and who may open which page."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from accounts.scope import acting_as
from registry import urls
from registry.models import Dwelling, Event, EventPhoto, ImportBatch, Organization
from tests.doors import sign_in
from tests.factories import WEST, make_actor, make_household, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.rls]
WITH_ID = [pattern.name for pattern in urls.urlpatterns if "<int:pk>" in str(pattern.pattern)]
OPEN = [pattern.name for pattern in urls.urlpatterns if "<" not in str(pattern.pattern)]
POSTED = {"take": "1", "step": "remove", "person": "1", "reason": "death", "on": "2026-11-01", "note": "试", "find": ""}


@pytest.fixture
def foreign(cast, items):
    """One of everything in 西村, by the first word of its pages."""
    from registry.models import Difference

    with acting_as(cast.neighbour):
        person = make_person(WEST, name="沈阿妹")
        event = Event.objects.create(
            area_code=WEST, number="SJ1", title="漏水", category="06", place="西村", reporter_id=cast.neighbour.post_id,
            occurred_at="2026-11-01T08:00+08:00",
        )  # fmt: skip
        return {
            "person": person,
            "household": make_household(WEST, number="1"),
            "dwelling": Dwelling.objects.create(area_code=WEST, address="西街1号"),
            "organization": Organization.objects.create(area_code=WEST, name="西村小店"),
            "difference": Difference.objects.create(
                area_code=WEST, entity="person", subject_id=person.pk, item_id="person.phone", offered="1"
            ),
            "event": event,
            "photo": EventPhoto.objects.create(area_code=WEST, event=event, image=b"x"),
            "import": ImportBatch.objects.create(area_code=WEST, post_id=cast.neighbour.post_id, filename="x.xlsx"),
        }


def address(name, foreign):
    subject = foreign[name.partition("_")[0]]
    extra = {"photo_pk": foreign["photo"].pk} if name == "event_photo" else {}
    return reverse(f"registry:{name}", kwargs={"pk": subject.pk, **extra})


@pytest.mark.parametrize("name", WITH_ID)
def test_a_worker_of_the_next_village_finds_nothing(client, cast, foreign, name):
    url = address(name, foreign)
    sign_in(client, cast.worker)
    statuses = {client.get(url).status_code, client.post(url, POSTED).status_code}
    assert 404 in statuses
    assert statuses <= {404, 405}


@pytest.mark.parametrize("name", WITH_ID)
def test_what_does_not_exist_answers_the_same(client, cast, foreign, name):
    url = address(name, foreign)
    sign_in(client, cast.worker)
    there = client.get(url), client.post(url, POSTED)
    sign_in(client, cast.worker)
    nowhere = url.replace(f"/{foreign[name.partition('_')[0]].pk}", "/999999999", 1)
    absent = client.get(nowhere), client.post(nowhere, POSTED)
    assert [answer.status_code for answer in there] == [answer.status_code for answer in absent]


@pytest.mark.parametrize("name", [*OPEN, *WITH_ID])
@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_a_separated_administrator_opens_no_page_of_the_registry(client, cast, foreign, name, role):
    url = reverse(f"registry:{name}") if name in OPEN else address(name, foreign)
    sign_in(client, make_actor(role, cast.district.area_code))
    statuses = {client.get(url).status_code, client.post(url, POSTED).status_code}
    assert statuses <= {403, 405}
    assert 403 in statuses


@pytest.mark.parametrize("name", [*OPEN, *WITH_ID])
def test_nobody_opens_a_page_without_logging_in(client, foreign, name):
    url = reverse(f"registry:{name}") if name in OPEN else address(name, foreign)
    assert client.get(url).status_code in (302, 405)


def test_department_staff_see_the_catalogue_and_no_resident(client, cast, foreign):
    sign_in(client, cast.department)
    assert client.get(reverse("registry:item_list")).status_code == 200
    assert client.get(reverse("registry:person_list")).status_code == 403
