"""The two password profiles, and that an initial or old password opens nothing but the page that changes it."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import OldPassword, User
from portal.settings.passwords import MAX_DAYS, VALIDATORS
from tests.doors import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
CHANGE = reverse("accounts:password")
FIRST = reverse("accounts:first_password")


@pytest.fixture
def user(cast):
    return User.objects.get(pk=cast.worker.user_id)


@pytest.fixture
def asvs(settings):
    settings.AUTH_PASSWORD_VALIDATORS = VALIDATORS["asvs"]
    settings.PASSWORD_MAX_DAYS = MAX_DAYS["asvs"]


def refused(password, user):
    """Codes of what is wrong with a password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {one.code for one in error.error_list}
    return set()


def choose(client, **more):
    return client.post(FIRST, {"new_password1": "Tidal-flat-77", "new_password2": "Tidal-flat-77", **more})


def change(client, new, old=PASSWORD):
    return client.post(CHANGE, {"old_password": old, "new_password1": new, "new_password2": new})


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("Tidal-flat-77", set()),
        ("潮水潮水潮水Ab12", set()),
        ("Tidal-7", {"password_too_short"}),
        ("tidalflats77", {"too_few_classes"}),
        ("Password123", {"password_too_common"}),
        ("password123", {"too_few_classes", "password_too_common"}),
        ("Aa1-" * 33, {"too_long"}),
    ],
)
def test_the_gb_profile_wants_length_and_three_kinds_of_characters(user, password, wrong):
    assert refused(password, user) == wrong


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("correct horse battery", set()),
        ("潮起潮落看不够的东滩湿地", set()),
        ("tidal-flats", {"password_too_short"}),
        ("my-chenxiuying-55", {"context_word"}),
        ("陈秀英的很长的一个密码", {"password_too_short", "context_word"}),
        ("chongming-island", {"context_word"}),
        ("welcome-yibiaotong", {"context_word"}),
        ("qwertyuiop123", {"password_too_common"}),
        ("a" * 129, {"too_long"}),
    ],
)
def test_the_asvs_profile_wants_length_and_nothing_that_others_could_guess(asvs, user, password, wrong):
    assert refused(password, user) == wrong


def test_none_of_the_last_five_passwords_comes_back(client, cast, user):
    sign_in(client, cast.worker)
    used = [PASSWORD, *(f"Tidal-flat-{number}" for number in range(5))]
    for old, new in pairwise(used):
        assert change(client, new, old).status_code == 302
    for again in used[1:]:
        answer = change(client, again, used[-1])
        assert "最近 5 次用过" in answer.content.decode()
    assert change(client, used[0], used[-1]).status_code == 302
    assert OldPassword.objects.filter(user=user).count() == 6


@pytest.mark.parametrize("page", ["/", "/me/", "/residents/", "/residents/export"])
def test_an_initial_password_opens_only_the_page_that_changes_it(client, cast, page):
    User.objects.update(must_change_password=True)
    sign_in(client, cast.worker)
    assert client.get(page)["Location"] == f"{FIRST}?next={page}"
    told = client.get(page, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["detail"]) == (401, "请先修改密码。")
    form = client.get(FIRST).content.decode()
    assert "管理员发的初始密码" in form
    assert 'aria-label="主菜单"' not in form
    assert choose(client).status_code == 302
    assert client.get("/me/").status_code == 200


def test_a_password_of_91_days_must_be_changed_and_one_of_89_not(client, cast, user):
    sign_in(client, cast.worker)
    for days, status in ((89, 200), (91, 302)):
        User.objects.update(password_changed_at=timezone.now() - timedelta(days=days))
        assert client.get("/me/").status_code == status
    assert "使用较久" in client.get(CHANGE).content.decode()
    change(client, "Tidal-flat-77")
    assert client.get("/me/").status_code == 200


def test_the_asvs_profile_never_asks_for_a_change_by_age(asvs, client, cast):
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=4000))
    assert sign_in(client, cast.worker).get("/me/").status_code == 200


def test_an_admin_changes_an_initial_password_before_an_app_can_be_bound_with_it(client, cast):
    User.objects.update(must_change_password=True)
    sign_in(client, cast.town, second_factor=False)
    for page in ("/", reverse("accounts:second_factor"), reverse("accounts:second_factor_setup"), CHANGE):
        assert client.get(page)["Location"] == f"{FIRST}?next={page}"


def test_the_page_goes_on_to_where_the_person_was_going(client, cast):
    User.objects.update(must_change_password=True)
    sign_in(client, cast.worker)
    assert choose(client, next="/residents/")["Location"] == "/residents/"
