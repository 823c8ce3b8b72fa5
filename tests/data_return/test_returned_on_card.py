"""What departments returned stands on the card: the granted items, masked, and every reading noted."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.scope import acting_as
from accounts.sealing import blind_index
from data_return.models import Grant, GrantUse, ReturnedRecord
from data_return.reading import SOURCE_KEY
from data_return.selectors.grants import list_uses
from data_return.selectors.returned import list_returned
from data_return.services.granting import revoke_grant
from data_return.services.writing import open_writing
from registry.models import Dwelling
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_dataset, make_grant, make_id_number, make_person, make_record

pytestmark = pytest.mark.django_db
PANEL = "部门回流的数据"


@pytest.fixture
def person(cast, officers, dataset):
    """Of 东村, with a record of 区残联."""
    with acting_as(cast.worker):
        person = make_person(EAST, name="逄阿妹")
    values = {"name": "逄阿妹子", "phone": "13900000001", "id_number": make_id_number()}
    make_record(officers.disabled, dataset, EAST, person=person, **values)
    return person


def card(client, actor, subject):
    page = reverse(f"registry:{subject._meta.model_name}_detail", args=[subject.pk])
    return sign_in(client, actor).get(page).content.decode()


def test_granted_items_are_shown_and_the_others_are_absent(client, cast, person, grant_to):
    grant_to(cast.worker, items=["person.phone"])
    text = card(client, cast.worker, person)
    assert PANEL in text
    assert "13900000001" in text
    assert "逄阿妹子" not in text
    assert "用于走访残疾人" in text


def test_level_four_is_masked_for_everybody(client, cast, officers, person, dataset, grant_to):
    grant_to(cast.worker, items=["person.id_number"])
    with acting_as(cast.worker):
        (returned,) = list_returned(actor=cast.worker, records=ReturnedRecord.objects.visible_to(cast.worker))
    assert [cell.masked for cell in returned.cells] == [True]
    assert "****" in returned.cells[0].text
    assert returned.cells[0].text in card(client, cast.worker, person)


def test_a_department_reads_as_far_as_its_grant_says(cast, officers, person, grant_to):
    grant_to(cast.department, items=["person.phone"], clearance=2)
    read = lambda: list_returned(actor=cast.department, records=ReturnedRecord.objects.visible_to(cast.department))  # noqa: E731
    with acting_as(cast.department):
        assert read()[0].masked
    Grant.objects.update(clearance=3)
    with acting_as(cast.department):
        assert read()[0].cells[0].text == "13900000001"


def test_two_grants_open_what_either_of_them_does(client, cast, person, grant_to):
    grant_to(cast.worker, items=["person.phone"])
    grant_to(cast.town, items=["person.name"])
    text = card(client, cast.worker, person)
    assert "13900000001" in text
    assert "逄阿妹子" in text
    assert GrantUse.objects.count() == 2


def test_without_a_grant_nothing_says_that_there_is_a_record(client, cast, person, grant_to):
    grant = grant_to(cast.worker)
    with acting_as(cast.district):
        revoke_grant(actor=cast.district, grant=grant, reason="用途变了")
    assert PANEL not in card(client, cast.worker, person)
    assert PANEL not in card(client, cast.town, person)
    assert not GrantUse.objects.exists()


def test_a_grant_that_ended_yesterday_shows_nothing_today(client, cast, person, grant_to):
    grant_to(cast.worker)
    assert PANEL in card(client, cast.worker, person)
    yesterday = localdate() - timedelta(days=1)
    Grant.objects.update(since=yesterday, until=yesterday)
    assert PANEL not in card(client, cast.worker, person)


def test_a_reading_leaves_its_line_with_grant_and_purpose(client, cast, officers, dataset, person, grant_to):
    grant = grant_to(cast.worker)
    with watching() as statements:
        card(client, cast.worker, person)
    assert audited(statements) == ["person.read", "grant.used"]
    assert any("走访残疾人" in one for one in statements if "accounts_auditentry" in one)
    (use,) = list_uses(actor=officers.disabled, dataset=dataset)
    assert (use.grant, use.post_id, use.how, use.rows) == (grant, cast.worker.post_id, "card", 1)
    assert list_uses(actor=cast.worker, dataset=dataset) == list_uses(actor=officers.civil, dataset=dataset) == []


def test_uses_are_only_ever_added(client, cast, person, grant_to):
    grant_to(cast.worker)
    card(client, cast.worker, person)
    for change in (lambda: GrantUse.objects.update(rows=0), lambda: GrantUse.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


def test_a_dwelling_has_its_records_by_its_address(client, cast, officers):
    items = ("dwelling.address", "dwelling.use")
    dataset = make_dataset(officers.disabled, cast.district, name="房屋", subject="dwelling", items=items)
    make_grant(cast.worker, dataset, officers.disabled, cast.district, items=["dwelling.address"])
    with acting_as(cast.worker):
        dwelling = Dwelling.objects.create(area_code=EAST, address="东街1号")
    make_record(officers.disabled, dataset, EAST)
    with acting_as(officers.disabled):
        open_writing(actor=officers.disabled, dataset=dataset)
        key = blind_index(SOURCE_KEY, "东街1号").hex()
        ReturnedRecord.objects.update(source_key=key, values={"dwelling.address": "东街1号(核准)"})
    assert "东街1号(核准)" in card(client, cast.worker, dwelling)


def test_a_card_costs_the_same_whatever_was_returned(client, cast, officers, person, dataset, grant_to):
    grant_to(cast.worker)
    card(client, cast.worker, person)
    with watching() as one:
        card(client, cast.worker, person)
    make_record(officers.disabled, dataset, EAST, person=person, phone="13900000009")
    with watching() as two:
        card(client, cast.worker, person)
    assert len(one) == len(two)
