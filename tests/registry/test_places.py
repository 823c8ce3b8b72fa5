"""Households, dwellings and organizations: listed, added, edited, closed; and who belongs to them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotFound
from accounts.scope import acting_as
from registry.models import Dwelling, Household, Organization
from registry.selectors.places import PlaceFilter, list_dwellings, list_households, list_members, list_organizations
from registry.services.people import leave_household, place_person
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, EAST_GRID, WEST, make_household

pytestmark = pytest.mark.django_db
KINDS = ("household", "dwelling", "organization")
NEW = {
    "household": {"household.number": "000000009"},
    "dwelling": {"dwelling.address": "中街19号301"},
    "organization": {"organization.name": "中街理发店", "organization.uscc": "91310230MA1JTXXX0X"},
}
MODELS = {"household": Household, "dwelling": Dwelling, "organization": Organization}


def url(kind, page, *args):
    return reverse(f"registry:{kind}_{page}", args=args)


def form_of(client, kind, subject):
    form = client.get(url(kind, "edit", subject.pk)).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


@pytest.mark.parametrize("kind", ["household", "dwelling"])
def test_a_worker_adds_one_and_finds_it_listed(cast, worker_client, village, kind):
    with watching() as statements:
        answer = worker_client.post(url(kind, "add"), NEW[kind] | {"area_code": str(EAST_GRID)})
    assert f"{kind}.added" in audited(statements)
    card = worker_client.get(answer["Location"])
    title = next(iter(NEW[kind].values()))
    assert title in card.content.decode()
    assert title in worker_client.get(url(kind, "list")).content.decode()


def test_a_credit_code_with_a_wrong_check_character_is_refused(cast, worker_client, village):
    answer = worker_client.post(url("organization", "add"), NEW["organization"] | {"area_code": str(EAST)})
    assert answer.status_code == 422
    assert "organization.uscc" in answer.context["form"].errors


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_adds_one_to_the_next_village(cast, worker_client, village, kind):
    answer = worker_client.post(url(kind, "add"), NEW[kind] | {"area_code": str(WEST)})
    assert answer.status_code == 422


def test_an_edit_is_kept_with_its_source_and_a_stale_one_is_refused(cast, worker_client, village):
    shop = village["organization"]
    first = form_of(worker_client, "organization", shop) | {"organization.employee_count": "12"}
    second = form_of(worker_client, "organization", shop) | {"organization.employee_count": "13"}
    assert worker_client.post(url("organization", "edit", shop.pk), first).status_code == 302
    assert worker_client.post(url("organization", "edit", shop.pk), second).status_code == 409
    with acting_as(cast.worker):
        kept = Organization.objects.get(pk=shop.pk)
    assert kept.employee_count == 12
    assert kept.provenance["organization.employee_count"]["by"] == "东村 陈秀英"


def test_closing_and_taking_it_back(cast, worker_client, village):
    shop = village["organization"]
    worker_client.post(url("organization", "close", shop.pk), {"reason": "停业", "on": "2026-11-01"})
    assert "南门小吃店" not in worker_client.get(url("organization", "list")).content.decode()
    worker_client.post(url("organization", "reopen", shop.pk))
    assert "南门小吃店" in worker_client.get(url("organization", "list")).content.decode()


def test_search_and_kind_narrow_the_lists(cast, village):
    with acting_as(cast.worker):
        assert list_organizations(actor=cast.worker, wanted=PlaceFilter(text="小吃")).count() == 1
        assert list_organizations(actor=cast.worker, wanted=PlaceFilter(text="理发")).count() == 0
        assert list_dwellings(actor=cast.worker, wanted=PlaceFilter(text="施建国")).count() == 1
        assert list_dwellings(actor=cast.worker, wanted=PlaceFilter(rented=True)).count() == 0
        assert list_households(actor=cast.worker, wanted=PlaceFilter(text="单桂")).count() == 1
        assert list_households(actor=cast.worker, wanted=PlaceFilter(kind="20")).count() == 0


def test_the_district_cannot_search_a_dwelling_by_its_owner(cast, village):
    with acting_as(cast.district):
        assert list_dwellings(actor=cast.district, wanted=PlaceFilter(text="施建国")).count() == 0


def test_the_household_card_counts_its_members(cast, worker_client, village):
    with acting_as(cast.worker):
        place_person(actor=cast.worker, pk=village["away"].pk, household=village["household"], relation="20")
    answer = worker_client.get(url("household", "detail", village["household"].pk))
    cells = {cell.item.code: cell.text for group in answer.context["groups"] for cell in group["known"]}
    assert (cells["household.registered_count"], cells["household.resident_count"]) == ("2", "1")
    assert cells["household.head_name"] == "单桂兰"
    assert cells["household.head_id_number"].startswith("310230****")


def test_members_join_lead_and_leave(cast, worker_client, village, fresh):
    pages = reverse("registry:household_members", args=[village["household"].pk])
    person = village["long"]
    worker_client.post(pages, {"step": "add", "person": person.pk, "relation": "20"})
    assert (fresh(person).household_id, fresh(person).relation_to_head) == (village["household"].pk, "20")
    worker_client.post(pages, {"step": "head", "person": person.pk})
    with acting_as(cast.worker):
        assert Household.objects.get(pk=village["household"].pk).head_id == person.pk
    worker_client.post(pages, {"step": "remove", "person": person.pk})
    with acting_as(cast.worker):
        assert Household.objects.get(pk=village["household"].pk).head_id is None
    assert fresh(person).household_id is None


def test_looking_for_members_changes_nobody(cast, worker_client, village, fresh):
    pages = reverse("registry:household_members", args=[village["household"].pk])
    answer = worker_client.post(pages, {"find": "1", "q": "阿卜杜"})
    assert [one["name"] for one in answer.context["found"]] == ["阿卜杜热合曼·买买提"]
    assert fresh(village["long"]).household_id is None


def test_a_resident_of_the_next_village_cannot_be_put_into_a_household(cast, village):
    with pytest.raises(NotFound), acting_as(cast.worker):
        place_person(actor=cast.worker, pk=village["west"].pk, household=village["household"])


def test_residents_move_into_a_dwelling_and_out(cast, worker_client, village, fresh):
    pages = reverse("registry:dwelling_residents", args=[village["dwelling"].pk])
    worker_client.post(pages, {"step": "add", "person": village["long"].pk})
    assert fresh(village["long"]).dwelling_id == village["dwelling"].pk
    worker_client.post(pages, {"step": "remove", "person": village["long"].pk})
    assert fresh(village["long"]).dwelling_id is None


def test_members_are_listed_head_first(cast, village):
    with acting_as(cast.worker):
        place_person(actor=cast.worker, pk=village["long"].pk, household=village["household"], relation="20")
        members = list_members(actor=cast.worker, household_id=village["household"].pk)
        leave_household(actor=cast.worker, pk=village["long"].pk, household=village["household"])
    assert [person.name for person in members] == ["单桂兰", "阿卜杜热合曼·买买提"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_costs_the_same_for_one_and_for_thirty(client, cast, items, kind):
    sign_in(client, cast.worker)
    with acting_as(cast.worker):
        make(kind, 1)
    client.get(url(kind, "list"))
    with watching() as few:
        client.get(url(kind, "list"))
    with acting_as(cast.worker):
        for nth in range(30):
            make(kind, nth)
    with watching() as many:
        client.get(url(kind, "list"))
    assert len(few) == len(many)


def make(kind, nth):
    if kind == "household":
        return make_household(EAST, number=f"{nth:09}")
    titles = {"dwelling": {"address": f"中街{nth}号"}, "organization": {"name": f"小店{nth}"}}
    return MODELS[kind].objects.create(area_code=EAST, **titles[kind])


def test_the_closing_form_starts_with_today(worker_client, village):
    answer = worker_client.get(url("organization", "close", village["organization"].pk))
    assert timezone.localdate().isoformat() in answer.content.decode()
