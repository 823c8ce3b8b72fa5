"""Other systems read the catalogue of tags and, of the own area, who carries which; above the clearance nothing."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from tagging.evaluation.keeping import refresh_all
from tagging.models import Tag
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, WEST, make_person
from tests.tagging.proposing import basic, make_tag

pytestmark = pytest.mark.django_db
TAGS, ASSIGNMENTS = reverse("tagging:api_tags"), reverse("tagging:api_tag_assignments")


@pytest.fixture
def village(cast, items):
    with acting_as(cast.town):
        people = [make_person(area, birth_date=date(1930, 1, 1)) for area in (EAST, EAST, WEST)]
        make_person(EAST, birth_date=date(2000, 1, 1))
    old, one = make_tag(cast), make_tag(cast, cast.town, **basic())
    known = {"all": [{"item": "person.sex", "op": "known"}]}
    hidden = make_tag(cast, cast.town, name="高密", condition=known)
    refresh_all()
    Tag.objects.filter(pk=hidden.pk).update(level=4)
    return people, old, one, hidden


def test_the_catalogue_is_read_page_after_page(client, cast, village):
    sign_in(client, cast.department)
    first = client.get(TAGS, {"limit": 2}).json()
    rest = client.get(TAGS, {"limit": 2, "after": first["next"]}).json()
    assert [tag["name"] for tag in first["items"] + rest["items"]] == ["高龄老人", "失独家庭", "高密"]
    assert rest["next"] is None
    assert first["items"][0] | {"id": 0, "code": "", "changed_at": ""} == {
        "id": 0, "code": "", "name": "高龄老人", "kind": "dynamic", "subject": "person", "level": 2,
        "meaning": "满 80 周岁", "purpose": "高龄津贴", "synonyms": [], "standard_code": "", "group": "老人",
        "owner": "区民政局", "area": "310151000000", "version": 1, "valid_until": None, "changed_at": "",
    }  # fmt: skip
    assert [tag["name"] for tag in client.get(TAGS, {"kind": "basic"}).json()["items"]] == ["失独家庭"]
    assert client.get(TAGS, {"group": "老人"}).status_code == 400


def test_assignments_are_of_the_own_area_up_to_the_clearance(client, cast, village):
    people, old, *_ = village
    sign_in(client, cast.worker)
    with watching() as statements:
        found = client.get(ASSIGNMENTS).json()
    assert audited(statements) == ["tag.assignments_read"]
    assert found == {"items": [{"id": one.pk, "tags": [old.code]} for one in people[:2]], "next": None}
    page = client.get(ASSIGNMENTS, {"limit": 1}).json()
    assert page["next"] == people[0].pk
    assert client.get(ASSIGNMENTS, {"after": page["next"]}).json()["items"][0]["id"] == people[1].pk
    assert client.get(ASSIGNMENTS, {"subject": "household"}).json()["items"] == []


def test_who_sees_no_resident_reads_no_assignment(client, cast, village):
    assert sign_in(client, cast.department).get(ASSIGNMENTS).status_code == 403
