"""A joined system sends to-dos to posts: once each, only about work it was admitted for, seen by that post alone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.roles import Role
from accounts.scope import acting_as
from portal.models import SystemTodo
from portal.services.system_todos import Asked, close_todo, put_todo
from portal.services.systems.desk import suspend_system
from portal.sign_on.addresses import address_within
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, EAST_GRID
from tests.machines import machine_door, make_machine
from tests.portal.entrances import Kind, connect
from tests.portal.filing import make_system

pytestmark = pytest.mark.django_db
VILLAGE = "310151101001"
ASKED = {"title": "核对本月探访计划", "area": VILLAGE, "role": "community_worker", "path": "/plans/11"}


@pytest.fixture
def system(cast, items):
    return make_system(cast.department, cast.district)


@pytest.fixture
def http(cast, system):
    client = make_machine(Role.DEPARTMENT_STAFF, DISTRICT, department=cast.department.department_id, scopes=("todos",))
    return machine_door(*client)


def address(system, reference="plan-11", name="todo"):
    return reverse(f"portal:api_{name}", args=[system.pk, reference])


def put(http, system, reference="plan-11", **more):
    return http.put(address(system, reference), ASKED | more, content_type="application/json")


def close(http, system, outcome="done"):
    return http.post(address(system, name="todo_close"), {"outcome": outcome}, content_type="application/json")


def waiting(client, actor):
    """Titles on the page of the post."""
    sign_in(client, actor)
    return [todo.title for todo in client.get(reverse("portal:todo_list")).context["paging"].rows]


def test_a_todo_is_sent_once_however_often_it_is_said(http, system):
    with watching() as statements:
        first, again = put(http, system), put(http, system)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert audited(statements) == ["todo.created"]


def test_it_waits_for_that_post_and_for_nobody_else(client, cast, http, system):
    put(http, system)
    assert waiting(client, cast.worker) == [ASKED["title"]]
    assert waiting(client, cast.neighbour) == waiting(client, cast.grid_worker) == waiting(client, cast.town) == []


def test_the_workbench_shows_and_counts_it(client, cast, http, system):
    put(http, system, due_on=(localdate() - timedelta(days=1)).isoformat())
    sign_in(client, cast.worker)
    page = client.get(reverse("portal:home"))
    assert [todo.title for todo in page.context["work"].system_todos] == [ASKED["title"]]
    assert "已逾期" in page.content.decode()
    assert page.context["shell"].nav[0].count == 1


def test_a_grid_is_named_by_its_eighteen_digits(client, cast, http, system):
    assert put(http, system, area=f"{EAST_GRID:018d}", role="grid_worker").json()["area"] == f"{EAST_GRID:018d}"
    assert waiting(client, cast.grid_worker) == [ASKED["title"]]


def test_what_it_says_may_change_while_it_is_open(client, cast, http, system):
    put(http, system)
    assert put(http, system, title="核对下月探访计划").json()["title"] == "核对下月探访计划"
    assert waiting(client, cast.worker) == ["核对下月探访计划"]


@pytest.mark.parametrize("outcome", ["done", "cancelled"])
def test_once_closed_it_waits_no_more_and_stays_closed(client, cast, http, system, outcome):
    put(http, system)
    assert close(http, system, outcome).json()["state"] == outcome
    assert close(http, system, outcome).status_code == 200
    assert waiting(client, cast.worker) == []
    assert put(http, system).status_code == 200  # a late repetition of the first call changes nothing
    assert put(http, system, title="另一件事").status_code == 409
    assert close(http, system, "done" if outcome == "cancelled" else "cancelled").status_code == 409


def test_another_receiver_needs_another_reference(http, system):
    put(http, system)
    assert put(http, system, area="310151101002").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"role": "town_admin", "area": "310151101000"}, "role"),
        ({"area": "310151101999"}, "area"),
        ({"area": "310151101000"}, "area"),
        ({"area": "320206001001"}, "area"),
        ({"title": "看望 13900001234"}, None),
    ],
    ids=["a role it was not admitted for", "no such village", "a town", "another district", "a phone number"],
)
def test_what_it_was_not_admitted_for_is_refused_and_nothing_is_sent(cast, http, system, wrong, field):
    answer = put(http, system, **wrong)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    with acting_as(cast.district):
        assert not SystemTodo.objects.exists()


def test_a_reference_that_is_a_number_of_a_person_is_refused(http, system):
    assert put(http, system, "310101194903070012").json()["code"] == "personal_number"


def test_a_suspended_system_sends_nothing_and_its_todos_are_not_shown(client, cast, http, system):
    put(http, system)
    with acting_as(cast.district):
        suspend_system(actor=cast.district, system=system, reason="检查")
    assert put(http, system, "plan-12").json()["code"] == "not_admitted"
    assert waiting(client, cast.worker) == []


def test_another_department_finds_neither_system_nor_todo(cast, http, system):
    put(http, system)
    other = make_machine(
        Role.DEPARTMENT_STAFF, DISTRICT, department=cast.other_department.department_id, scopes=("todos",), name="别的"
    )
    door = machine_door(*other)
    assert door.get(reverse("portal:api_systems")).json() == {"items": [], "next": None}
    answers = [put(door, system), close(door, system), door.get(address(system))]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_machine_lists_its_systems_by_state(http, system):
    def listed(**asked):
        return [one["id"] for one in http.get(reverse("portal:api_systems"), asked).json()["items"]]

    assert listed() == listed(state="admitted", limit=1) == [system.pk]
    assert listed(state="retired") == listed(after=system.pk) == []
    assert http.get(reverse("portal:api_systems"), {"state": "applying"}).status_code == 400


def test_a_machine_lists_its_todos_page_by_page(http, system):
    for number in (1, 2, 3):
        put(http, system, f"plan-{number}")
    close_address = reverse("portal:api_todos", args=[system.pk])
    page = http.get(close_address, {"limit": 2, "state": "open"}).json()
    assert [todo["reference"] for todo in page["items"]] == ["plan-3", "plan-2"]
    rest = http.get(close_address, {"limit": 2, "after": page["next"]}).json()
    assert ([todo["reference"] for todo in rest["items"]], rest["next"]) == (["plan-1"], None)


@pytest.fixture
def connected(cast, items):
    """A system that people enter by OpenID Connect, with a to-do on one of its pages."""
    found = connect(cast.department, cast.district, cast.security, Kind.OIDC)
    with acting_as(cast.department):
        asked = Asked(title="核对计划", area=EAST, role=Role.COMMUNITY_WORKER, path="/plans/11?tab=2")
        found.todo, _ = put_todo(actor=cast.department, system_id=found.system.pk, reference="p", asked=asked)
    return found


def test_it_is_done_on_its_page_of_the_system(client, cast, connected):
    sign_in(client, cast.worker)
    assert "去办理" in client.get(reverse("portal:todo_list")).content.decode()
    page = client.post(reverse("portal:todo_open", args=[connected.todo.pk]))
    assert page.context["url"] == "https://care.example.cn/plans/11?tab=2"


def test_what_is_no_page_of_the_system_leads_to_its_home():
    for path in ("", "plans", "@evil.example/", "/../x", "/a b", "\\evil"):
        assert address_within("https://care.example.cn/home", path) == "https://care.example.cn/home"
    assert address_within("https://care.example.cn/home", "//evil.example") == "https://care.example.cn//evil.example"


def test_nobody_else_opens_it_and_once_done_neither_does_the_post(client, cast, connected):
    sign_in(client, cast.neighbour)
    assert client.post(reverse("portal:todo_open", args=[connected.todo.pk])).status_code == 404
    with acting_as(cast.department):
        close_todo(actor=cast.department, system_id=connected.system.pk, reference="p", outcome="done")
    sign_in(client, cast.worker)
    assert client.post(reverse("portal:todo_open", args=[connected.todo.pk])).status_code == 404


def test_more_than_anybody_can_do_is_refused(monkeypatch, http, system):
    monkeypatch.setattr("portal.services.system_todos.MOST_OPEN", 1)
    put(http, system)
    assert put(http, system, "plan-12").json()["code"] == "too_many_open"
    assert put(http, system, "plan-12", area=f"{EAST // 10**6 + 1}").status_code == 201
