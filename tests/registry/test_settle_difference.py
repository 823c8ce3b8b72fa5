"""Someone compares two values and decides."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.errors import NotFound
from accounts.scope import acting_as
from registry.changes import Change, Source, SourceKind, apply
from registry.errors import WrongStep
from registry.models import Difference
from registry.services.differences import settle_difference
from tests.doors import audited, watching
from tests.factories import make_id_number

pytestmark = pytest.mark.django_db
DEPARTMENT = Source(SourceKind.DEPARTMENT, "区民政局", date(2026, 6, 1))
OWN = Source(SourceKind.SELF, "东村 陈秀英", date(2026, 7, 1))


def differ(cast, person, item, kept, offered):
    with acting_as(cast.worker):
        for source, value in ((DEPARTMENT, kept), (OWN, offered)):
            apply(actor=cast.worker, entity="person", changes=[Change(person.pk, {item: value})], source=source)
        return Difference.objects.get()


def settle(actor, difference, *, take):
    with acting_as(actor):
        return settle_difference(actor=actor, pk=difference.pk, take=take)


def test_taking_writes_the_offered_value_with_its_own_source(cast, village, fresh):
    difference = differ(cast, village["guilan"], "person.phone", "13900000001", "13900000002")
    assert settle(cast.colleague, difference, take=True).state == "taken"
    person = fresh(village["guilan"])
    assert person.phone == "13900000002"
    assert person.provenance["person.phone"]["by"] == "东村 陈秀英"


def test_dropping_keeps_the_value(cast, village, fresh):
    difference = differ(cast, village["guilan"], "person.phone", "13900000001", "13900000002")
    assert settle(cast.worker, difference, take=False).state == "dropped"
    assert fresh(village["guilan"]).phone == "13900000001"


def test_a_sealed_value_is_taken_sealed(cast, village, fresh):
    first, second = make_id_number(), make_id_number()
    difference = differ(cast, village["long"], "person.id_number", first, second)
    assert second not in difference.offered
    settle(cast.worker, difference, take=True)
    assert second not in fresh(village["long"]).id_number_sealed


def test_a_yes_or_no_is_taken(cast, village, fresh):
    difference = differ(cast, village["guilan"], "person.is_low_income", True, False)
    settle(cast.worker, difference, take=True)
    assert fresh(village["guilan"]).is_low_income is False


def test_nothing_is_settled_twice(cast, village):
    difference = differ(cast, village["guilan"], "person.phone", "13900000001", "13900000002")
    settle(cast.worker, difference, take=False)
    with pytest.raises(WrongStep):
        settle(cast.colleague, difference, take=True)


def test_the_next_village_cannot_settle_it(cast, village):
    difference = differ(cast, village["guilan"], "person.phone", "13900000001", "13900000002")
    with pytest.raises(NotFound):
        settle(cast.neighbour, difference, take=True)


def test_the_page_settles_and_comes_back_to_the_card(cast, worker_client, village):
    difference = differ(cast, village["guilan"], "person.phone", "13900000001", "13900000002")
    with watching() as statements:
        answer = worker_client.post(reverse("registry:difference_settle", args=[difference.pk]), {"take": "1"})
    assert answer["Location"] == reverse("registry:person_detail", args=[village["guilan"].pk])
    assert "difference.taken" in audited(statements)
