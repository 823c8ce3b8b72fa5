"""What a village's system finds: the reports of its area."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.factories import EAST, WEST
from tests.machines import machine_door, make_machine

pytestmark = pytest.mark.django_db


def test_a_village_finds_its_reports_and_their_columns(cast, report):
    http = machine_door(*make_machine(Role.COMMUNITY_WORKER, EAST, scopes=("reports",)))
    (found,) = http.get(reverse("forms_engine:api_reports"), {"state": "filling"}).json()["items"]
    assert (found["id"], found["area"], found["state"]) == (report.pk, "310151101001", "filling")
    columns = http.get(reverse("forms_engine:api_report", args=[report.pk])).json()["columns"]
    assert [column["letter"] for column in columns] == ["B", "D", "E", "H", "K", "N", "O"]
    assert http.get(reverse("forms_engine:api_reports"), {"state": "accepted"}).json()["items"] == []
    assert http.get(reverse("forms_engine:api_reports"), {"state": "preparing"}).status_code == 400


def test_the_next_village_finds_only_its_own(cast, report):
    http = machine_door(*make_machine(Role.COMMUNITY_WORKER, WEST, scopes=("reports",)))
    (found,) = http.get(reverse("forms_engine:api_reports")).json()["items"]
    assert found["area"] == "310151101002"
    assert http.get(reverse("forms_engine:api_report", args=[report.pk])).status_code == 404
