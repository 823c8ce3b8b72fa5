"""The wall as the next village meets it: nothing of a report in a browser, nothing about people in psql."""

import json
from pathlib import Path

import psycopg2
import pytest
from django.urls import resolve, reverse
from playwright.sync_api import Browser

from registry.seeding.districts import DEMO_COMMUNITIES
from tests.browser.people import Person, sit_down, wait_for
from tests.browser.sending import send_out
from tests.matrix.cells import BODIES, routes
from tests.stack import PortalStack

NANMEN, HUAYUANLONG = DEMO_COMMUNITIES[:2]
STEPS_UP = "report_unmask"
"""Asks for a second factor before it looks for anything; see tests/matrix."""
ABOUT_PEOPLE = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'area_code'
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""
FILLED = {"registry_person", "registry_household", "registry_dwelling", "forms_engine_report", "forms_engine_reportrow"}


@pytest.fixture(scope="module")
def report(portal_stack: PortalStack) -> tuple[int, int]:
    """The report of 南门 and one of its people."""
    sent = send_out(portal_stack, "高龄津贴发放花名册", areas=[NANMEN, HUAYUANLONG])
    wait_for(
        lambda: portal_stack.rows("SELECT 1 FROM accounts_job WHERE id = %s AND state = 'done'", sent.job),
        "the prefilling ends",
        seconds=60,
    )
    found = portal_stack.rows(
        "SELECT r.id, min(w.subject_id) FROM forms_engine_report r JOIN forms_engine_reportrow w ON w.report_id = r.id"
        " WHERE r.dispatch_id = %s AND r.area_code = %s GROUP BY r.id",
        sent.dispatch,
        NANMEN,
    )
    return found[0]


def addresses_of(pk: int, subject: int) -> list[str]:
    """Every address of a report, pages and API."""
    given = {"pk": pk, "subject_id": subject, "letter": "H"}
    found = []
    for name, pattern in routes().items():
        if set(pattern.pattern.converters) <= set(given) and not name.endswith(STEPS_UP):
            found.append(reverse(name, kwargs={key: given[key] for key in pattern.pattern.converters}))
    return [path for path in found if f"/reports/{pk}/" in path]


def test_every_address_of_the_report_is_lost_to_the_next_village_and_open_to_its_own(
    browser: Browser, portal_stack: PortalStack, screenshots: Path, report: tuple[int, int]
) -> None:
    pk, subject = report
    own, neighbour = (sit_down(browser, portal_stack, screenshots, name) for name in ("王建国", "黄志明"))
    paths = addresses_of(pk, subject)
    assert len(paths) >= 14
    for path in paths:
        assert _statuses(neighbour, path, subject) <= {404, 405}, path
        assert 404 in _statuses(neighbour, path, subject), path
        assert own.page.request.get(portal_stack.url + path, max_redirects=0).status in (200, 302, 405), path
    neighbour.open(f"/reports/{pk}/")
    neighbour.photograph("next-village")


def test_the_next_village_finds_no_report_of_another_in_its_list(
    browser: Browser, portal_stack: PortalStack, screenshots: Path, report: tuple[int, int]
) -> None:
    neighbour = sit_down(browser, portal_stack, screenshots, "黄志明")
    neighbour.choose("填报")
    links = neighbour.page.locator("main a[href^='/reports/']")
    shown = {links.nth(at).get_attribute("href") for at in range(links.count())}
    assert f"/reports/{report[0]}/" not in shown
    assert any(link and link.strip("/").startswith("reports/") for link in shown)


@pytest.mark.rls
def test_psql_without_a_scope_shows_portal_app_no_row_about_people(
    portal_stack: PortalStack, report: tuple[int, int]
) -> None:
    connection = psycopg2.connect(portal_stack.env["DATABASE_URL"])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("portal_app",)
            cursor.execute(ABOUT_PEOPLE)
            tables = {name for (name,) in cursor.fetchall()}
            seen = {}
            for name in tables:
                cursor.execute(f"SELECT count(*) FROM {name}")
                seen[name] = cursor.fetchone()[0]
    finally:
        connection.close()
    assert tables >= FILLED
    assert all(portal_stack.rows(f"SELECT count(*) > 0 FROM {name}") == [(True,)] for name in FILLED)
    assert {name: count for name, count in seen.items() if count} == {}


def _statuses(person: Person, path: str, subject: int) -> set[int]:
    """What reading and writing are answered; 405 says nothing about the report."""
    request, url = person.page.request, person.stack.url + path
    token = next(one["value"] for one in person.page.context.cookies() if one["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Origin": person.stack.url, "Referer": url}
    answers = [request.get(url, max_redirects=0)]
    if path.startswith("/api/"):
        body = json.dumps(_body(path, subject))
        answers.append(request.post(url, data=body, headers=headers | {"Content-Type": "application/json"}))
    else:
        form = {"reason": "试", "note": "试", "subject": "1"}
        answers.append(request.post(url, form=form, headers=headers, max_redirects=0))
    return {answer.status for answer in answers}


def _body(path: str, subject: int) -> object:
    """What the address takes, so that it gets as far as to look for the report."""
    make = BODIES.get(resolve(path).view_name)
    return make(subject, 1) if make else {}
