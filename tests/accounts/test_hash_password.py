"""Hashing costs what OWASP asks for, and a flood of it is turned away in words."""

import threading

import pytest
from django.test import Client
from django.urls import reverse

from accounts.hashing import HashingBusy, SlottedArgon2PasswordHasher, slot
from accounts.models import Guess, User
from tests.doors import PASSWORD, username_of

HASHER = "accounts.hashing.SlottedArgon2PasswordHasher"


def test_the_parameters_are_those_of_owasp():
    hasher = SlottedArgon2PasswordHasher()
    encoded = hasher.encode("x", hasher.salt())
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert hasher.verify("x", encoded)
    assert not hasher.verify("y", encoded)


def test_never_more_than_the_slots_hash_at_once(settings):
    settings.HASHING_SLOTS, settings.HASHING_WAIT_SECONDS = 3, 5
    inside, most, lock = [0], [0], threading.Lock()

    def work():
        with slot():
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            threading.Event().wait(0.01)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 3


def test_who_finds_no_slot_is_told_to_try_again_and_pays_no_guess(cast, settings):
    settings.HASHING_SLOTS, settings.HASHING_WAIT_SECONDS = 1, 0.05
    settings.PASSWORD_HASHERS = [HASHER, "django.contrib.auth.hashers.MD5PasswordHasher"]
    given = {"username": username_of(cast.worker), "password": PASSWORD}
    User.objects.get(username=given["username"]).set_password(PASSWORD)
    with slot():
        refused = Client().post(reverse("accounts:login"), {"username": "nobody", "password": "x"})
    assert refused.status_code == 503
    assert refused["Retry-After"] == "5"
    assert "请过几秒再试" in refused.content.decode()
    assert not Guess.objects.exists()
    assert Client().post(reverse("accounts:login"), given).status_code == 302


def test_a_busy_moment_is_an_expected_refusal(settings):
    settings.HASHING_SLOTS, settings.HASHING_WAIT_SECONDS = 1, 0
    with slot(), pytest.raises(HashingBusy), slot():
        pass
