from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accounts.models import Post, User
from tests.doors import PASSWORD, audited, sign_in, username_of, watching
from tests.factories import make_areas

pytestmark = pytest.mark.django_db
LOGIN = reverse("accounts:login")


@pytest.fixture
def worker_name(cast):
    return username_of(cast.worker)


def try_login(client, username, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def test_a_worker_logs_in_and_lands_on_the_page_that_was_asked_for(client, worker_name):
    asked = client.get("/me/")
    assert asked.status_code == 302
    assert asked["Location"] == f"{LOGIN}?next=/me/"
    answer = try_login(client, worker_name, next="/me/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert "东村 · 社区工作者" in client.get("/me/").content.decode()


@pytest.mark.parametrize(
    "outside", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_login_never_leads_to_another_host(client, worker_name, outside):
    assert try_login(client, worker_name, next=outside)["Location"] == "/"


@pytest.mark.parametrize(
    ("page", "back"),
    [("http://testserver/residents/?after=1", "/residents/?after=1"), ("https://elsewhere.example/x", "/"), ("", "/")],
)
def test_who_posted_too_late_comes_back_to_the_page_of_the_form(client, db, page, back):
    refused = client.post(reverse("registry:person_search"), {"q": "x"}, headers={"referer": page})
    assert refused.url == f"{reverse('accounts:login')}?{urlencode({'next': back}, safe='/')}"


def test_an_unknown_user_gets_the_same_answer_as_a_wrong_password(client, worker_name):
    wrong, unknown = try_login(client, worker_name, "wrong"), try_login(client, "nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


def test_a_closed_account_gets_the_same_answer_too(client, cast, worker_name):
    User.objects.filter(pk=cast.worker.user_id).update(is_active=False)
    refused = try_login(client, worker_name)
    assert "用户名或密码不对" in refused.content.decode()


def test_the_session_key_changes_at_login(client, worker_name):
    client.post(reverse("accounts:care"), {"care": "on"})
    before = client.session.session_key
    try_login(client, worker_name)
    assert client.session.session_key != before
    assert client.session["care"] is True


def test_every_try_and_the_logout_leave_an_audit_line(client, worker_name):
    with watching() as statements:
        try_login(client, worker_name, "wrong")
        try_login(client, "nobody", "wrong")
        try_login(client, worker_name)
        client.post(reverse("accounts:logout"))
    assert audited(statements) == ["login", "login", "login", "logout"]
    assert not any("nobody" in statement for statement in statements if "auditentry" in statement)


def test_logging_out_ends_the_session_and_needs_a_post(client, cast):
    sign_in(client, cast.worker)
    assert client.get(reverse("accounts:logout")).status_code == 405
    assert client.get("/me/").status_code == 200
    client.post(reverse("accounts:logout"))
    assert client.get("/me/").status_code == 302


def test_a_user_without_a_post_is_told_why_nothing_is_shown(client, db):
    make_areas()
    user = User.objects.create_user("newcomer", PASSWORD, full_name="新来的")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/", follow=True)
    assert page.redirect_chain == [(reverse("accounts:no_post"), 302)]
    assert "还没有在岗的岗位" in page.content.decode()


def test_a_post_that_ended_opens_nothing_but_the_choice_of_another(client, cast):
    sign_in(client, cast.worker)
    Post.objects.filter(pk=cast.worker.post_id).update(is_active=False)
    assert client.get("/")["Location"] == reverse("accounts:no_post")
