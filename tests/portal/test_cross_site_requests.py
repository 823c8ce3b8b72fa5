"""No step without the page's own token, from no other site, and by no other method than it says."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.doors import sign_in
from tests.routes import UNSAFE, list_routes, someone_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_audit_role")]
BY_SECRET = {"accounts:api_token", "data_return:api_events", "portal:oidc_token"}
"""Machines bring their secret, or a signature, with the request; a cookie counts for nothing there."""


def test_no_route_takes_an_unsafe_request_without_a_token(cast, items):
    """The same request with the check off gets further, so it is the token that is missed."""
    known, taken, further = {}, [], 0
    routes = [route for route in list_routes() if route.name not in BY_SECRET]
    for route in routes:
        actor = someone_with(route.access.right, of=known)
        strict = sign_in(Client(enforce_csrf_checks=True), actor)
        answers = {method: getattr(strict, method)(route.path).status_code for method in UNSAFE}
        taken += [f"{method} {route.name}" for method, status in answers.items() if status != 403]
        further += sign_in(Client(), actor).post(route.path).status_code != 403
    assert taken == []
    assert further == len(routes)


@pytest.fixture
def page(client, cast):
    """A browser that checks, and the token of a page it has opened."""
    browser = sign_in(Client(enforce_csrf_checks=True), cast.worker)
    return browser, browser.get(reverse("accounts:me")).context["csrf_token"]


def test_the_token_of_the_page_lets_the_form_pass(page):
    browser, token = page
    assert browser.post("/care/", {"care": "on", "csrfmiddlewaretoken": str(token)}).status_code == 302


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81"]
)
def test_a_good_token_from_another_site_is_refused(page, origin):
    browser, token = page
    sent = {"care": "on", "csrfmiddlewaretoken": str(token)}
    assert browser.post("/care/", sent, headers={"Origin": origin}).status_code == 403


def test_the_token_of_another_session_is_refused(page, cast):
    other = sign_in(Client(), cast.neighbour).get(reverse("accounts:me")).context["csrf_token"]
    assert page[0].post("/care/", {"care": "on", "csrfmiddlewaretoken": str(other)}).status_code == 403


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_header_or_field_does_not_make_it_another_method(client, cast, header):
    browser = sign_in(client, cast.worker)
    answer = browser.post(reverse("portal:help"), {"_method": "GET"}, headers={header: "GET"})
    assert answer.status_code == 405
    answer = browser.get(reverse("registry:person_search"), {"_method": "POST"}, headers={header: "POST"})
    assert answer.status_code == 405


def test_a_foreign_forwarded_host_is_not_believed(client):
    answer = client.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in answer.get("Location", "")
