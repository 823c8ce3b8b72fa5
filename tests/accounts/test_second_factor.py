from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts.models import AppDevice, Guess, LoginSession, User
from accounts.sealing import SealBroken
from accounts.services.second_factor import make_recovery_codes
from accounts.step_up import GIVEN_AT
from tests.doors import PASSWORD, app_code, audited, sign_in, watching
from tests.factories import make_cast

GIVE, SETUP = reverse("accounts:second_factor"), reverse("accounts:second_factor_setup")


@pytest.fixture
def town_user(cast):
    return User.objects.get(pk=cast.town.user_id)


@pytest.fixture
def town(client, cast):
    """The town admin after the password, before the second factor."""
    return sign_in(client, cast.town, second_factor=False)


def bind(client, user):
    """Enrol as a person would: open the page, type what the app shows."""
    client.get(SETUP)
    return client.post(SETUP, {"code": app_code(AppDevice.objects.get(user=user))})


def let_time_pass(user):
    """The app has gone on to its next code, and the pause after a wrong one is over."""
    AppDevice.objects.filter(user=user).update(last_t=-1, throttling_failure_count=0)
    StaticDevice.objects.filter(user=user).update(throttling_failure_count=0)


def test_an_admin_opens_nothing_before_the_second_factor(town):
    for page in ("/", "/me/", "/people/"):
        assert town.get(page)["Location"] == f"{GIVE}?next={page}"


def test_an_admin_without_an_app_is_led_to_the_qr_code(town):
    page = town.get(f"{GIVE}?next=/people/", follow=True)
    assert page.redirect_chain[-1][0] == f"{SETUP}?next=%2Fpeople%2F"
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()


def test_enrolling_gives_ten_recovery_codes_once_and_opens_the_portal(town, town_user):
    before = town.session.session_key
    with watching() as statements:
        codes = bind(town, town_user)
    assert len(codes.context["codes"]) == 10
    assert town.get("/").status_code == 200
    assert town.session.session_key != before
    assert audited(statements) == ["second_factor.enrolled", "second_factor.codes_made"]
    for page in ("/me/", SETUP):
        assert codes.context["codes"][0] not in town.get(page).content.decode()


def test_the_secret_is_sealed_at_rest_and_opens_in_no_other_row(town, town_user, cast):
    bind(town, town_user)
    device = AppDevice.objects.get(user=town_user)
    assert device.key.startswith("s1.")
    device.user_id = cast.worker.user_id
    with pytest.raises(SealBroken):
        assert device.bin_key


def test_a_wrong_code_binds_nothing(town, town_user):
    town.get(SETUP)
    refused = town.post(SETUP, {"code": "000000"})
    assert refused.status_code == 422
    assert "验证码不对" in refused.content.decode()
    assert not AppDevice.objects.filter(user=town_user, confirmed=True).exists()


def test_a_thief_with_the_password_cannot_bind_another_app(town, town_user):
    bind(town, town_user)
    thief = Client()
    thief.force_login(town_user, backend="django.contrib.auth.backends.ModelBackend")
    assert thief.get(SETUP).status_code == 403
    assert thief.post(SETUP, {"code": "123456"}).status_code == 403
    assert thief.post(reverse("accounts:recovery_codes"))["Location"].startswith(GIVE)


def test_changing_the_phone_or_the_codes_asks_for_a_fresh_code(town, town_user):
    bind(town, town_user)
    assert town.get(SETUP).status_code == 200
    session = town.session
    session[GIVEN_AT] = 0
    session.save()
    assert town.get(SETUP)["Location"].startswith(GIVE)
    assert town.post(reverse("accounts:recovery_codes"))["Location"].startswith(GIVE)


def test_the_app_opens_the_next_session_but_no_code_works_twice(town, town_user, cast):
    bind(town, town_user)
    let_time_pass(town_user)
    code = app_code(AppDevice.objects.get(user=town_user))
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    one, two = (sign_in(Client(), cast.town, second_factor=False) for _ in range(2))
    assert one.post(GIVE, {"code": wide, "next": "/people/"})["Location"] == "/people/"
    assert two.post(GIVE, {"code": code}).status_code == 422
    assert two.get("/").status_code == 302


def test_a_recovery_code_opens_one_session_and_is_used_up(town, town_user, cast):
    code, spare = make_recovery_codes(user=town_user, count=2)
    with watching() as statements:
        assert town.post(GIVE, {"code": f" {code.upper()} "}).status_code == 302
    assert audited(statements) == ["second_factor.passed"]
    assert town.get("/").status_code == 200
    again = sign_in(Client(), cast.town, second_factor=False)
    assert again.post(GIVE, {"code": code}).status_code == 422
    let_time_pass(town_user)
    assert again.post(GIVE, {"code": spare}).status_code == 302


def test_guessing_is_slowed_down_and_audited(town, town_user):
    (code,) = make_recovery_codes(user=town_user, count=1)
    with watching() as statements:
        assert "验证码不对" in town.post(GIVE, {"code": "aaaa-aaaa"}).content.decode()
        assert "秒后再试" in town.post(GIVE, {"code": code}).content.decode()
    assert audited(statements) == ["second_factor.refused", "second_factor.refused"]
    assert StaticToken.objects.filter(token=code.replace("-", "")).exists()


def test_the_second_factor_of_one_user_is_nothing_to_another(town, town_user, cast):
    (foreign,) = make_recovery_codes(user=User.objects.get(pk=cast.district.user_id), count=1)
    make_recovery_codes(user=town_user, count=1)
    assert town.post(GIVE, {"code": foreign}).status_code == 422


def test_binding_a_new_phone_ends_the_old_one(town, town_user):
    bind(town, town_user)
    old = AppDevice.objects.get(user=town_user)
    town.get(SETUP)
    fresh = AppDevice.objects.get(user=town_user, confirmed=False)
    town.post(SETUP, {"code": app_code(fresh)})
    assert list(AppDevice.objects.filter(user=town_user)) == [fresh]
    assert fresh.key != old.key


def test_a_worker_needs_no_second_factor(client, cast):
    assert sign_in(client, cast.worker, second_factor=False).get("/").status_code == 200


def test_a_session_found_open_binds_no_phone_without_the_password(town, town_user):
    LoginSession.objects.update(since=timezone.now() - timedelta(minutes=20))
    assert "登录密码" in town.get(SETUP).content.decode()
    device = AppDevice.objects.get(user=town_user)
    for password, status in (({}, 422), ({"password": "wrong"}, 422), ({"password": PASSWORD}, 200)):
        assert town.post(SETUP, {"code": app_code(device)} | password).status_code == status
    assert AppDevice.objects.get(user=town_user).confirmed
    assert Guess.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_code_typed_twice_at_the_same_moment_opens_one_session():
    cast = make_cast()
    user = User.objects.get(pk=cast.town.user_id)
    code, _ = make_recovery_codes(user=user, count=2)
    clients = [sign_in(Client(), cast.town, second_factor=False) for _ in range(8)]

    def give(client):
        try:
            return client.post(GIVE, {"code": code}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(give, clients))
    assert answers == [302] + [422] * 7


@pytest.mark.django_db(transaction=True)
def test_codes_made_twice_at_the_same_moment_leave_one_set():
    user = User.objects.get(pk=make_cast().town.user_id)

    def make(_):
        try:
            return make_recovery_codes(user=user)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(4)))
    assert StaticDevice.objects.filter(user=user).count() == 1
    left = {f"{token[:4]}-{token[4:]}" for token in StaticToken.objects.values_list("token", flat=True)}
    assert left in [set(codes) for codes in made]
