"""Access given by hand: one hand opens only what it sees itself."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import AccountChange, Area, User
from accounts.roles import Role
from accounts.services.first_passwords import issue_password, release_people, release_person, reset_second_factor
from accounts.services.granting import PostTerms, add_post, end_post
from accounts.services.people import create_person
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, make_actor

FIRST = reverse("accounts:first_password")
OWN = "Chongming-Dao-77"


def log_in(user, password, client=None):
    client = client or Client()
    client.post(reverse("accounts:login"), {"username": user.username, "password": password})
    return client


def choose(client, code=""):
    return client.post(FIRST, {"code": code, "new_password1": OWN, "new_password2": OWN})


def opens(client) -> bool:
    return client.get(reverse("accounts:me")).status_code == 200


@pytest.fixture
def second_security(cast):
    return make_actor(Role.SECURITY_ADMIN, DISTRICT)


def test_a_town_admin_alone_gives_a_worker_of_the_town_a_password_that_must_be_changed(cast):
    with watching() as statements:
        user, secret = issue_password(actor=cast.town, pk=cast.worker.user_id)
    assert audited(statements) == ["account.password_issued"]
    assert not secret.needs_release
    client = log_in(user, secret.text)
    assert client.get("/")["Location"] == f"{FIRST}?next=/"
    assert client.get(reverse("accounts:second_factor_setup"))["Location"].startswith(FIRST)
    assert choose(client).status_code == 302
    assert opens(client)
    assert opens(log_in(user, OWN))
    assert not opens(log_in(user, secret.text))


def test_what_the_security_admin_gives_opens_only_with_the_code_of_a_second_manager(cast):
    user, secret = issue_password(actor=cast.security, pk=cast.worker.user_id)
    client = log_in(user, secret.text)
    assert "还没有放行码" in choose(client, "abcd-efgh-jkmn").content.decode()
    with pytest.raises(NotAllowed):
        release_person(actor=cast.security, pk=user.pk)
    _, code = release_person(actor=cast.town, pk=user.pk)
    assert "放行码不对" in choose(client, "abcd-efgh-jkmn").content.decode()
    assert choose(client, f" {code.text.upper()} ").status_code == 302
    assert opens(client)


def test_one_security_admin_cannot_reach_residents_by_any_single_handed_way(cast):
    """Password and second factor of another, a new account, a new post for an account taken over before."""
    issue_password(actor=cast.security, pk=cast.worker.user_id)
    reset_second_factor(actor=cast.security, pk=cast.worker.user_id)
    assert User.objects.get(pk=cast.worker.user_id).needs_release
    village = PostTerms(Role.COMMUNITY_WORKER, Area.objects.get(pk=EAST))
    made, _ = create_person(actor=cast.security, username="puppet", full_name="新人", terms=village)
    assert made.needs_release
    end_post(actor=cast.security, post_id=cast.neighbour.post_id)
    _, secret = issue_password(actor=cast.security, pk=cast.neighbour.user_id)
    assert secret.needs_release
    helper, _ = create_person(
        actor=cast.security, username="second", full_name="二号", terms=PostTerms(Role.SECURITY_ADMIN, cast_area())
    )
    assert helper.needs_release
    with pytest.raises(NotAllowed):
        add_post(actor=cast.security, user_id=cast.security.user_id, terms=village)
    for step in (issue_password, release_person, reset_second_factor):
        with pytest.raises(NotAllowed):
            step(actor=cast.security, pk=cast.security.user_id)


def cast_area():
    return Area.objects.get(pk=DISTRICT)


def test_a_password_given_for_a_village_does_not_open_a_wider_post_given_meanwhile(cast, second_security):
    user, secret = issue_password(actor=cast.town, pk=cast.worker.user_id)
    add_post(actor=cast.security, user_id=user.pk, terms=PostTerms(Role.DISTRICT_ADMIN, cast_area()))
    assert "请填写放行码" in choose(log_in(user, secret.text)).content.decode()
    with pytest.raises(NotAllowed):
        release_person(actor=cast.town, pk=user.pk)
    release_person(actor=second_security, pk=user.pk)


def test_a_new_password_takes_the_code_of_the_one_before_away(cast, second_security):
    user, _ = issue_password(actor=cast.security, pk=cast.worker.user_id)
    _, code = release_person(actor=second_security, pk=user.pk)
    user, secret = issue_password(actor=second_security, pk=user.pk)
    assert "还没有放行码" in choose(log_in(user, secret.text), code.text).content.decode()


def test_nothing_waits_for_a_code_where_one_hand_is_enough(cast, second_security):
    issue_password(actor=cast.town, pk=cast.worker.user_id)
    with pytest.raises(Conflict):
        release_person(actor=second_security, pk=cast.worker.user_id)


def test_several_codes_are_given_together_or_not_at_all(cast, second_security):
    for who in (cast.worker, cast.colleague):
        issue_password(actor=cast.security, pk=who.user_id)
    pks = [cast.worker.user_id, cast.colleague.user_id]
    assert len({code.text for _, code in release_people(actor=second_security, pks=pks)}) == 2
    with pytest.raises(Conflict):
        release_people(actor=second_security, pks=[*pks, cast.grid_worker.user_id])


def test_a_one_time_password_runs_out(cast, settings):
    user, secret = issue_password(actor=cast.town, pk=cast.worker.user_id)
    User.objects.filter(pk=user.pk).update(
        password_issued_at=timezone.now() - timedelta(days=settings.ONE_TIME_PASSWORD_DAYS, minutes=1)
    )
    assert "不能再用" in choose(log_in(user, secret.text)).content.decode()


def test_the_one_time_password_itself_is_no_own_password(cast):
    user, secret = issue_password(actor=cast.town, pk=cast.worker.user_id)
    answer = log_in(user, secret.text).post(FIRST, {"new_password1": secret.text, "new_password2": secret.text})
    assert answer.status_code == 422


def test_a_reset_ends_every_session_and_is_told_at_the_next_login(cast):
    session = sign_in(Client(), cast.worker)
    assert opens(session)
    user, secret = issue_password(actor=cast.town, pk=cast.worker.user_id)
    assert not opens(session)
    page = log_in(user, secret.text).get(FIRST).content.decode()
    assert "管理员顾文杰为您办理了“重置密码”" in page
    assert "重置密码" not in log_in(user, secret.text).get(FIRST).content.decode()


def test_a_reset_second_factor_is_gone_from_open_sessions_at_once(cast):
    session = sign_in(Client(), cast.town)
    assert opens(session)
    with watching() as statements:
        reset_second_factor(actor=cast.district, pk=cast.town.user_id)
    assert audited(statements) == ["account.factor_reset"]
    assert session.get(reverse("accounts:me")).status_code == 302


def test_an_account_of_another_town_does_not_exist_and_one_above_is_not_delegated(cast):
    with pytest.raises(NotFound):
        issue_password(actor=cast.town, pk=cast.district.user_id)
    with pytest.raises(NotFound):
        issue_password(actor=cast.town, pk=10**9)
    with pytest.raises(NotAllowed):
        issue_password(actor=cast.district, pk=cast.security.user_id)
    assert not AccountChange.objects.exists()


def test_secrets_are_kept_as_fingerprints_only(cast, second_security):
    user, secret = issue_password(actor=cast.security, pk=cast.worker.user_id)
    with watching() as statements:
        _, code = release_person(actor=second_security, pk=user.pk)
    assert not any(text in sql for sql in statements for text in (secret.text, code.text, code.text.replace("-", "")))


def test_a_new_person_is_told_nothing_about_the_making_of_the_account(cast):
    village = PostTerms(Role.COMMUNITY_WORKER, Area.objects.get(pk=EAST))
    user, secret = create_person(actor=cast.town, username="newcomer", full_name="新人", terms=village)
    page = log_in(user, secret.text).get(FIRST).content.decode()
    assert "管理员发的初始密码" in page
    assert "为您办理了" not in page
