"""The card of a person: values with their state and origin, the family, what changed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import acting_as
from registry.changes import Change, Source, SourceKind, apply
from tests.doors import audited, sign_in, watching

pytestmark = pytest.mark.django_db


def card(client, person):
    return client.get(reverse("registry:person_detail", args=[person.pk]))


def write(actor, person, values, *, on, kind=SourceKind.SELF, by="东村 陈秀英"):
    with acting_as(actor):
        apply(actor=actor, entity="person", changes=[Change(person.pk, values)], source=Source(kind, by, on))


def cells(answer):
    return {cell.item.code: cell for group in answer.context["groups"] for cell in group["known"]}


def test_a_value_tells_its_source_and_grows_old(cast, worker_client, village):
    long_ago = timezone.localdate() - timedelta(days=400)
    write(cast.worker, village["long"], {"person.phone": "13900000001"}, on=long_ago)
    cell = cells(card(worker_client, village["long"]))["person.phone"]
    assert (cell.state, cell.origin) == ("confirm", f"自采登记 · 东村 陈秀英 · {long_ago}")


def test_a_fresh_value_is_known(cast, worker_client, village):
    write(cast.worker, village["long"], {"person.phone": "13900000001"}, on=timezone.localdate())
    assert cells(card(worker_client, village["long"]))["person.phone"].state == "known"


def test_what_is_missing_is_named(worker_client, village):
    answer = card(worker_client, village["long"])
    assert "联系方式" in [name for group in answer.context["groups"] for name in group["missing"]]


def test_the_number_is_masked_and_the_age_is_counted(worker_client, village):
    known = cells(card(worker_client, village["guilan"]))
    assert known["person.id_number"].state == "masked"
    assert "****" in known["person.id_number"].text
    assert known["person.age"].text.isdigit()


def test_items_hidden_from_everybody_do_not_show_that_they_are_known(cast, worker_client, village):
    write(cast.worker, village["long"], {"person.is_drug_user": True}, on=timezone.localdate())
    assert "吸毒" not in card(worker_client, village["long"]).content.decode()


def test_a_difference_shows_both_values_with_their_sources(cast, worker_client, village):
    write(
        cast.worker,
        village["long"],
        {"person.phone": "1"},
        on=date(2026, 6, 1),
        kind=SourceKind.DEPARTMENT,
        by="民政局",
    )
    write(cast.worker, village["long"], {"person.phone": "2"}, on=date(2026, 7, 1))
    (offer,) = card(worker_client, village["long"]).context["differences"]
    assert (offer["kept"].text, offer["offered"]) == ("1", "2")
    assert offer["kept"].origin.startswith("部门数据 · 民政局")


def test_the_history_says_who_changed_what(cast, worker_client, village):
    write(cast.worker, village["long"], {"person.phone": "13900000001"}, on=timezone.localdate())
    write(cast.worker, village["long"], {"person.phone": "13900000002"}, on=timezone.localdate(), by="东村 王建国")
    newest = card(worker_client, village["long"]).context["history"][0]
    assert newest.by == "自采登记 · 东村 王建国"
    assert [(item.before, item.after) for item in newest.items] == [("13900000001", "13900000002")]


def test_the_history_keeps_the_mask(cast, client, village):
    write(cast.worker, village["long"], {"person.phone": "13900000001"}, on=timezone.localdate())
    write(cast.worker, village["long"], {"person.phone": "13900000002"}, on=timezone.localdate())
    text = card(sign_in(client, cast.district), village["long"]).content.decode()
    assert "139****0001" in text
    assert "13900000001" not in text
    assert "买买提" not in text


def test_both_villages_open_the_card_of_someone_between_them(client, cast, village):
    assert card(sign_in(client, cast.worker), village["away"]).status_code == 200
    assert card(sign_in(client, cast.neighbour), village["away"]).status_code == 200


def test_reading_a_card_writes_an_audit_line(worker_client, village):
    with watching() as statements:
        card(worker_client, village["guilan"])
    assert audited(statements) == ["person.read"]


def test_a_card_costs_the_same_whatever_it_holds(cast, worker_client, village):
    card(worker_client, village["long"])
    with watching() as little:
        card(worker_client, village["long"])
    for nth in range(5):
        write(cast.worker, village["long"], {"person.phone": f"1390000000{nth}"}, on=timezone.localdate())
    with watching() as much:
        card(worker_client, village["long"])
    assert len(much) == len(little)
