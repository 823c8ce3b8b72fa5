"""A thousand guesses: at most five reach the hasher in fifteen minutes, and the owner still gets in from elsewhere."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from django.db import connections
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.guesses import WINDOW, forget_guesses, let_through, network_of
from accounts.models import Guess, User
from tests.accounts.counting import CountingHasher
from tests.doors import PASSWORD, username_of
from tests.factories import make_areas

LOGIN = reverse("accounts:login")
GUESSES = [pytest.param(1000 if os.environ.get("SOAK") else 50, marks=pytest.mark.fuzz)]
"""The thousand in `make soak`: after the first few they are all alike."""


@pytest.fixture
def asked(settings):
    """How often the hasher was asked, as a list that grows."""
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingHasher"]
    CountingHasher.asked.clear()
    return CountingHasher.asked


@pytest.fixture
def owner(cast):
    return username_of(cast.worker)


def knock(username, password="wrong", *, address="10.0.0.1", client=None):
    answer = (client or Client()).post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address)
    return answer.status_code


def addresses(count):
    return [f"10.{number // 250}.{number % 250}.9" for number in range(count)]


@pytest.mark.parametrize("guesses", GUESSES)
def test_a_thousand_guesses_from_one_address_leave_the_owner_a_way_in_from_another(owner, asked, guesses):
    answers = [knock(owner) for _ in range(guesses)]
    assert len(asked) == 3
    assert answers == [422] * 3 + [429] * (guesses - 3)
    assert knock(owner, PASSWORD) == 429
    assert knock(owner, PASSWORD, address="10.9.9.9") == 302


@pytest.mark.parametrize("guesses", GUESSES)
def test_a_thousand_guesses_from_a_thousand_addresses_do_not_shut_out_the_owners_own_browser(owner, asked, guesses):
    usual = Client()
    assert knock(owner, PASSWORD, client=usual) == 302
    usual.post(reverse("accounts:logout"))
    asked.clear()
    for address in addresses(guesses):
        knock(owner, address=address)
    assert len(asked) == 5
    assert knock(owner, PASSWORD, address="10.9.9.9") == 429
    assert knock(owner, PASSWORD, address="10.9.9.9", client=usual) == 302


@pytest.mark.parametrize("guesses", GUESSES)
def test_one_guess_on_each_of_a_thousand_accounts_is_stopped_after_five(owner, asked, guesses):
    usual = Client()
    knock(owner, PASSWORD, client=usual)
    usual.post(reverse("accounts:logout"))
    asked.clear()
    for number in range(guesses):
        knock(owner if number == guesses // 2 else f"user-{number}")
    assert len(asked) == 5
    assert knock(owner, PASSWORD, client=usual) == 302
    assert knock(owner, PASSWORD, address="10.9.9.9") == 302


@pytest.mark.django_db
def test_a_name_that_does_not_exist_is_stopped_like_one_that_does(asked):
    assert [knock("nobody") for _ in range(4)] == [422, 422, 422, 429]
    assert len(asked) == 3


def test_the_owners_browser_has_five_tries_of_its_own_and_no_more(owner, asked):
    usual = Client()
    knock(owner, PASSWORD, client=usual)
    usual.post(reverse("accounts:logout"))
    assert [knock(owner, client=usual) for _ in range(6)] == [422] * 5 + [429]
    assert knock(owner, PASSWORD, client=usual) == 429


def test_a_browser_known_for_one_user_is_a_stranger_to_another(cast, owner):
    usual = Client()
    knock(owner, PASSWORD, client=usual)
    usual.post(reverse("accounts:logout"))
    other = username_of(cast.colleague)
    assert [knock(other, client=usual) for _ in range(4)] == [422] * 3 + [429]


def test_a_forged_cookie_is_no_known_browser(owner, settings):
    forger = Client()
    forger.cookies[settings.KNOWN_BROWSER_COOKIE_NAME] = '["aa",["00"]]:x:y'
    assert [knock(owner, client=forger) for _ in range(4)] == [422] * 3 + [429]


def test_right_passwords_count_for_nothing(owner):
    assert [knock(owner, PASSWORD) for _ in range(7)] == [302] * 7
    assert not Guess.objects.exists()


def test_after_fifteen_minutes_it_goes_on_and_nothing_is_left(owner):
    for _ in range(4):
        knock(owner)
    Guess.objects.update(at=timezone.now() - WINDOW - timedelta(seconds=1))
    assert knock(owner, PASSWORD) == 302
    assert forget_guesses() == 3
    assert not Guess.objects.exists()


def test_neither_the_name_nor_the_address_is_kept(owner):
    knock(owner)
    guess = Guess.objects.get()
    kept = bytes(guess.account) + bytes(guess.address)
    assert len(kept) == 64
    assert owner.encode() not in kept


def test_the_old_password_is_not_guessed_at_from_an_open_session(cast, owner, asked):
    client = Client()
    knock(owner, PASSWORD, client=client)
    asked.clear()
    given = {"old_password": "wrong", "new_password1": "Tidal-flat-77", "new_password2": "Tidal-flat-77"}
    pages = [client.post(reverse("accounts:password"), given).content.decode() for _ in range(8)]
    assert sum("输错次数较多" in page for page in pages) == 3
    assert asked.count("verify") == 5


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_an_ipv6_network_counts_as_one_address(one, other, same):
    assert (network_of(one) == network_of(other)) is same


def test_known_and_unknown_names_take_the_same_time(db, settings):
    settings.PASSWORD_HASHERS = ["accounts.hashing.SlottedArgon2PasswordHasher"]
    make_areas()
    User.objects.create_user("known", PASSWORD)
    times = {"known": [], "unknown": []}
    for turn in range(7):
        for name, taken in times.items():
            start = perf_counter()
            knock(name, address=f"10.{turn}.0.1")
            taken.append(perf_counter() - start)
            Guess.objects.all().delete()
    known, unknown = (median(taken) for taken in times.values())
    assert 0.5 < known / unknown < 2


def _at_once(guesses):
    """Let many threads, each with a connection of its own, ask at the same moment. Returns how many got through."""

    def ask(guess):
        try:
            return let_through(**guess)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        return sum(key is not None for key in pool.map(ask, guesses))


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_do_not_slip_through_together():
    hosts = [f"10.0.0.{number}" for number in range(64)]
    floods = {
        "one account": ([{"username": "a", "address": host} for host in hosts], 5),
        "one address": ([{"username": f"user-{host}", "address": "10.0.0.1"} for host in hosts], 5),
        "both": ([{"username": "a", "address": "10.0.0.1"} for _ in hosts], 3),
        "one browser": ([{"username": "a", "address": host, "browser": b"b"} for host in hosts], 5),
    }
    for name, (guesses, let) in floods.items():
        assert _at_once(guesses) == let, name
        Guess.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_crossing_guesses_neither_wait_for_each_other_for_ever_nor_pass_the_limits():
    through = _at_once([{"username": f"u{number % 5}", "address": f"10.0.0.{number % 4}"} for number in range(64)])
    assert 15 <= through <= 20
    for field, most in (("account", 5), ("address", 5)):
        counts = Guess.objects.values(field).annotate(made=Count("pk")).values_list("made", flat=True)
        assert max(counts) <= most
