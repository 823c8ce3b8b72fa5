"""Limits: so much per user and window, exactly so much even when asked at once, and a sentence that says when again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import limits
from accounts.limits import Spending, TooMany, forget_spendings, rows_cost, spend, spend_from
from accounts.models import User
from accounts.roles import Role
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_actor, make_areas, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_limits(settings):
    settings.LIMITS = dict.fromkeys(limits.NAMES, (3, 60))


def test_a_user_may_spend_the_amount_and_no_more(cast):
    for _ in range(3):
        spend(cast.worker, limits.SEARCH)
    with pytest.raises(TooMany) as refused:
        spend(cast.worker, limits.SEARCH)
    assert 0 < refused.value.retry_after <= 20
    assert refused.value.message == f"查找得太频繁,已暂停。请在 {refused.value.retry_after} 秒后再试。"


def test_kinds_and_users_do_not_pay_for_each_other(cast):
    spend(cast.worker, limits.SEARCH, 3)
    spend(cast.worker, limits.EXPORT, 3)
    spend(cast.colleague, limits.SEARCH, 3)
    spend_from("192.0.2.1", limits.SEARCH, 3)
    with pytest.raises(TooMany):
        spend_from("192.0.2.1", limits.SEARCH)


def test_it_comes_back_with_time(cast):
    spend(cast.worker, limits.SEARCH, 3)
    Spending.objects.update(paid_until=Spending.objects.get().paid_until - timedelta(seconds=20))
    spend(cast.worker, limits.SEARCH)
    with pytest.raises(TooMany):
        spend(cast.worker, limits.SEARCH)


def test_what_is_dearer_than_the_limit_passes_once_alone(cast):
    spend(cast.worker, limits.EXPORT, 1000)
    with pytest.raises(TooMany):
        spend(cast.worker, limits.EXPORT)


def test_another_post_of_the_same_user_pays_from_the_same_limit(cast):
    spend(cast.worker, limits.SEARCH, 3)
    with pytest.raises(TooMany):
        spend(replace(cast.worker, post_id=cast.worker.post_id + 1), limits.SEARCH)


def test_a_refusal_takes_nothing(cast):
    spend(cast.worker, limits.EXPORT, 2)
    before = Spending.objects.get().paid_until
    with pytest.raises(TooMany):
        spend(cast.worker, limits.EXPORT, 2)
    assert Spending.objects.get().paid_until == before


def test_one_statement_spends_and_one_more_says_how_long(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        spend(cast.worker, limits.SEARCH, 3)
    with django_assert_num_queries(2), pytest.raises(TooMany):
        spend(cast.worker, limits.SEARCH)


def test_long_waits_are_told_in_minutes_and_hours(cast, settings):
    settings.LIMITS = {"export": (1, 3600), "unmask": (1, 24 * 3600)}
    told = []
    for what in settings.LIMITS:
        spend(cast.worker, what)
        with pytest.raises(TooMany) as refused:
            spend(cast.worker, what)
        told.append(refused.value.message)
    assert told == [
        "导出得太频繁,已暂停。请在 60 分钟后再试。",
        "查看完整信息得太频繁,已暂停。请在 24 小时后再试。",
    ]


def test_old_rows_are_forgotten(cast):
    spend(cast.worker, limits.SEARCH)
    spend(cast.worker, limits.EXPORT)
    old = Spending.objects.get(what=limits.EXPORT)
    Spending.objects.filter(pk=old.pk).update(paid_until=old.paid_until - timedelta(days=2))
    assert forget_spendings() == 1
    assert Spending.objects.get().what == limits.SEARCH


def test_rows_cost_one_unit_for_each_thousand():
    assert [rows_cost(rows) for rows in (0, 999, 1000, 50_000)] == [1, 1, 2, 51]


def test_the_page_says_so_with_the_header_and_an_audit_line(client, cast, items):
    browser, page = sign_in(client, cast.worker), reverse("registry:person_list")
    for _ in range(3):
        assert browser.get(page).status_code == 200
    with watching() as statements:
        answer = browser.get(page)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 20
    assert "查找得太频繁,已暂停。请在" in answer.content.decode()
    assert "access.refused" in audited(statements)
    assert '"limit": "search"' in "".join(statements)


def test_a_script_is_told_in_json(client, cast):
    browser, page = sign_in(client, cast.worker), reverse("registry:person_list")
    spend(cast.worker, limits.SEARCH, 3)
    answer = browser.get(page, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert "Retry-After" in answer


@pytest.mark.parametrize(
    ("method", "name", "what"),
    [
        ("get", "registry:person_list", limits.SEARCH),
        ("get", "registry:person_export", limits.EXPORT),
        ("get", "registry:household_export", limits.EXPORT),
        ("get", "registry:event_ledger", limits.EXPORT),
    ],
)
def test_every_list_and_export_has_its_limit(client, cast, items, method, name, what):
    spend(cast.worker, what, 3)
    assert getattr(sign_in(client, cast.worker), method)(reverse(name)).status_code == 429


def test_files_that_are_refused_are_paid_for(client, cast, items):
    browser, page = sign_in(client, cast.worker), reverse("registry:person_import")
    answers = [browser.post(page, {"file": SimpleUploadedFile("坏.xlsx", b"PK broken")}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_at_once_share_one_limit_exactly():
    """Each on a connection of its own; all have begun their transaction before the first one spends."""
    make_areas()
    actor = make_actor(Role.COMMUNITY_WORKER, EAST)
    ready = Barrier(20)

    def ask(_: int) -> bool:
        try:
            with transaction.atomic():
                User.objects.filter(pk=actor.user_id).exists()
                ready.wait(timeout=20)
                spend(actor, limits.SEARCH)
            return True
        except TooMany:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(ask, range(20))) == 3


@pytest.mark.django_db(transaction=True)
def test_a_step_that_breaks_gets_its_cost_back_and_a_refused_one_changes_nothing():
    make_areas()
    actor = make_actor(Role.COMMUNITY_WORKER, EAST)
    with transaction.atomic():
        spend(actor, limits.SEARCH, 3)
        transaction.set_rollback(True)
    spend(actor, limits.SEARCH, 3)
    for _ in range(3):
        with pytest.raises(TooMany), transaction.atomic():
            spend(actor, limits.SEARCH)


class NeverMoreThanTheAmount(TestCase):
    """Whatever the costs and their order, what was let in at one moment is at most the amount."""

    @profile(max_examples=25, deadline=None)
    @given(st.lists(st.integers(1, 5), max_size=12))
    def test_invariant(self, costs):
        with self.settings(LIMITS={"export": (7, 36000)}):
            actor, taken = make_cast().worker, 0
            for cost in costs:
                try:
                    spend(actor, limits.EXPORT, cost)
                    taken += cost
                except TooMany:
                    assert taken + cost > 7
            assert taken <= 7
