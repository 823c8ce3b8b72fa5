import pytest
from django.urls import reverse

from accounts.models import Post
from accounts.roles import Role
from tests.doors import audited, sign_in, watching
from tests.factories import TOWN, WEST

SWITCH = reverse("accounts:switch_post")


@pytest.fixture
def second_post(cast):
    return Post.objects.create(user_id=cast.worker.user_id, role=Role.COMMUNITY_WORKER, area_id=WEST)


def test_a_worker_switches_to_the_other_village_and_keeps_the_session(client, cast, second_post):
    sign_in(client, cast.worker)
    client.post(reverse("accounts:care"), {"care": "on"})
    with watching() as statements:
        page = client.post(SWITCH, {"post": second_post.pk}, follow=True)
    assert page.context["actor"].area_code == WEST
    assert "已切换到岗位:西村 · 社区工作者" in page.content.decode()
    assert client.session["care"] is True
    assert audited(statements) == ["post.switched"]


def test_nobody_can_switch_to_the_post_of_a_colleague(client, cast):
    sign_in(client, cast.worker)
    assert client.post(SWITCH, {"post": cast.neighbour.post_id}).status_code == 404
    assert client.get("/").context["actor"].post_id == cast.worker.post_id


@pytest.mark.parametrize("post", ["", "x", "-1", "٣", "999999999999999999999"])
def test_what_is_no_post_is_refused(client, cast, post):
    sign_in(client, cast.worker)
    assert client.post(SWITCH, {"post": post}).status_code == 404


def test_a_post_that_ended_cannot_be_chosen(client, cast, second_post):
    Post.objects.filter(pk=second_post.pk).update(valid_until="2020-01-01")
    sign_in(client, cast.worker)
    assert client.post(SWITCH, {"post": second_post.pk}).status_code == 404


def test_switching_into_an_admin_post_asks_for_the_second_factor(client, cast):
    admin = Post.objects.create(user_id=cast.worker.user_id, role=Role.TOWN_ADMIN, area_id=TOWN)
    sign_in(client, cast.worker, second_factor=False)
    client.post(SWITCH, {"post": admin.pk})
    assert client.get("/")["Location"].startswith(reverse("accounts:second_factor"))


def test_a_link_alone_never_switches(client, cast, second_post):
    sign_in(client, cast.worker)
    assert client.get(SWITCH, {"post": second_post.pk}).status_code == 405
