"""A worker enters an older system by the portal's login, over CAS 3."""

from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client

from portal.models import LaunchCount, SignOn, SystemAccount
from portal.services.sign_on.farewells import end_what_is_over, tell_systems
from tests.doors import audited, sign_in, watching
from tests.portal.entrances import SERVICE, Kind, connect, ear

pytestmark = pytest.mark.django_db
CAS = "{http://www.yale.edu/tp/cas}"


@pytest.fixture
def system(cast):
    return connect(cast.department, cast.district, cast.security, Kind.CAS)


@pytest.fixture
def browser(cast):
    return sign_in(Client(), cast.worker)


def ticket_of(browser, service=SERVICE):
    """The ticket with which the browser comes back to the service."""
    answer = browser.get("/cas/login", {"service": service})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith(service)
    return parse_qs(urlsplit(answer["Location"]).query)["ticket"][0]


def validate(ticket, service=SERVICE, at="/cas/p3/serviceValidate"):
    """What the system's server is told, as XML."""
    return ElementTree.fromstring(Client().get(at, {"ticket": ticket, "service": service}).content)


def test_the_system_learns_who_comes_in_which_post(browser, system, cast):
    said = validate(ticket_of(browser))
    told = {one.tag.removeprefix(CAS): one.text for one in said.find(f".//{CAS}attributes")}
    assert said.findtext(f".//{CAS}user") == told["sub"]
    assert (told["area_name"], told["role"], told["name"]) == ("东村", "community_worker", "陈秀英")
    assert told["area_code"] == f"{cast.worker.area_code:018d}"


def test_a_ticket_has_letters_digits_and_hyphens_alone(browser, system):
    assert ticket_of(browser).replace("-", "").isalnum()


def test_the_user_is_the_account_there_where_it_is_known_and_cas_2_tells_no_more(browser, system, cast):
    SystemAccount.objects.create(
        system=system.system, user_id=cast.worker.user_id, account="chen&xy", entered_by_id=cast.department.post_id
    )
    said = validate(ticket_of(browser), at="/cas/serviceValidate")
    assert said.findtext(f".//{CAS}user") == "chen&xy"
    assert said.find(f".//{CAS}attributes") is None


def test_each_ticket_is_audited_counted_and_kept_as_a_digest(browser, system):
    with watching() as statements:
        ticket = ticket_of(browser)
    assert "system.entered" in audited(statements)
    assert LaunchCount.objects.get().count == 1
    assert ticket not in str(list(SignOn.objects.values()))
    validate(ticket)
    assert ticket not in str(list(SignOn.objects.values()))


def test_a_stranger_logs_in_first_and_a_gateway_asks_nobody(system):
    assert Client().get("/cas/login", {"service": SERVICE})["Location"].startswith("/login/?next=/cas/login")
    assert Client().get("/cas/login", {"service": SERVICE, "gateway": "true"})["Location"] == SERVICE


def test_logging_out_of_the_portal_tells_the_system_which_session_is_over(cast, settings, browser):
    with ear() as there:
        settings.OUTBOUND_HOSTS, service = [there.url], f"{there.url}/app"
        there.status = 302  # as a page behind mod_auth_cas answers, which asks to log in again
        connect(cast.department, cast.district, cast.security, Kind.CAS, services=[service])
        ticket, never_used = ticket_of(browser, service), ticket_of(browser, service)
        validate(ticket, service)
        browser.post("/logout/")
        assert (end_what_is_over(), tell_systems()) == (2, 1)
    [(path, sent)] = there.heard
    said = ElementTree.fromstring(sent["logoutRequest"])
    assert (path, said[-1].text) == ("/app", ticket)
    assert never_used not in sent["logoutRequest"]


def test_logging_out_at_the_system_asks_before_the_portal_goes_too(browser, system):
    answer = browser.get("/cas/logout", {"service": SERVICE})
    assert (answer.status_code, "退出统一登录?" in answer.content.decode()) == (200, True)
    assert browser.post("/cas/logout", {"service": SERVICE})["Location"] == SERVICE
    assert browser.get("/").status_code == 302


def test_a_foreign_address_is_not_gone_to_after_a_logout(browser, system):
    assert browser.post("/cas/logout", {"service": "https://evil.example/"})["Location"] == "/login/"
