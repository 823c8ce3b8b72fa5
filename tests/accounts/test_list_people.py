import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.doors import sign_in
from tests.factories import DISTRICT, TOWN, make_actor

PEOPLE = reverse("accounts:people")


def names_on(page):
    return [post.user.full_name for post in page.context["page"].rows]


def test_a_town_admin_sees_the_posts_of_the_town_and_nobody_above(client, cast):
    page = sign_in(client, cast.town).get(PEOPLE)
    assert {"顾文杰", "陈秀英", "黄志明", "施卫东"} <= set(names_on(page))
    assert "徐静" not in names_on(page)


def test_people_are_found_by_name_and_role_and_the_filter_can_be_taken_off(client, cast):
    sign_in(client, cast.town)
    page = client.get(PEOPLE, {"text": "秀英", "role": Role.COMMUNITY_WORKER})
    assert names_on(page) == ["陈秀英"]
    removals = [chip["remove_url"] for chip in page.context["chips"]]
    assert removals == [f"{PEOPLE}?role=community_worker", f"{PEOPLE}?text=%E7%A7%80%E8%8B%B1"]
    assert "没有符合条件的岗位" in client.get(PEOPLE, {"text": "查无此人"}).content.decode()


@pytest.mark.parametrize("who", ["worker", "department", "system"])
def test_who_does_not_answer_for_people_does_not_see_them(client, cast, who):
    assert sign_in(client, getattr(cast, who)).get(PEOPLE).status_code == 403


def test_the_security_admin_sees_posts_but_no_resident(client, cast):
    sign_in(client, make_actor(Role.SECURITY_ADMIN, DISTRICT))
    assert "陈秀英" in names_on(client.get(PEOPLE))
    assert client.get(reverse("registry:person_list")).status_code == 403


def test_pages_follow_each_other_without_gap_or_repeat(client, cast, django_assert_num_queries):
    for _ in range(60):
        make_actor(Role.GRID_WORKER, TOWN)
    sign_in(client, cast.town)
    first = client.get(PEOPLE)
    second = client.get(first.context["page"].next_url)
    seen = [post.pk for page in (first, second) for post in page.context["page"].rows]
    assert len(seen) == len(set(seen)) == first.context["page"].total == 65
    assert second.context["page"].next_url == ""
    assert second.context["page"].first_url == PEOPLE
    assert names_on(client.get(PEOPLE, {"after": "not-a-row"})) == names_on(first)
