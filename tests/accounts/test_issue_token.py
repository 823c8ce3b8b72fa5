"""What a machine gets for its secret, and who gets nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate, now
from oauth2_provider.models import get_access_token_model

from accounts.models import ClientSystem, Post
from accounts.services.clients import change_secret
from tests.doors import audited, watching
from tests.factories import DISTRICT, make_actor
from tests.machines import FORM, TOKEN, ask_token, make_machine

pytestmark = pytest.mark.django_db
AccessToken = get_access_token_model()


@pytest.fixture
def machine(cast):
    return make_machine(department=cast.department.department_id, scopes=("forms", "totals"))


def test_a_machine_gets_a_token_for_ten_minutes_with_its_scopes(machine):
    answer = ask_token(*machine)
    said = answer.json()
    assert (answer.status_code, said["token_type"], said["expires_in"]) == (200, "Bearer", 600)
    assert said["scope"] == "forms totals"
    assert answer["Cache-Control"] == "no-store"
    assert "refresh_token" not in said


def test_neither_token_nor_secret_is_kept_in_clear(machine):
    client, secret = machine
    token = ask_token(client, secret).json()["access_token"]
    kept = AccessToken.objects.get()
    assert kept.token == ""
    assert token not in str(vars(kept))
    assert secret not in str(vars(ClientSystem.objects.get()))


def test_a_part_of_the_scopes_can_be_asked_for_and_no_other(machine):
    assert ask_token(*machine, scope="totals").json()["scope"] == "totals"
    assert ask_token(*machine, scope="exports").json() == {"error": "invalid_scope"}


def test_a_wrong_secret_gets_nothing(machine):
    client, _ = machine
    answer = ask_token(client, "wrong")
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert not AccessToken.objects.exists()


def test_issuing_and_refusing_are_audited(machine):
    client, secret = machine
    with watching() as statements:
        ask_token(client, secret)
        ask_token(client, "wrong")
    assert audited(statements).count("client.token_issued") == 2


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "implicit", "device_code", ""])
def test_no_other_grant_exists(machine, grant):
    answer = ask_token(*machine, grant_type=grant)
    assert answer.status_code == 400
    assert answer.json()["error"] in ("unsupported_grant_type", "invalid_request")


def test_a_secret_in_the_address_is_not_read(machine):
    client, secret = machine
    address = f"{TOKEN}?grant_type=client_credentials&client_id={client.client_id}&client_secret={secret}"
    assert Client().post(address, "", content_type=FORM).status_code == 400


@pytest.mark.parametrize("body", ["", "%", "a=%ZZ", "grant_type=client_credentials&client_id=%00&client_secret=%00"])
def test_nonsense_is_refused_quietly(db, body):
    assert Client().post(TOKEN, body, content_type=FORM).status_code in (400, 401)
    assert Client().post(TOKEN, {"a": "b"}).status_code == 400
    assert Client().get(TOKEN).status_code == 405


def close(client):
    ClientSystem.objects.filter(pk=client.pk).update(is_active=False)


def end(client):
    ClientSystem.objects.filter(pk=client.pk).update(valid_until=localdate() - timedelta(days=1))


def end_post(client):
    Post.objects.filter(pk=client.post_id).update(valid_until=localdate() - timedelta(days=1))


@pytest.mark.parametrize("spoil", [close, end, end_post])
def test_a_machine_that_is_closed_or_over_gets_no_token(machine, spoil):
    spoil(machine[0])
    assert ask_token(*machine).status_code == 401


def test_from_another_address_the_right_secret_is_worth_nothing_and_is_not_even_compared(machine, monkeypatch):
    def never(*_):
        raise AssertionError("the hasher was reached")

    monkeypatch.setattr("oauth2_provider.oauth2_validators.check_password", never)
    assert ask_token(*machine, address="203.0.113.9").status_code == 401


def test_guessing_stops_and_a_stranger_elsewhere_does_not_lock_the_machine_out(machine, settings):
    client, secret = machine
    settings.LIMITS = settings.LIMITS | {"token": (3, 600)}
    assert [ask_token(client, "wrong", address="203.0.113.9").status_code for _ in range(5)][-2:] == [429, 429]
    assert ask_token(client, secret).status_code == 200
    answers = [ask_token(client, secret) for _ in range(5)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


def test_after_a_change_the_old_secret_works_for_a_day(machine, cast, monkeypatch):
    client, old = machine
    security = make_actor("security_admin", DISTRICT)
    new = change_secret(actor=security, client=client)
    assert [ask_token(client, secret).status_code for secret in (old, new, "wrong")] == [200, 200, 401]
    ClientSystem.objects.update(previous_secret_until=now())
    assert [ask_token(client, secret).status_code for secret in (old, new)] == [401, 200]
