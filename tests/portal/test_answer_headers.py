"""Headers of every answer: what a browser may load, keep and tell others."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from portal.places import ROOT
from tests.doors import sign_in
from tests.routes import list_routes, someone_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_audit_role")]

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def wrong_headers(answer) -> dict[str, str | None]:
    """Those of ALWAYS that are missing or say something else, and those that must say something."""
    wrong = {name: answer.get(name) for name, value in ALWAYS.items() if answer.get(name) != value}
    policy = answer.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy:
        wrong["Content-Security-Policy"] = policy
    if "camera=()" not in answer.get("Permissions-Policy", ""):
        wrong["Permissions-Policy"] = answer.get("Permissions-Policy")
    return wrong


def test_every_route_answers_with_them_whoever_asks(cast, items):
    """Signed in with the right, and a stranger: pages, files, fragments, JSON, redirects, refusals, 404 and 405."""
    known, seen, wrong = {}, set(), {}
    for route in list_routes():
        actor = someone_with(route.access.right, of=known)
        for browser in (Client(raise_request_exception=False), sign_in(Client(raise_request_exception=False), actor)):
            for method in ("get", "post"):
                answer = getattr(browser, method)(route.path)
                seen.add(answer.status_code)
                assert answer.status_code != 500, route
                if found := wrong_headers(answer):
                    wrong[f"{method} {route.name}"] = found
    assert wrong == {}
    assert seen >= {200, 302, 404, 405, 422}


def test_a_refusal_has_them_too(client, cast):
    answer = sign_in(client, cast.system).get(reverse("registry:person_list"))
    assert (answer.status_code, wrong_headers(answer)) == (403, {})


def test_a_page_that_does_not_exist_has_them_too(client):
    answer = client.get("/nowhere/")
    assert (answer.status_code, wrong_headers(answer)) == (404, {})


def test_a_bug_has_them_too(client, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("accounts.views.doors.render", broken)
    client.raise_request_exception = False
    answer = client.get(reverse("accounts:login"))
    assert (answer.status_code, wrong_headers(answer)) == (500, {})


def test_a_foreign_host_is_refused_with_them(client):
    answer = client.get("/", headers={"Host": "evil.example"})
    assert (answer.status_code, wrong_headers(answer)) == (400, {})
    assert b"evil" not in answer.content


def test_static_files_may_be_kept(client):
    answer = client.get("/static/portal.css")
    assert answer.status_code == 200
    assert "no-store" not in answer.get("Cache-Control", "")
    assert answer["X-Content-Type-Options"] == "nosniff"


@override_settings(
    SECURE_HSTS_SECONDS=31536000,
    SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
    SECURE_SSL_REDIRECT=True,
    SECURE_HSTS_PRELOAD=True,
)
def test_behind_tls_the_browser_never_comes_back_without():
    told = Client().get("/login/", secure=True)["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains; preload"
    assert Client().get("/login/")["Location"] == "https://testserver/login/"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_needs_an_inline_script_or_style(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"""\son[a-z]+\s*=\s*["']|\sstyle\s*=|javascript:|hx-on|<style\b""", text)
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or "application/json" in tag or "nonce=" in tag, tag


def test_logging_out_empties_what_the_browser_keeps(client, cast):
    answer = sign_in(client, cast.worker).post(reverse("accounts:logout"))
    assert answer["Clear-Site-Data"] == '"storage"'


def test_there_are_two_cookies_closed_to_other_sites_and_the_session_to_scripts_too(client):
    """The token's cookie is read by the grid, which sends edits again after logging in anew in another tab."""
    client.get("/login/")
    client.post("/care/", {"care": "on"})
    closed = {name: (bool(kept["httponly"]), kept["samesite"]) for name, kept in client.cookies.items()}
    assert closed == {settings.CSRF_COOKIE_NAME: (False, "Lax"), settings.SESSION_COOKIE_NAME: (True, "Lax")}
