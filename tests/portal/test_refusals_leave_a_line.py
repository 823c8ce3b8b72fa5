"""Refusals of rights and limits leave a line that survives the rollback; forms filled in wrongly do not."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import limits
from accounts.models import AuditEntry
from tests.doors import PASSWORD, audited, sign_in, username_of, watching
from tests.factories import make_cast

pytestmark = pytest.mark.django_db
NUMBER = 310230194001011234


def refusal(statements):
    return audited(statements).count("access.refused")


@pytest.mark.parametrize(
    ("who", "url", "status"),
    [
        ("worker", "/status/", 403),
        ("worker", "/residents/999", 404),
        ("system", "/residents/", 403),
        ("neighbour", "/api/v1/reports/999/rows/", 404),
    ],
)
def test_a_refused_page_leaves_one_line(client, cast, who, url, status):
    sign_in(client, getattr(cast, who))
    with watching() as statements:
        assert client.get(url).status_code == status
    assert refusal(statements) == 1


def test_a_script_without_a_login_leaves_one_line_and_a_browser_is_sent_to_the_door(client, cast):
    with watching() as statements:
        assert client.get("/residents/", headers={"accept": "application/json"}).status_code == 401
        assert client.get("/residents/", headers={"hx-request": "true"}).status_code == 401
    assert refusal(statements) == 2
    with watching() as statements:
        assert client.get("/residents/").status_code == 302
        assert client.get("/no/such/page").status_code == 404
    assert refusal(statements) == 0


def test_a_forged_form_leaves_one_line(cast):
    client = sign_in(Client(enforce_csrf_checks=True), cast.worker)
    with watching() as statements:
        assert client.post(reverse("registry:person_search"), {"q": "x"}).status_code == 403
    assert refusal(statements) == 1


def test_a_used_up_limit_leaves_one_line(client, cast, items, settings):
    sign_in(client, cast.worker)
    settings.LIMITS = settings.LIMITS | {limits.SEARCH: (1, settings.LIMITS[limits.SEARCH][1])}
    url = reverse("registry:event_people")
    assert client.post(url, {"q": "施"}).status_code == 200
    with watching() as statements:
        assert client.post(url, {"q": "施"}).status_code == 429
    assert refusal(statements) == 1


def test_a_form_filled_in_wrongly_leaves_none(client, cast, items):
    sign_in(client, cast.worker)
    with watching() as statements:
        assert client.post(reverse("registry:event_report"), {"title": ""}).status_code == 422
    assert refusal(statements) == 0


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_the_line_is_committed_and_names_what_was_tried_but_no_long_number(client):
    cast = make_cast()
    sign_in(client, cast.worker)
    client.get("/residents/4711", REMOTE_ADDR="203.0.113.9")
    client.get(f"/residents/{NUMBER}")
    first, second = AuditEntry.objects.using("audit").filter(action="access.refused").order_by("pk")
    assert first.details == {"view": "registry:person_detail", "method": "GET", "code": "not_found", "pk": 4711}
    assert (first.result, first.user_id, first.address) == ("refused", cast.worker.user_id, "203.0.113.9")
    assert str(NUMBER) not in str(second.details)
    Client().post(reverse("accounts:login"), {"username": username_of(cast.worker), "password": PASSWORD + "x"})
    assert AuditEntry.objects.using("audit").get(action="login").result == "refused"
