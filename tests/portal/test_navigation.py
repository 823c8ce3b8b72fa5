import pytest
from django.urls import reverse

from accounts.roles import Role
from accounts.scope import acting_as
from registry.models import Event
from tests.doors import sign_in
from tests.factories import DISTRICT, EAST, make_actor
from tests.portal.test_workbench import event

MENUS = {
    Role.COMMUNITY_WORKER: [
        "待办",
        "应用目录",
        "填报",
        "居民与房屋",
        "事件与走访",
        "回流数据",
        "校核",
        "数据授权",
        "标签",
        "减负账",
        "通知",
        "监督举报",
    ],
    Role.GRID_WORKER: [
        "待办",
        "应用目录",
        "填报",
        "居民与房屋",
        "事件与走访",
        "回流数据",
        "校核",
        "数据授权",
        "标签",
        "通知",
        "监督举报",
    ],
    Role.TOWN_ADMIN: [
        "待办",
        "应用目录",
        "审核",
        "居民与房屋",
        "事件与走访",
        "回流数据",
        "校核",
        "系统准入",
        "数据授权",
        "标签",
        "减负账",
        "通知",
        "监督举报",
        "组织与人员",
        "查看完整信息记录",
    ],
    Role.DISTRICT_ADMIN: [
        "待办",
        "应用目录",
        "表单准入",
        "居民与房屋",
        "事件与走访",
        "回流数据",
        "校核时限",
        "系统准入",
        "数据授权",
        "标签",
        "减负账",
        "返还账",
        "通知",
        "监督举报",
        "数据项目录",
        "组织与人员",
        "查看完整信息记录",
        "API 客户端",
    ],
    Role.DATA_OFFICER: [
        "待办",
        "应用目录",
        "联审意见",
        "回流数据",
        "校核",
        "数据对接",
        "推送",
        "系统准入",
        "数据授权",
        "标签",
        "返还账",
        "通知",
        "监督举报",
        "数据项目录",
    ],
    Role.DISCIPLINE: ["待办", "通知", "举报受理"],
    Role.SYSTEM_ADMIN: ["待办", "单点登录", "接口文档", "运行状态", "功能设置"],
    Role.SECURITY_ADMIN: ["待办", "组织与人员", "查看完整信息记录", "API 客户端", "单点登录"],
    Role.AUDIT_ADMIN: ["待办", "审计"],
}


@pytest.mark.parametrize(("role", "labels"), MENUS.items())
def test_each_role_sees_its_menu_and_every_entry_opens(client, cast, items, role, labels, monkeypatch):
    monkeypatch.setattr("portal.views.audit.is_readable", lambda: False)
    sign_in(client, make_actor(role, EAST if "worker" in role else DISTRICT))
    menu = client.get("/").context["shell"].nav
    assert [link.label for link in menu] == labels
    for link in menu:
        page = client.get(link.url)
        assert page.status_code == 200, link.label
        assert [one.label for one in page.context["shell"].nav if one.on] == [link.label]


def test_the_badge_counts_what_waits(client, cast, items):
    with acting_as(cast.worker):
        for title in ("楼道堆物", "漏水"):
            Event.objects.create(**event(cast.worker, EAST, title))
    counts = {link.label: link.count for link in sign_in(client, cast.worker).get("/").context["shell"].nav}
    assert counts == {
        "待办": 2,
        "应用目录": 0,
        "填报": 0,
        "居民与房屋": 0,
        "事件与走访": 2,
        "回流数据": 0,
        "校核": 0,
        "数据授权": 0,
        "标签": 0,
        "减负账": 0,
        "通知": 0,
        "监督举报": 0,
    }


def test_before_the_second_factor_no_menu_is_shown(client, cast):
    page = sign_in(client, cast.town, second_factor=False).get(reverse("accounts:second_factor"), follow=True)
    assert page.context["shell"].nav == []


def test_a_lost_address_keeps_the_menu_and_says_what_to_do(client, cast):
    page = sign_in(client, cast.worker).get("/no/such/page/")
    assert page.status_code == 404
    assert "请从菜单重新进入" in page.content.decode()
    assert 'class="nav"' in page.content.decode()


def test_a_lost_address_shows_a_stranger_nothing(client, db):
    page = client.get("/no/such/page/")
    assert page.status_code == 404
    assert 'class="nav"' not in page.content.decode()


def test_only_who_may_see_residents_gets_the_search_box(client, cast):
    assert 'role="search"' in sign_in(client, cast.worker).get("/").content.decode()
    assert 'role="search"' not in sign_in(client, cast.department).get("/").content.decode()


def test_a_bug_shows_a_reference_and_asks_the_database_nothing(client, cast, monkeypatch, django_assert_num_queries):
    from django.test import RequestFactory

    from portal.errors import server_error
    from portal.logging import request_reference

    token = request_reference.set("295a187e2728")
    with django_assert_num_queries(0):
        page = server_error(RequestFactory().get("/"))
    request_reference.reset(token)
    assert page.status_code == 500
    assert "编号 295a187e2728" in page.content.decode()
