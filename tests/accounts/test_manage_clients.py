"""Registering machines, opening them by a second person, changing secrets, suspending."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.models import ClientSystem, Post
from accounts.networks import BadNetwork, read_networks
from accounts.roles import Role
from accounts.services.clients import open_client, register_client, suspend_client
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, TOWN, make_actor
from tests.machines import ask_token, machine_door, make_machine, wish

pytestmark = pytest.mark.django_db
CLIENTS, NEW = reverse("accounts:clients"), reverse("accounts:client_new")


@pytest.fixture
def security(cast):
    return make_actor(Role.SECURITY_ADMIN, DISTRICT, name="陆明")


def at(name, client):
    return reverse(f"accounts:client_{name}", args=[client.pk])


def filled(cast, **more):
    given = {
        "name": "高龄津贴系统",
        "role": "department_staff",
        "department": cast.department.department_id,
        "scopes": ["forms", "rows"],
        "addresses": "127.0.0.1",
        "valid_until": (localdate() + timedelta(days=30)).isoformat(),
    }
    return given | more


def test_a_machine_is_registered_by_one_and_opened_by_another(client, cast, security):
    page = sign_in(client, security).post(NEW, filled(cast))
    made, secret = ClientSystem.objects.get(), page.context["secret"]
    assert page.content.decode().count(secret) == 1
    assert "no-store" in page["Cache-Control"]
    assert ask_token(made, secret).status_code == 401
    assert sign_in(client, cast.district).post(at("open", made)).status_code == 302
    assert ask_token(made, secret).status_code == 200
    assert secret not in client.get(at("detail", made)).content.decode()


def test_who_registered_cannot_open_even_in_another_post(cast, security):
    made, _ = register_client(actor=security, wanted=wish(department=cast.department.department_id))
    Post.objects.filter(pk=security.post_id).update(valid_until=localdate() - timedelta(days=1))
    post = Post.objects.create(
        user_id=security.user_id, role=Role.DISTRICT_ADMIN, area_id=DISTRICT, valid_from=localdate()
    )
    with pytest.raises(NotAllowed):
        open_client(actor=Post.objects.with_context().get(pk=post.pk).as_actor(), client=made)
    with pytest.raises(NotAllowed):
        open_client(actor=security, client=made)


def test_a_machine_never_works_in_a_persons_post(cast, security):
    before = set(Post.objects.values_list("pk", flat=True))
    made, _ = register_client(actor=security, wanted=wish(department=cast.department.department_id))
    assert made.post_id not in before
    assert not made.post.user.has_usable_password()


def test_every_step_is_audited(cast, security):
    with watching() as statements:
        made, _ = register_client(actor=security, wanted=wish(department=cast.department.department_id))
        open_client(actor=cast.district, client=made)
        suspend_client(actor=security, client=made)
    assert audited(statements) == ["client.registered", "client.opened", "client.suspended"]


def test_a_suspended_machine_loses_its_tokens_and_can_be_opened_again(client, cast, security):
    made, secret = make_machine(Role.COMMUNITY_WORKER, EAST, scopes=("reports",))
    http = machine_door(made, secret)
    sign_in(client, security).post(at("suspend", made))
    assert http.get(reverse("forms_engine:api_reports")).status_code == 401
    open_client(actor=cast.district, client=made)
    assert http.get(reverse("forms_engine:api_reports")).status_code == 401
    assert machine_door(made, secret).get(reverse("forms_engine:api_reports")).status_code == 200


def test_what_is_done_already_is_a_conflict(cast, security):
    made, _ = make_machine(department=cast.department.department_id)
    with pytest.raises(Conflict):
        open_client(actor=cast.district, client=made)
    suspend_client(actor=security, client=made)
    with pytest.raises(Conflict):
        suspend_client(actor=security, client=made)


def test_a_new_secret_is_shown_once_after_a_question(client, cast, security):
    made, old = make_machine(department=cast.department.department_id)
    sign_in(client, security)
    assert "24 小时" in client.get(at("secret", made)).content.decode()
    new = client.post(at("secret", made)).context["secret"]
    assert new != old
    assert ask_token(made, new).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("department", ""),
        ("community", EAST),
        ("scopes", []),
        ("scopes", ["reports"]),
        ("scopes", ["everything"]),
        ("role", "system_admin"),
        ("addresses", "全部"),
        ("addresses", "0.0.0.0/0"),
        ("addresses", ""),
        ("valid_until", "2020-01-01"),
        ("valid_until", "2099-01-01"),
    ],
)
def test_bad_input_registers_nothing_and_says_where(client, cast, security, field, value):
    page = sign_in(client, security).post(NEW, filled(cast, **{field: value}))
    assert page.status_code == 422
    assert page.context["form"].errors[field]
    assert not ClientSystem.objects.exists()


def test_an_administrator_of_another_town_finds_no_machine(client, cast):
    made, _ = make_machine(department=cast.department.department_id)
    elsewhere = make_actor(Role.SECURITY_ADMIN, TOWN)
    assert sign_in(client, elsewhere).get(at("detail", made)).status_code == 404
    with pytest.raises(NotFound):
        suspend_client(actor=elsewhere, client=made)
    with pytest.raises(NotFound):
        register_client(actor=elsewhere, wanted=wish(department=cast.department.department_id))


@pytest.mark.parametrize("who", ["worker", "town", "department", "system"])
def test_nobody_else_sees_them(client, cast, who):
    made, _ = make_machine(department=cast.department.department_id)
    sign_in(client, getattr(cast, who))
    assert [client.get(page).status_code for page in (CLIENTS, NEW, at("detail", made))] == [403] * 3
    assert client.post(at("open", made)).status_code == 403


def test_the_list_costs_the_same_for_many(client, cast, security, django_assert_max_num_queries):
    for _ in range(5):
        make_machine(department=cast.department.department_id)
    sign_in(client, security)
    with django_assert_max_num_queries(12):
        assert len(client.get(CLIENTS).context["page"].rows) == 5


def test_administrators_roles_are_no_machines(cast):
    with pytest.raises(DomainError):
        make_machine(Role.SYSTEM_ADMIN)


def test_the_command_registers_and_prints_json(cast):
    out = StringIO()
    call_command(
        *["api_client", "create", "高龄津贴系统", "--role", "department_staff", "--area", "310151000000"],
        *["--department", "区民政局", "--scope", "forms", "--address", "127.0.0.1", "--json"],
        stdout=out,
    )
    made = json.loads(out.getvalue())
    assert ask_token(ClientSystem.objects.get(pk=made["id"]), made["client_secret"]).json()["scope"] == "forms"
    with pytest.raises(CommandError):
        call_command(
            *["api_client", "create", "x", "--role", "department_staff", "--area", "1", "--scope", "forms"],
            *["--address", "127.0.0.1"],
        )


def test_networks_are_read_from_lines_and_commas():
    assert read_networks("10.1.2.3, 10.1.2.0/24\n10.1.2.3,2001:db8::1") == [
        "10.1.2.3/32",
        "10.1.2.0/24",
        "2001:db8::1/128",
    ]
    for wide in ("10.0.0.0/8", "::/0", "x", "1.2.3.4/40"):
        with pytest.raises(BadNetwork):
            read_networks(wide)
