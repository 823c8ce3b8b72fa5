import pytest
from django.urls import reverse

from accounts.codes import Level
from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.grid_reading import list_communities, list_units
from accounts.models import Area
from accounts.roles import Role
from accounts.services.granting import PostTerms, add_post, end_post
from accounts.services.grids import add_grid, close_grid, rename_grid, reopen_grid
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, EAST_GRID, EAST_MICROGRID, TOWN, WEST, make_actor


def url(name, *args):
    return reverse(f"accounts:{name}", args=args)


def test_grids_and_microgrids_take_the_next_code(cast):
    with watching() as statements:
        grid = add_grid(actor=cast.town, parent_code=EAST, name="东村第二网格")
    assert audited(statements) == ["grid.added"]
    assert (grid.pk, grid.level) == (EAST + 2000, Level.GRID)
    first = add_grid(actor=cast.district, parent_code=grid.pk, name="1号微网格")
    assert (first.pk, first.level, first.parent_id) == (EAST + 2001, Level.MICROGRID, grid.pk)


def test_a_code_is_never_given_twice(cast):
    grid = add_grid(actor=cast.town, parent_code=WEST, name="西村第一网格")
    close_grid(actor=cast.town, code=grid.pk)
    assert add_grid(actor=cast.town, parent_code=WEST, name="西村第一网格").pk == WEST + 2000


def test_a_name_is_borne_once_among_sisters(cast):
    with pytest.raises(DomainError, match="同名"):
        add_grid(actor=cast.town, parent_code=EAST, name="东村第一网格")
    add_grid(actor=cast.town, parent_code=EAST, name="二")
    with pytest.raises(DomainError, match="同名"):
        rename_grid(actor=cast.town, code=EAST_GRID, name="二")


def test_only_town_and_district_admins_change_grids_and_only_inside_their_area(cast):
    elsewhere = Area.objects.create(code=TOWN + 10**9, name="堡镇", level="town", parent_id=DISTRICT)
    for actor, error in (
        (make_actor(Role.TOWN_ADMIN, elsewhere.pk), NotFound),
        (cast.worker, NotAllowed),
        (cast.security, NotFound),
    ):
        for write in (
            lambda by: add_grid(actor=by, parent_code=EAST, name="新"),
            lambda by: rename_grid(actor=by, code=EAST_GRID, name="新"),
            lambda by: close_grid(actor=by, code=EAST_GRID),
        ):
            with pytest.raises(error):
                write(actor)
    with pytest.raises(NotFound):
        rename_grid(actor=cast.town, code=EAST, name="东村不改名")


def test_a_grid_with_people_or_parts_is_not_closed(cast):
    with pytest.raises(Conflict, match="还有微网格"):
        close_grid(actor=cast.town, code=EAST_GRID)
    close_grid(actor=cast.town, code=EAST_MICROGRID)
    with pytest.raises(Conflict, match="在岗的人"):
        close_grid(actor=cast.town, code=EAST_GRID)
    end_post(actor=cast.town, post_id=cast.grid_worker.post_id)
    close_grid(actor=cast.town, code=EAST_GRID)
    with pytest.raises(Conflict, match="先恢复"):
        reopen_grid(actor=cast.town, code=EAST_MICROGRID)
    with pytest.raises(DomainError, match="已经撤销"):
        add_post(
            actor=cast.town,
            user_id=cast.worker.user_id,
            terms=PostTerms(Role.GRID_WORKER, Area.objects.get(pk=EAST_GRID)),
        )
    reopen_grid(actor=cast.town, code=EAST_GRID)
    reopen_grid(actor=cast.town, code=EAST_MICROGRID)


def test_the_page_shows_who_stands_where_and_what_is_lacking(client, cast, django_assert_num_queries):
    for who, kind in ((cast.colleague, "police"), (cast.neighbour, "head")):
        terms = PostTerms(Role.GRID_WORKER, Area.objects.get(pk=EAST_MICROGRID), kind=kind)
        add_post(actor=cast.town, user_id=who.user_id, terms=terms)
    with django_assert_num_queries(2):
        [grid] = list_units(Area(code=EAST, level=Level.COMMUNITY))
    assert [post.user.full_name for post in grid.posts] == ["施卫东"]
    [part] = grid.parts
    assert {(post.user.full_name, post.kind) for post in part.posts} == {("王建国", "police"), ("黄志明", "head")}
    assert part.lacking == ["专职网格员", "综合协管队员"]
    page = sign_in(client, cast.town).get(url("grid_detail", EAST)).content.decode()
    assert "民警" in page
    assert "还缺:专职网格员、综合协管队员" in page


def test_communities_are_listed_with_their_counts(client, cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = {area.name: (area.grids, area.microgrids, area.people) for area in list_communities(actor=cast.town)}
    assert found == {"东村": (1, 1, 1), "西村": (0, 0, 0)}
    assert "东村" in sign_in(client, cast.town).get(url("grid_list")).content.decode()


def test_the_security_admin_looks_and_a_strange_town_does_not_exist(client, cast):
    sign_in(client, cast.security)
    page = client.get(url("grid_detail", EAST))
    assert page.status_code == 200
    assert "新增网格" not in page.content.decode()
    elsewhere = Area.objects.create(code=TOWN + 10**9, name="堡镇", level="town", parent_id=DISTRICT)
    sign_in(client, make_actor(Role.TOWN_ADMIN, elsewhere.pk))
    assert client.get(url("grid_detail", EAST)).status_code == 404
    assert client.get(url("grid_rename", EAST_GRID)).status_code == 404


def test_a_grid_is_added_renamed_closed_and_brought_back_through_the_pages(client, cast):
    sign_in(client, cast.town)
    client.post(url("grid_add", WEST), {"name": "西村第一网格"})
    code = WEST + 1000
    client.post(url("grid_add", code), {"name": "1号微网格"})
    client.post(url("grid_rename", code), {"name": "西村北网格"})
    client.post(url("grid_close", code + 1))
    assert client.post(url("grid_add", WEST), {"name": ""}).status_code == 422
    areas = {area.pk: (area.name, area.closed_on is not None) for area in Area.objects.filter(code__gt=WEST)}
    assert areas == {code: ("西村北网格", False), code + 1: ("1号微网格", True)}
    client.post(url("grid_reopen", code + 1))
    assert Area.objects.get(pk=code + 1).closed_on is None
