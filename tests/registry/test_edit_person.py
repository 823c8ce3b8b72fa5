"""Editing a resident: only what changed is written, and two workers never overwrite each other unseen."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import acting_as
from registry.changes import Change, Source, SourceKind, apply
from registry.models import Difference
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, EAST_GRID, WEST, make_id_number
from tests.registry.conftest import GUILAN_NUMBER

pytestmark = pytest.mark.django_db


def form_of(client, person):
    """What the browser would send back unchanged."""
    form = client.get(reverse("registry:person_edit", args=[person.pk])).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def send(client, person, given):
    return client.post(reverse("registry:person_edit", args=[person.pk]), given)


def test_an_untouched_form_changes_nothing(worker_client, village, fresh):
    person = village["guilan"]
    assert send(worker_client, person, form_of(worker_client, person)).status_code == 302
    again = fresh(person)
    assert (again.version, again.provenance) == (person.version, person.provenance)


def test_only_the_changed_items_are_written_with_their_source(worker_client, village, fresh):
    person = village["guilan"]
    given = form_of(worker_client, person) | {"person.phone": "139 0000 2208", "person.bank_name": "农商银行"}
    with watching() as statements:
        send(worker_client, person, given)
    again = fresh(person)
    assert (again.phone, again.attributes["person.bank_name"]) == ("13900002208", "农商银行")
    assert set(again.provenance) == {"person.phone", "person.bank_name"}
    assert "person.changed" in audited(statements)


def test_an_emptied_field_clears_the_value(worker_client, village, fresh):
    person = village["guilan"]
    send(worker_client, person, form_of(worker_client, person) | {"person.phone": ""})
    assert fresh(person).phone == ""


def test_a_masked_number_left_empty_stays_and_filled_in_is_replaced(worker_client, village, fresh):
    person = village["guilan"]
    given = form_of(worker_client, person)
    assert given["person.id_number"] == ""
    send(worker_client, person, given | {"person.phone": ""})
    assert bytes(fresh(person).id_number_index) == bytes(person.id_number_index)
    new = make_id_number(person.birth_date)
    send(worker_client, person, form_of(worker_client, person) | {"person.id_number": new, "person.sex": ""})
    assert bytes(fresh(person).id_number_index) != bytes(person.id_number_index)


def test_the_number_of_another_person_is_refused(worker_client, village):
    person = village["long"]
    answer = send(worker_client, person, form_of(worker_client, person) | {"person.id_number": GUILAN_NUMBER})
    assert answer.status_code == 422


def test_the_second_of_two_workers_sees_both_values_and_decides(cast, client, village, fresh):
    person = village["guilan"]
    sign_in(client, cast.worker)
    mine = form_of(client, person) | {"person.phone": "13900000002"}
    with acting_as(cast.colleague):
        source = Source(SourceKind.SELF, "东村 王建国", timezone.localdate())
        change = Change(person.pk, {"person.phone": "13900000001"})
        apply(actor=cast.colleague, entity="person", changes=[change], source=source)
    answer = send(client, person, mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "13900000001" in text
    assert "13900000002" in text
    assert fresh(person).phone == "13900000001"
    assert send(client, person, dict(answer.context["answers"])).status_code == 302
    assert fresh(person).phone == "13900000002"


def test_a_value_of_the_department_stays_and_the_workers_becomes_a_difference(cast, worker_client, village, fresh):
    person = village["guilan"]
    with acting_as(cast.worker):
        source = Source(SourceKind.DEPARTMENT, "区民政局", timezone.localdate())
        apply(actor=cast.worker, entity="person", changes=[Change(person.pk, {"person.phone": "1"})], source=source)
    given = form_of(worker_client, person) | {"person.phone": "13900000003"}
    answer = worker_client.post(reverse("registry:person_edit", args=[person.pk]), given, follow=True)
    assert "已记为差异" in answer.content.decode()
    assert fresh(person).phone == "1"
    with acting_as(cast.worker):
        assert Difference.objects.get().offered == "13900000003"


def test_a_resident_moves_within_the_village(worker_client, village, fresh):
    person = village["long"]
    send(worker_client, person, form_of(worker_client, person) | {"area_code": str(EAST_GRID)})
    assert fresh(person).area_code == EAST_GRID


def test_a_resident_is_not_moved_to_the_next_village(worker_client, village, fresh):
    person = village["long"]
    answer = send(worker_client, person, form_of(worker_client, person) | {"area_code": str(WEST)})
    assert answer.status_code == 422
    assert fresh(person).area_code == EAST


def test_the_register_is_changed_on_request(worker_client, village, fresh):
    person = village["long"]
    send(worker_client, person, form_of(worker_client, person) | {"registered_area_code": "0"})
    assert fresh(person).registered_area_code == 0
