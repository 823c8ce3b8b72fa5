"""Emergency view: for minutes everything of the own area stands in full, and those above are told."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Emergency, EmergencyReceipt, Post, SightCount
from accounts.roles import Role
from accounts.scope import acting_as
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, WEST, make_actor
from tests.registry.conftest import GUILAN_NUMBER

pytestmark = pytest.mark.django_db
OPEN, END = reverse("accounts:emergency_open"), reverse("accounts:emergency_end")
WHY = {"reason": "3 号楼起火,核对住户"}


def begin(client):
    return client.post(OPEN, WHY)


def card(client, person):
    return client.get(reverse("registry:person_detail", args=[person.pk])).content.decode()


def emergencies(actor):
    with acting_as(actor):
        return list(Emergency.objects.visible_to(actor))


def test_cards_and_lists_of_the_own_area_stand_in_full(worker_client, village):
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])
    assert begin(worker_client).status_code == 302
    assert GUILAN_NUMBER in card(worker_client, village["guilan"])
    assert GUILAN_NUMBER in worker_client.get(reverse("registry:person_list")).content.decode()


def test_the_wall_stays(worker_client, village):
    begin(worker_client)
    assert worker_client.get(reverse("registry:person_detail", args=[village["west"].pk])).status_code == 404


def test_a_district_post_finds_by_name_while_it_runs(cast, client, village):
    sign_in(client, cast.district)

    def found():
        page = client.post(reverse("registry:person_search"), {"q": "沈阿妹"}, follow=True)
        return [row.name for row in page.context["rows"]]

    assert found() == []
    begin(client)
    assert found() == ["沈阿妹"]


def test_files_stay_masked(worker_client, village):
    begin(worker_client)
    content = worker_client.get(reverse("registry:person_export")).content
    cells = {str(cell) for row in load_workbook(io.BytesIO(content)).active.values for cell in row}
    assert "单桂兰" in cells
    assert GUILAN_NUMBER not in cells


def test_filters_stay_those_of_ordinary_days(cast, client, village):
    sign_in(client, cast.district)
    begin(client)
    assert client.get(reverse("registry:person_list")).context["filters"].fields["marks"].choices == []


def test_the_form_for_changes_never_shows_the_number(worker_client, village):
    begin(worker_client)
    page = worker_client.get(reverse("registry:person_edit", args=[village["guilan"].pk])).content.decode()
    assert GUILAN_NUMBER not in page
    assert 'name="person.id_number"' in page


def test_every_page_says_that_it_runs_and_how_to_end_it(worker_client, village):
    assert "应急查看中" not in worker_client.get("/").content.decode()
    begin(worker_client)
    for address in ("/", reverse("registry:person_list"), reverse("registry:event_list")):
        assert "应急查看中" in worker_client.get(address).content.decode()


def test_the_button_ends_it_at_once(cast, worker_client, village):
    begin(worker_client)
    worker_client.post(END)
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])
    assert emergencies(cast.worker)[0].ended_at is not None


def test_it_ends_by_itself(worker_client, village, monkeypatch):
    begin(worker_client)
    later = timezone.now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr("accounts.emergency.timezone.now", lambda: later)
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])


def test_another_post_or_session_of_the_user_does_not_inherit_it(cast, worker_client, village):
    begin(worker_client)
    assert GUILAN_NUMBER not in card(sign_in(Client(), cast.worker), village["guilan"])
    other = Post.objects.create(user_id=cast.worker.user_id, role=Role.GRID_WORKER, area_id=EAST)
    worker_client.post(reverse("accounts:switch_post"), {"post": other.pk})
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])


def test_it_wants_a_reason(worker_client, village):
    assert worker_client.post(OPEN, {"reason": "火"}).status_code == 422
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])


def test_it_cannot_be_opened_more_often_than_the_day_allows(worker_client, village, settings):
    settings.EMERGENCIES_PER_DAY = 1
    begin(worker_client)
    worker_client.post(END)
    refused = begin(worker_client)
    assert refused.status_code == 422
    assert "今天已用过 1 次" in refused.content.decode()
    assert SightCount.objects.get().emergencies == 1


def test_departments_and_administrators_may_not(cast, client, village):
    for actor in (cast.department, cast.system):
        assert sign_in(client, actor).post(OPEN, WHY).status_code == 403


def test_the_start_each_card_each_list_and_the_end_are_audited(worker_client, village):
    with watching() as statements:
        begin(worker_client)
    assert audited(statements) == ["emergency.opened"]
    with watching() as statements:
        card(worker_client, village["guilan"])
        worker_client.get(reverse("registry:person_list"))
        worker_client.post(END)
    assert [action for action in audited(statements) if "refused" not in action][-1] == "emergency.ended"
    read, listed = (next(one for one in statements if f"'{name}'" in one) for name in ("person.read", "person.listed"))
    assert '"emergency": true' in read
    assert str(village["guilan"].pk) in listed


def test_town_and_district_take_note_of_it_each_for_themselves(cast, worker_client, village):
    begin(worker_client)
    (emergency,) = emergencies(cast.worker)
    for head in (cast.town, cast.district):
        client = sign_in(Client(), head)
        page = client.get("/")
        assert [one.pk for one in page.context["work"].emergencies] == [emergency.pk]
        assert "3 号楼起火" in page.content.decode()
        with watching() as statements:
            client.post(reverse("accounts:emergency_note", args=[emergency.pk]))
        assert audited(statements) == ["emergency.acknowledged"]
        assert client.get("/").context["work"].emergencies == []
    with acting_as(cast.town):
        assert EmergencyReceipt.objects.count() == 2


def test_nobody_takes_note_of_an_own_one_nor_of_another_area(cast, client, village):
    begin(sign_in(client, cast.town))
    (emergency,) = emergencies(cast.town)
    address = reverse("accounts:emergency_note", args=[emergency.pk])
    assert client.post(address).status_code == 404
    far = make_actor(Role.TOWN_ADMIN, WEST)
    assert sign_in(client, far).post(address).status_code == 404
    assert sign_in(client, make_actor(Role.DISTRICT_ADMIN, DISTRICT)).post(address).status_code == 302


def test_a_worker_takes_note_of_nothing(cast, worker_client, village):
    begin(worker_client)
    assert (
        worker_client.post(reverse("accounts:emergency_note", args=[emergencies(cast.worker)[0].pk])).status_code == 403
    )
