"""Seeing masked items of one person in full: for minutes, with a reason, counted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Post, SightCount
from accounts.roles import Role
from accounts.scope import acting_as
from registry.models import Unmasking
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_actor
from tests.registry.conftest import GUILAN_NUMBER

pytestmark = pytest.mark.django_db
WHY = {"items": ["person.id_number"], "reason": "本人来办事,核对信息"}


def ask(client, person, **answers):
    return client.post(reverse("registry:person_unmask", args=[person.pk]), WHY | answers)


def card(client, person):
    return client.get(reverse("registry:person_detail", args=[person.pk])).content.decode()


def test_after_a_reason_the_number_stands_in_full_on_that_card(worker_client, village):
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])
    assert ask(worker_client, village["guilan"]).status_code == 302
    assert GUILAN_NUMBER in card(worker_client, village["guilan"])


def test_the_page_asks_for_itself_again_when_the_time_is_over_and_is_not_kept(worker_client, village):
    ask(worker_client, village["guilan"])
    answer = worker_client.get(reverse("registry:person_detail", args=[village["guilan"].pk]))
    assert answer["Cache-Control"] == "no-store"
    assert 0 < int(answer["Refresh"]) <= 300


def test_after_some_minutes_it_is_masked_again(worker_client, village, monkeypatch):
    ask(worker_client, village["guilan"])
    later = timezone.now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr("registry.selectors.unmasking.timezone.now", lambda: later)
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])


def test_only_the_chosen_items_are_shown(cast, client, village):
    sign_in(client, cast.district)
    ask(client, village["guilan"], items=["person.phone"])
    text = card(client, village["guilan"])
    assert "13900002207" in text
    assert GUILAN_NUMBER not in text
    assert "单桂兰" not in text


def test_another_session_of_the_same_user_sees_nothing(cast, worker_client, village):
    ask(worker_client, village["guilan"])
    assert GUILAN_NUMBER not in card(sign_in(Client(), cast.worker), village["guilan"])


def test_another_post_in_the_same_session_sees_nothing(cast, worker_client, village):
    ask(worker_client, village["guilan"])
    other = Post.objects.create(user_id=cast.worker.user_id, role=Role.GRID_WORKER, area_id=EAST)
    worker_client.post(reverse("accounts:switch_post"), {"post": other.pk})
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])


def test_it_is_not_shown_on_the_list_nor_in_the_file_of_it(worker_client, village):
    ask(worker_client, village["guilan"])
    assert GUILAN_NUMBER not in worker_client.get(reverse("registry:person_list")).content.decode()


@pytest.mark.parametrize(
    "answers", [{"reason": ""}, {"reason": "", "words": "看看"}, {"items": []}, {"items": ["person.is_drug_user"]}]
)
def test_without_a_reason_or_an_item_nothing_is_shown(worker_client, village, answers):
    assert ask(worker_client, village["guilan"], **answers).status_code == 422
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])


def test_the_usual_reasons_stand_on_the_page(worker_client, village):
    page = worker_client.get(reverse("registry:person_unmask", args=[village["guilan"].pk])).content.decode()
    assert page.count("上门走访,核对信息") == 2  # its value and its words


def test_a_typed_reason_will_do(worker_client, village):
    ask(worker_client, village["guilan"], reason="", words="代办老年卡")
    assert GUILAN_NUMBER in card(worker_client, village["guilan"])


def test_somebody_of_another_area_is_not_found(worker_client, village):
    assert ask(worker_client, village["west"]).status_code == 404


def test_who_may_not_see_residents_may_not_unmask_them(cast, client, village):
    assert ask(sign_in(client, cast.department), village["guilan"]).status_code == 403


def test_item_codes_the_person_and_the_reason_are_audited(worker_client, village):
    with watching() as statements:
        ask(worker_client, village["guilan"], words="old age card")
    assert "person.unmasked" in audited(statements)
    line = next(one for one in statements if "person.unmasked" in one)
    assert all(part in line for part in ("person.id_number", "old age card", f"'{village['guilan'].pk}'"))
    assert GUILAN_NUMBER not in "".join(statements)


def test_reading_the_card_says_in_the_audit_what_was_unmasked(worker_client, village):
    ask(worker_client, village["guilan"])
    with watching() as statements:
        card(worker_client, village["guilan"])
    assert "person.id_number" in next(one for one in statements if "'person.read'" in one)


def test_a_row_of_somebody_else_opens_nothing(cast, worker_client, village):
    """The session's secret is what counts: a row written without it is worth nothing."""
    with acting_as(cast.worker):
        Unmasking.objects.create(
            area_code=EAST, post_id=cast.worker.post_id, token="guess", entity="person",
            subject_id=village["guilan"].pk, items=["person.id_number"], expires_at=timezone.now() + timedelta(hours=1),
        )  # fmt: skip
    assert GUILAN_NUMBER not in card(worker_client, village["guilan"])


def test_over_the_days_limit_it_is_refused_and_the_last_one_gives_the_alarm(worker_client, village, settings):
    settings.UNMASK_PER_DAY = 2
    ask(worker_client, village["guilan"])
    with watching() as statements:
        ask(worker_client, village["guilan"])
    assert audited(statements) == ["unmask.alarm", "person.unmasked"]
    assert SightCount.objects.get().alarmed_at is not None
    refused = ask(worker_client, village["guilan"])
    assert refused.status_code == 422
    assert "达到每日上限" in refused.content.decode()
    assert SightCount.objects.get().opened == 2


def test_the_limit_counts_all_posts_of_a_user(cast, worker_client, village, settings):
    settings.UNMASK_PER_DAY = 1
    ask(worker_client, village["guilan"])
    other = Post.objects.create(user_id=cast.worker.user_id, role=Role.GRID_WORKER, area_id=EAST)
    worker_client.post(reverse("accounts:switch_post"), {"post": other.pk})
    assert ask(worker_client, village["guilan"]).status_code == 422
    assert ask(sign_in(Client(), make_actor(Role.COMMUNITY_WORKER, EAST)), village["guilan"]).status_code == 302


def test_a_household_shows_the_number_of_its_head(worker_client, village):
    address = reverse("registry:household_unmask", args=[village["household"].pk])
    worker_client.post(address, WHY | {"items": ["household.head_id_number"]})
    page = worker_client.get(reverse("registry:household_detail", args=[village["household"].pk]))
    assert GUILAN_NUMBER in page.content.decode()


def test_a_card_costs_one_query_more_while_something_is_unmasked(worker_client, village):
    card(worker_client, village["guilan"])
    with watching() as before:
        card(worker_client, village["guilan"])
    ask(worker_client, village["guilan"])
    card(worker_client, village["guilan"])
    with watching() as after:
        card(worker_client, village["guilan"])
    assert len(after) == len(before) + 1
