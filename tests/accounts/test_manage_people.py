"""Accounts and posts through their pages, as the town and the security administrator."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.directory import PeopleFilter, list_posts
from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.models import AccountChange, Area, Post, User
from accounts.roles import Role
from accounts.services.granting import PostTerms, add_post, change_post, end_post, move_post, reopen_post
from accounts.services.people import reactivate_person, suspend_person
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, EAST_GRID, EAST_MICROGRID, TOWN, WEST, make_actor

ME = reverse("accounts:me")


def url(name, *args):
    return reverse(f"accounts:{name}", args=args)


@pytest.fixture
def town(client, cast):
    return sign_in(client, cast.town)


def area(code):
    return Area.objects.get(pk=code)


def test_a_town_admin_makes_an_account_with_a_post_on_a_microgrid(town, cast):
    add = url("person_add") + "?role=grid_worker"
    assert "东村第一网格1号微网格" in town.get(add).content.decode()
    given = {"full_name": "阿卜杜热合曼·买买提", "username": "abudu", "area": EAST_MICROGRID, "kind": "worker"}
    with watching() as statements:
        page = town.post(add, given)
    assert audited(statements) == ["account.created", "account.post_added", "account.password_issued"]
    user = User.objects.get(username="abudu")
    assert user.check_password(page.context["secret"].text)
    post = user.posts.get()
    assert (post.role, post.area_id, post.kind) == (Role.GRID_WORKER, EAST_MICROGRID, "worker")
    assert "no-store" in page["Cache-Control"]


def test_a_user_name_that_is_taken_and_a_wrong_one_are_refused_on_their_field(town, cast):
    add = url("person_add") + "?role=community_worker"
    taken = User.objects.get(pk=cast.neighbour.user_id).username
    for username, sentence in ((taken, "已有人使用"), ("张三", "小写字母"), ("", "请填写用户名")):
        answer = town.post(add, {"full_name": "张三", "username": username, "area": EAST})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_roles_and_places_outside_the_delegation_are_not_offered_and_not_taken(town, cast):
    offered = dict(town.get(url("person_add")).context["place"].fields["role"].choices)
    assert set(offered) == {"", "community_worker", "grid_worker"}
    assert town.get(url("person_add") + "?role=district_admin").status_code == 422
    with pytest.raises(NotAllowed):
        add_post(actor=cast.town, user_id=cast.worker.user_id, terms=PostTerms(Role.TOWN_ADMIN, area(TOWN)))
    with pytest.raises(NotFound):
        add_post(actor=cast.town, user_id=cast.worker.user_id, terms=PostTerms(Role.DISTRICT_ADMIN, area(DISTRICT)))


@pytest.mark.parametrize("name", ["person", "person_rename", "person_password", "person_second_factor", "post_add"])
def test_a_person_outside_the_area_answers_like_one_that_does_not_exist(client, cast, name):
    sign_in(client, make_actor(Role.TOWN_ADMIN, other_town()))
    outside, missing = (client.get(url(name, pk)) for pk in (cast.worker.user_id, 10**12))
    assert (outside.status_code, missing.status_code) == (404, 404)
    for page in ("post_edit", "post_move", "post_handover"):
        assert client.get(url(page, cast.worker.post_id)).status_code == 404
    for page in ("post_end", "post_reopen"):
        assert client.post(url(page, cast.worker.post_id)).status_code == 404


def other_town():
    return Area.objects.create(code=TOWN + 10**9, name="堡镇", level="town", parent_id=DISTRICT).pk


def test_one_sees_the_own_card_and_can_do_nothing_with_it(client, cast):
    sign_in(client, cast.security)
    own = cast.security
    page = client.get(url("person", own.user_id)).content.decode()
    assert "这是您自己的账号" in page
    assert "重置密码" not in page
    for name in ("person_suspend", "person_password", "person_second_factor", "person_release"):
        assert client.post(url(name, own.user_id)).status_code == 403
    assert client.post(url("post_end", own.post_id)).status_code == 403


@pytest.mark.parametrize("who", ["worker", "department", "system", "audit"])
def test_who_manages_nobody_opens_none_of_the_pages(client, cast, who):
    sign_in(client, getattr(cast, who))
    for name in ("person", "person_rename", "person_password", "post_add"):
        assert client.get(url(name, cast.colleague.user_id)).status_code == 403
    assert client.post(url("person_suspend", cast.colleague.user_id)).status_code == 403


def test_a_card_says_what_the_posts_may_do_and_costs_a_fixed_number_of_queries(
    town, cast, django_assert_max_num_queries
):
    for nth in range(5):
        add_post(
            actor=cast.town,
            user_id=cast.worker.user_id,
            terms=PostTerms(Role.GRID_WORKER, extra_grid(nth), kind="police"),
        )
    with django_assert_max_num_queries(20):
        page = town.get(url("person", cast.worker.user_id)).content.decode()
    assert "填写报表、提交报表" in page
    assert "民警" in page


def extra_grid(nth):
    return Area.objects.create(code=WEST + (nth + 1) * 1000, name=f"西{nth}", level="grid", parent_id=WEST)


def test_a_suspended_users_session_ends_with_the_next_request_and_undo_brings_the_account_back(town, cast):
    session = sign_in(Client(), cast.worker)
    assert session.get(ME).status_code == 200
    with watching() as statements:
        answer = town.post(url("person_suspend", cast.worker.user_id), follow=True)
    assert "account.suspended" in audited(statements)
    assert url("person_reactivate", cast.worker.user_id) in answer.content.decode()
    assert session.get(ME)["Location"].startswith(reverse("accounts:login"))
    town.post(url("person_reactivate", cast.worker.user_id))
    assert sign_in(Client(), cast.worker).get(ME).status_code == 200


def test_an_ended_posts_session_ends_with_the_next_request_and_undo_brings_the_post_back(town, cast):
    session = sign_in(Client(), cast.worker)
    town.post(url("post_end", cast.worker.post_id))
    assert session.get(ME)["Location"] == reverse("accounts:no_post")
    town.post(url("post_reopen", cast.worker.post_id))
    assert session.get(ME).status_code == 200


def test_a_post_works_on_its_days_only(town, cast):
    session, today = sign_in(Client(), cast.worker), localdate()
    day = timedelta(days=1)
    for since, until, status in (
        (None, today - day, 302),
        (today + day, None, 302),
        (today, today, 200),
        (today - day, today + day, 200),
    ):
        given = {"valid_from": since or "", "valid_until": until or ""}
        assert town.post(url("post_edit", cast.worker.post_id), given).status_code == 302
        assert session.get(ME).status_code == status


def test_a_post_cannot_end_before_it_begins(town, cast):
    answer = town.post(url("post_edit", cast.worker.post_id), {"valid_from": "2026-12-02", "valid_until": "2026-12-01"})
    assert "截止日期不能早于起始日期" in answer.content.decode()


def test_moving_ends_the_old_post_and_begins_a_new_one(town, cast):
    answer = town.post(url("post_move", cast.worker.post_id), {"area": WEST})
    assert answer.status_code == 302
    old, new = Post.objects.filter(user_id=cast.worker.user_id).order_by("pk")
    assert (old.area_id, old.is_active, new.area_id, new.is_active) == (EAST, False, WEST, True)
    assert town.post(url("post_move", new.pk), {"area": WEST}).status_code == 422


def test_a_town_admin_moves_nobody_out_of_the_town(cast):
    village = Area.objects.create(code=other_town() + 10**6, name="堡村", level="community", parent_id=TOWN + 10**9)
    with pytest.raises(NotFound):
        move_post(actor=cast.town, post_id=cast.worker.post_id, to_area=village)
    move_post(actor=cast.security, post_id=cast.worker.post_id, to_area=village)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"role": Role.COMMUNITY_WORKER, "area": EAST_GRID}, "area"),
        ({"role": Role.GRID_WORKER, "area": EAST}, "area"),
        ({"role": Role.COMMUNITY_WORKER, "area": WEST, "kind": "police"}, "kind"),
        ({"role": Role.DEPARTMENT_STAFF, "area": DISTRICT}, "department"),
        ({"role": Role.COMMUNITY_WORKER, "area": EAST}, "role"),
    ],
)
def test_terms_that_do_not_fit_are_refused_on_their_field(cast, terms, field):
    with pytest.raises(DomainError) as refused:
        add_post(
            actor=cast.district,
            user_id=cast.worker.user_id,
            terms=PostTerms(**(terms | {"area": area(terms["area"])})),
        )
    assert refused.value.field == field


def test_an_ended_post_is_the_same_one_when_it_is_given_again(cast):
    end_post(actor=cast.town, post_id=cast.worker.post_id)
    again = add_post(actor=cast.town, user_id=cast.worker.user_id, terms=PostTerms(Role.COMMUNITY_WORKER, area(EAST)))
    assert (again.pk, again.is_active) == (cast.worker.post_id, True)


def test_the_three_administrators_are_kept_apart_in_words(cast):
    for role in (Role.AUDIT_ADMIN, Role.DISTRICT_ADMIN):
        with pytest.raises(DomainError, match="必须分开"):
            add_post(actor=cast.security, user_id=cast.system.user_id, terms=PostTerms(role, area(DISTRICT)))


def test_an_account_with_a_post_that_others_manage_is_not_suspended_from_below(cast):
    add_post(actor=cast.security, user_id=cast.worker.user_id, terms=PostTerms(Role.DISTRICT_ADMIN, area(DISTRICT)))
    with pytest.raises(NotAllowed):
        suspend_person(actor=cast.town, pk=cast.worker.user_id)
    end_post(actor=cast.town, post_id=cast.worker.post_id)


def test_the_last_security_admin_stays_even_where_two_suspend_each_other(cast):
    second = make_actor(Role.SECURITY_ADMIN, DISTRICT)
    suspend_person(actor=second, pk=cast.security.user_id)
    with pytest.raises(NotAllowed):
        suspend_person(actor=cast.security, pk=second.user_id)
    reactivate_person(actor=second, pk=cast.security.user_id)
    change_post(actor=second, post_id=cast.security.post_id, valid_until=localdate() - timedelta(days=1))
    assert User.objects.get(pk=second.user_id).is_active


def test_the_list_is_narrowed_to_a_state(cast):
    User.objects.filter(pk=cast.worker.user_id).update(is_active=False, suspension=User.Suspension.UNUSED)
    end_post(actor=cast.town, post_id=cast.colleague.post_id)
    User.objects.filter(pk=cast.neighbour.user_id).update(needs_release=True)

    def shown(state):
        return {post.pk for post in list_posts(actor=cast.town, wanted=PeopleFilter(state=state))}

    assert shown("unused") == shown("suspended") == {cast.worker.post_id}
    assert shown("over") == {cast.colleague.post_id}
    assert shown("waiting") == {cast.neighbour.post_id}
    assert shown("working") == {cast.neighbour.post_id, cast.grid_worker.post_id, cast.town.post_id}


def test_changes_stand_on_the_card_and_can_neither_be_changed_nor_removed(town, cast):
    town.post(url("person_rename", cast.worker.user_id), {"full_name": "陈秀"})
    page = town.get(url("person", cast.worker.user_id)).content.decode()
    assert "修改姓名" in page
    assert "顾文杰" in page
    mine = AccountChange.objects.all()
    for write in (lambda: mine.update(at=timezone.now()), mine.delete):
        with pytest.raises(ProgrammingError), transaction.atomic():
            write()


def test_a_reopened_post_that_clashes_by_now_stays_ended(cast):
    end_post(actor=cast.security, post_id=cast.district.post_id)
    add_post(actor=cast.security, user_id=cast.district.user_id, terms=PostTerms(Role.AUDIT_ADMIN, area(DISTRICT)))
    with pytest.raises(DomainError, match="必须分开"):
        reopen_post(actor=cast.security, post_id=cast.district.post_id)
