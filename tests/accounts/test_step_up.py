"""Export asks for a second factor given minutes ago, wherever it is, and then goes on."""

import time
from urllib.parse import urlencode

import pytest
from django.urls import get_resolver, reverse

from accounts.access import Access
from accounts.models import AppDevice, User
from accounts.services.second_factor import make_recovery_codes
from accounts.step_up import GIVEN_AT
from tests.doors import app_code, sign_in

pytestmark = pytest.mark.django_db
GIVE, SETUP = reverse("accounts:second_factor"), reverse("accounts:second_factor_setup")
EXPORT = reverse("registry:person_export") + "?sex=2"
ASKED = f"{GIVE}?{urlencode({'next': EXPORT}, safe='/')}&back=/"
EXPORTS = {
    "registry:person_export",
    "registry:household_export",
    "registry:dwelling_export",
    "registry:organization_export",
    "registry:event_ledger",
    "forms_engine:export_start",
    "forms_engine:export_download",
}
SHOWN_IN_FULL = {
    "accounts:emergency_open",
    "forms_engine:report_unmask",
    *(f"registry:{entity}_unmask" for entity in ("person", "household", "dwelling", "organization")),
}


@pytest.fixture
def worker(client, cast, items):
    """A worker with recovery codes whose last code was accepted just now."""
    return sign_in(client, cast.worker)


def grow_stale(client, seconds):
    session = client.session
    session[GIVEN_AT] = int(time.time()) - seconds
    session.save()


def code_of(cast):
    return make_recovery_codes(user=User.objects.get(pk=cast.worker.user_id), count=1)[0]


def test_a_fresh_code_opens_the_export_and_a_stale_one_asks_again(worker, settings):
    assert worker.get(EXPORT).status_code == 200
    grow_stale(worker, settings.STEP_UP_SECONDS - 5)
    assert worker.get(EXPORT).status_code == 200
    grow_stale(worker, settings.STEP_UP_SECONDS + 1)
    assert worker.get(EXPORT)["Location"] == ASKED
    assert worker.get("/residents/").status_code == 200


def test_a_clock_that_was_set_back_makes_no_code_fresh(worker):
    grow_stale(worker, -3600)
    assert worker.get(EXPORT)["Location"] == ASKED


def test_who_was_verified_long_ago_gives_another_code_and_comes_back(worker, cast):
    grow_stale(worker, 3600)
    code, before = code_of(cast), worker.session.session_key
    assert "再输入一次" in worker.get(ASKED).content.decode()
    given = worker.post(GIVE, {"code": code, "next": EXPORT, "back": "/residents/"}).content.decode()
    assert f'http-equiv="refresh" content="0; url={EXPORT}"' in given
    assert 'href="/residents/"' in given
    assert worker.session.session_key != before
    assert worker.get(EXPORT).status_code == 200


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_never_leads_to_another_host(worker, back):
    answer = worker.get(GIVE, {"next": EXPORT, "back": back})
    assert (answer.status_code, answer["Location"]) == (302, EXPORT)


def test_the_page_that_was_left_is_the_way_back(worker):
    grow_stale(worker, 3600)
    asked = worker.get(EXPORT, headers={"referer": "http://testserver/residents/?sex=2"})
    assert asked["Location"].endswith("&back=/residents/%3Fsex%3D2")


def test_a_wrong_code_leaves_the_export_closed(worker, cast):
    grow_stale(worker, 3600)
    code_of(cast)
    assert worker.post(GIVE, {"code": "aaaa-aaaa", "next": EXPORT}).status_code == 422
    assert worker.get(EXPORT)["Location"] == ASKED


def test_a_worker_without_a_second_factor_is_led_to_bind_one_and_then_exports(client, cast, items):
    sign_in(client, cast.worker, second_factor=False)
    page = client.get(EXPORT, follow=True)
    assert page.redirect_chain[-1][0] == f"{SETUP}?{urlencode({'next': EXPORT})}"
    bound = client.post(SETUP, {"code": app_code(AppDevice.objects.get()), "next": EXPORT})
    assert bound.context["next"] == EXPORT
    assert client.get(EXPORT).status_code == 200


def test_what_was_posted_comes_back_to_its_form(client, cast):
    sign_in(client, cast.department, second_factor=True)
    grow_stale(client, 3600)
    start, form = reverse("forms_engine:export_start", args=[1]), "/dispatches/1/exports/?page=2"
    asked = client.post(start, {"file_format": "xlsx"}, headers={"referer": f"http://testserver{form}"})
    assert asked["Location"] == f"{GIVE}?{urlencode({'next': form}, safe='/')}"


def test_scripts_are_told_401_and_where_to_go(worker):
    grow_stale(worker, 3600)
    part = worker.get(EXPORT, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (401, ASKED)
    told = worker.get(EXPORT, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["login"]) == (401, ASKED)


def test_who_lacks_the_right_is_refused_before_any_code_is_asked_for(client, cast):
    sign_in(client, cast.system)
    grow_stale(client, 3600)
    assert client.get(EXPORT).status_code == 403


def test_every_export_and_every_look_behind_the_mask_asks_for_a_step_up():
    declared = {name: view for name, view in _views() if view.step_up}
    assert declared.keys() >= EXPORTS | SHOWN_IN_FULL
    exporting = {name for name, _ in _views() if "export" in name or "ledger" in name}
    assert not exporting - declared.keys()


def _views() -> list[tuple[str, Access]]:
    """Every address by its name, with what its view declares."""
    spaces = get_resolver().namespace_dict.items()
    named = [(f"{space}:{pattern.name}", pattern) for space, (_, found) in spaces for pattern in found.url_patterns]
    return [(name, pattern.callback.access) for name, pattern in named if hasattr(pattern.callback, "access")]
