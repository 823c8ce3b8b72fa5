"""What is begun in a session can be ended with it, however often its key changes."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import farewells
from accounts.models import ClientSystem, LoginSession, Post
from accounts.roles import Role
from accounts.services.granting import end_post
from accounts.services.people import suspend_person
from accounts.sessions import SessionStore
from accounts.tasks import clear_sessions_task
from tests.doors import PASSWORD, sign_in, username_of
from tests.factories import WEST
from tests.machines import ask_token

pytestmark = pytest.mark.django_db


def log_in(client, actor):
    client.post(reverse("accounts:login"), {"username": username_of(actor), "password": PASSWORD})
    return SessionStore(client.session.session_key)


def loaded(key):
    store = SessionStore(key)
    store.load()
    return store


def test_the_name_is_given_once_and_outlives_a_change_of_the_key(client, cast):
    store = loaded(log_in(client, cast.worker).session_key)
    family = store.name_family()
    assert store.name_family() == family
    store.cycle_key()
    store.save()
    assert loaded(store.session_key).family == family
    assert LoginSession.objects.get(family=family).session_key == store.session_key


def test_the_next_login_in_the_same_browser_is_another_family(client, cast):
    first = loaded(log_in(client, cast.worker).session_key).name_family()
    client.post(reverse("accounts:logout"))
    second = loaded(log_in(client, cast.colleague).session_key)
    assert second.family is None
    assert second.name_family() != first
    second.flush()
    assert second.family is None


@pytest.fixture
def told(monkeypatch):
    heard = []
    monkeypatch.setattr(farewells, "_listeners", [lambda: heard.append(1)])
    return heard


def test_listeners_are_told_of_every_end_after_the_commit(client, cast, told, django_capture_on_commit_callbacks):
    def count(step):
        del told[:]
        with django_capture_on_commit_callbacks(execute=True):
            step()
        return len(told)

    log_in(client, cast.worker)
    other = Client()
    log_in(other, cast.worker)
    assert count(lambda: client.post(reverse("accounts:sessions_end_others"))) == 1
    assert count(lambda: client.post(reverse("accounts:logout"))) == 1
    assert count(lambda: client.post(reverse("accounts:logout"))) == 0
    assert count(lambda: end_post(actor=cast.town, post_id=cast.grid_worker.post_id)) == 1
    assert count(lambda: suspend_person(actor=cast.town, pk=cast.colleague.user_id)) == 1
    assert connection.in_atomic_block


def login_client(**more):
    given = {
        "name": "养老平台", "kind": "login", "client_type": "confidential", "algorithm": "RS256",
        "authorization_grant_type": "authorization-code", "client_secret": make_password("secret"), "is_active": True,
        "redirect_uris": "https://care.example/back http://127.0.0.1:8000/back",
    }  # fmt: skip
    return ClientSystem.objects.create(**(given | more))


def test_an_application_that_logs_people_in_gets_no_machines_token(cast):
    answer = ask_token(login_client(), "secret")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("wrong", [{"algorithm": "HS256"}, {"client_type": "public"}, {"post": True}])
def test_the_database_keeps_such_an_application_in_shape(cast, wrong):
    given = {"post_id": cast.worker.post_id} if "post" in wrong else wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        login_client(**given)


@pytest.mark.parametrize(
    "address",
    [
        "https://care.example/back/", "https://care.example/back?a=1", "https://care.example/BACK",
        "https://care.example:443/back", "http://127.0.0.1:8001/back", "https://care.example/back#", "",
        "https://care.example/back http://127.0.0.1:8000/back",
    ],
)  # fmt: skip
def test_redirect_addresses_are_compared_character_by_character(cast, address):
    made = login_client(post_logout_redirect_uris="https://care.example/bye")
    assert made.redirect_uri_allowed("http://127.0.0.1:8000/back")
    assert not made.redirect_uri_allowed(address)
    assert not made.post_logout_redirect_uri_allowed(address)


@pytest.mark.parametrize(
    ("sent", "lands"), [("/me/", "/me/"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("", "/")]
)
def test_switching_the_post_leads_back_within_the_portal_alone(client, cast, sent, lands):
    post = Post.objects.create(user_id=cast.worker.user_id, role=Role.COMMUNITY_WORKER, area_id=WEST)
    sign_in(client, cast.worker)
    answer = client.post(reverse("accounts:switch_post"), {"post": post.pk, "next": sent})
    assert answer["Location"] == lands


def test_a_session_that_ran_out_keeps_its_family_until_the_day_or_its_owner_is_done(client, cast):
    """Closed at once, but what was begun in it goes on."""
    browser = sign_in(client, cast.worker)
    browser.session.name_family()
    ran_out = timezone.now() - timedelta(minutes=1)
    LoginSession.objects.update(expire_date=ran_out)
    clear_sessions_task()
    assert (LoginSession.objects.count(), browser.get("/").status_code) == (1, 302)
    LoginSession.objects.update(since=timezone.now() - timedelta(hours=13))
    clear_sessions_task()
    assert LoginSession.objects.count() == 0
    sign_in(Client(), cast.worker).session.name_family()
    LoginSession.objects.update(expire_date=ran_out)
    sign_in(browser, cast.worker).post("/logout/")
    assert LoginSession.objects.filter(user_id=cast.worker.user_id).count() == 0
