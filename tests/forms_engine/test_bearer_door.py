"""A token opens the same wall as a session, and nothing more."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.timezone import localdate, now
from oauth2_provider.models import get_access_token_model

from accounts.access import Access, access
from accounts.api_scopes import STANDS_FOR_STEP_UP
from accounts.models import ClientSystem, Post
from accounts.roles import Role
from tests.doors import audited, sign_in, watching
from tests.factories import EAST
from tests.machines import ask_token, machine_door, make_machine

pytestmark = pytest.mark.django_db
AccessToken = get_access_token_model()


@pytest.fixture
def machine(cast):
    return make_machine(Role.COMMUNITY_WORKER, EAST, scopes=("reports", "cells"))


def rows(report):
    return reverse("forms_engine:report_rows", args=[report.pk])


def save(http, report, roster):
    body = {"edits": [{"id": roster["gap"].pk, "letter": "H", "raw": "13900002210", "seen": 0}]}
    return http.post(reverse("forms_engine:report_cells", args=[report.pk]), body, content_type="application/json")


def test_a_machine_reads_and_saves_without_cookie_or_csrf(machine, report, roster):
    http = machine_door(*machine)
    assert len(http.get(rows(report)).json()["rows"]) == 2
    assert save(http, report, roster).json()["saved"][0]["text"] == "13900002210"
    assert not http.cookies


def test_its_lines_in_the_audit_log_name_the_machine(machine, report, roster):
    http = machine_door(*machine)
    with watching() as statements:
        save(http, report, roster)
    assert audited(statements) == ["report.cells_saved"]
    (line,) = [one for one in statements if 'INSERT INTO "accounts_auditentry"' in one]
    assert f'"client": {machine[0].pk}' in line


def test_row_scope_holds_for_it(machine, cast, sent):
    from accounts.scope import acting_as
    from forms_engine.models import Report

    with acting_as(cast.neighbour):
        west = Report.objects.get(dispatch=sent)
    assert machine_door(*machine).get(rows(west)).status_code == 404


def test_a_scope_that_the_token_does_not_say_is_refused(machine, report, roster):
    answer = save(machine_door(*machine, scope="reports"), report, roster)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_a_right_that_the_post_does_not_hold_is_refused_whatever_the_scope(cast, report, roster):
    client, secret = make_machine(Role.COMMUNITY_WORKER, EAST, scopes=("reports", "cells"))
    http = machine_door(client, secret)
    Post.objects.filter(pk=client.post_id).update(role=Role.TOWN_ADMIN)
    assert save(http, report, roster).json()["code"] == "not_allowed"


@pytest.mark.parametrize("page", ["portal:home", "accounts:me", "registry:person_list", "accounts:second_factor"])
def test_pages_for_people_are_closed_to_it(machine, page):
    assert machine_door(*machine).get(reverse(page)).status_code == 403


def test_a_token_beside_a_session_is_all_that_counts(client, cast, machine, report, roster):
    sign_in(client, cast.worker)
    assert client.get(rows(report)).status_code == 200
    answer = client.get(rows(report), headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]
    token = ask_token(*machine, scope="reports").json()["access_token"]
    answer = client.get(reverse("portal:home"), headers={"Authorization": f"bearer {token}"})
    assert answer.status_code == 403


def spoil_token(client):
    AccessToken.objects.update(expires=now())


def spoil_address(client):
    ClientSystem.objects.update(addresses=["10.0.0.0/24"])


def spoil_validity(client):
    ClientSystem.objects.update(valid_until=localdate() - timedelta(days=1))


def spoil_activity(client):
    ClientSystem.objects.update(is_active=False)


def spoil_post(client):
    Post.objects.filter(pk=client.post_id).update(is_active=False)


@pytest.mark.parametrize("spoil", [spoil_token, spoil_address, spoil_validity, spoil_activity, spoil_post])
def test_a_token_ends_with_what_it_stands_on(machine, report, spoil):
    http = machine_door(*machine)
    spoil(machine[0])
    assert http.get(rows(report)).status_code == 401


def test_a_scope_taken_from_the_machine_ends_at_once(machine, report):
    http = machine_door(*machine)
    ClientSystem.objects.update(scopes=["cells"])
    assert http.get(rows(report)).status_code == 403


def test_nobody_works_in_a_machines_post_by_session(machine):
    client, _ = machine
    session = sign_in(Client(), client.working_post.as_actor())
    assert session.get(reverse("portal:home")).status_code == 302
    assert not client.working_post.user.has_usable_password()


def test_the_door_costs_two_queries(machine, report, django_assert_num_queries):
    from django.test import RequestFactory

    from accounts.bearer import find_machine
    from accounts.origin import coming_from

    token = ask_token(*machine).json()["access_token"]
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    with coming_from(address="127.0.0.1", reference="x"), django_assert_num_queries(2):
        assert find_machine(request).client_id == machine[0].pk


def test_only_scopes_that_stand_for_a_second_factor_open_what_asks_for_one():
    def views(patterns):
        for pattern in patterns:
            yield from views(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern.callback]

    declared = [view.access for view in views(get_resolver().url_patterns) if hasattr(view, "access")]
    assert {rule.scope for rule in declared if rule.step_up} <= {"", *STANDS_FOR_STEP_UP}
    with pytest.raises(Exception, match="second factor"):
        access(Access(right="x"), step_up=True, scope="forms")(lambda request: None)
