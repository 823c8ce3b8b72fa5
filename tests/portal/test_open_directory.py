"""The directory of systems: what a post may open, in its own order, with accounts and health."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from joserfc import jwt
from joserfc.jwk import OctKey

from portal.models import DirectoryMark, Entrance, LaunchCount, SignOn, SystemAccount
from portal.services.sign_on.accounts_there import BadLines, keep_accounts
from portal.services.sign_on.watching import watch_systems
from portal.services.systems.desk import suspend_system
from tests.answers import text_of
from tests.doors import audited, sign_in, username_of, watching
from tests.factories import WEST
from tests.portal.entrances import HOME, Kind, connect, ear
from tests.portal.oidc_client import ask_code

pytestmark = pytest.mark.django_db
DIRECTORY = "/directory/"


def names(browser, **query):
    return [one.system.name for one in browser.get(DIRECTORY, query).context["found"]]


@pytest.fixture
def browser(cast):
    return sign_in(Client(), cast.worker)


@pytest.fixture
def three(cast):
    sides = cast.department, cast.district, cast.security
    return [connect(*sides, Kind.CAS, name=name) for name in ("养老平台", "救助平台", "低保平台")]


def arrange(browser, connected, step):
    answer = browser.post(reverse("portal:directory_arrange", args=[connected.system.pk]), {"step": step})
    assert answer.status_code == 302


def enter(browser, connected):
    return browser.post(reverse("portal:directory_enter", args=[connected.system.pk]))


def test_a_post_finds_what_was_admitted_for_it_and_is_open(cast, browser, three):
    connect(cast.department, cast.district, cast.security, Kind.CAS, name="西村平台", system={"areas": (WEST,)})
    connect(cast.department, cast.district, cast.security, Kind.CAS, name="镇平台", system={"roles": ["town_admin"]})
    suspend_system(actor=cast.district, system=three[2].system, reason="整改")
    assert sorted(names(browser)) == ["养老平台", "救助平台"]
    assert names(sign_in(Client(), cast.town)) == ["镇平台"]
    assert names(browser, q="救助") == ["救助平台"]
    assert len(names(browser, q="民政")) == 2
    assert names(browser, q="没有") == []


def test_each_post_has_its_own_favourites_in_its_own_order(browser, cast, three):
    for one in (three[2], three[0], three[1]):
        arrange(browser, one, "mark")
    assert names(browser) == ["低保平台", "养老平台", "救助平台"]
    arrange(browser, three[1], "up")
    assert names(browser) == ["低保平台", "救助平台", "养老平台"]
    arrange(browser, three[2], "unmark")
    assert names(browser)[:2] == ["救助平台", "养老平台"]
    assert sorted(DirectoryMark.objects.values_list("position", flat=True)) == [1, 2]
    assert names(sign_in(Client(), cast.colleague)) == sorted(one.system.name for one in three)


def test_the_directory_costs_the_same_for_many(browser, cast, three):
    with watching() as few:
        browser.get(DIRECTORY)
    for name in ("四", "五"):
        connect(cast.department, cast.district, cast.security, Kind.CAS, name=f"系统{name}")
    with watching() as many:
        browser.get(DIRECTORY)
    assert len(few) == len(many)


def test_entering_goes_on_by_a_page_to_the_system(browser, three):
    answer = enter(browser, three[0])
    assert (answer.status_code, f'content="0;url={HOME}"' in answer.content.decode()) == (200, True)


def test_what_is_not_open_to_the_post_is_not_there(cast, three):
    for who in ("town", "department"):
        assert enter(sign_in(Client(), getattr(cast, who)), three[0]).status_code == 404
    assert enter(sign_in(Client(), cast.security), three[0]).status_code == 403


# Signed links ---------------------------------------------------------------------------------------------------------
def test_a_signed_link_tells_the_account_once_and_for_a_minute(cast, browser):
    connected = connect(cast.department, cast.district, cast.security, Kind.LINK)
    keep_accounts(actor=cast.department, system=connected.system, text=f"{username_of(cast.worker)}\tcare-007")
    with watching() as statements:
        links = [enter(browser, connected).context["url"] for _ in range(2)]
    tokens = [link.removeprefix(f"{HOME}?portal_token=") for link in links]
    claims = [jwt.decode(token, OctKey.import_key(connected.secret), algorithms=["HS256"]).claims for token in tokens]
    assert {one["sub"] for one in claims} == {"care-007"}
    assert claims[0]["aud"] == connected.system.filing_number
    assert claims[0]["exp"] - claims[0]["iat"] == 60
    assert claims[0]["jti"] != claims[1]["jti"]
    assert audited(statements).count("system.entered") == 2
    assert (LaunchCount.objects.get().count, SignOn.objects.count()) == (2, 0)


def test_without_an_account_no_link_is_signed(cast, browser):
    connected = connect(cast.department, cast.district, cast.security, Kind.LINK)
    answer = enter(browser, connected)
    assert (answer.status_code, "账号对应" in answer.content.decode()) == (422, True)
    assert not LaunchCount.objects.exists()


# Accounts -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def system(three):
    return three[0].system


def test_the_department_pastes_two_columns_and_what_is_there_is_renewed(cast, system):
    browser, url = sign_in(Client(), cast.department), reverse("portal:system_accounts", args=[system.pk])
    worker, colleague = username_of(cast.worker), username_of(cast.colleague)
    assert browser.post(url, {"lines": f"{worker}\ta1\n\n{colleague} a2"}).status_code == 302
    assert browser.post(url, {"lines": f"{worker}\ta2\n{colleague}\ta1"}).status_code == 302
    kept = dict(SystemAccount.objects.values_list("user__username", "account"))
    assert kept == {worker: "a2", colleague: "a1"}
    page = browser.get(url, {"q": "陈秀英"}).content.decode()
    assert ("a2" in page, "王建国" in page) == (True, False)
    one = SystemAccount.objects.get(account="a2")
    with watching() as statements:
        browser.post(reverse("portal:system_account_remove", args=[system.pk, one.pk]))
    assert (SystemAccount.objects.count(), "system.account_removed" in audited(statements)) == (1, True)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("{worker}", "每行应为"),
        ("{worker} a b", "每行应为"),
        ("nobody a", "没有登录名为“nobody”"),
        ("{town} a", "没有登录名"),
        ("{worker} 13900001111", "不能是身份证号码或手机号"),
        ("{worker} 310230194001011234", "不能是身份证号码或手机号"),
        ("{worker} 31023019400101123x", "不能是身份证号码或手机号"),
        ("{worker} a\n{worker} b", "同一个登录名"),
        ("{worker} a\n{colleague} a", "同一个账号"),
        ("{worker} taken", "已经对应到别人"),
        ("", "请粘贴"),
    ],
)
def test_all_lines_are_taken_or_none(cast, system, lines, said):
    SystemAccount.objects.create(
        system=system, user_id=cast.neighbour.user_id, account="taken", entered_by_id=cast.department.post_id
    )
    people = {name: username_of(getattr(cast, name)) for name in ("worker", "colleague", "town")}
    with pytest.raises(BadLines, match=said):
        keep_accounts(actor=cast.department, system=system, text=lines.format(**people))
    assert SystemAccount.objects.count() == 1


# Health --------------------------------------------------------------------------------------------------------------
def test_each_system_is_watched_and_shown_with_the_time(cast, browser, settings):
    sides = cast.department, cast.district, cast.security
    with ear() as up, ear() as down:
        settings.OUTBOUND_HOSTS, down.status = [up.url, down.url], 503
        up_one = connect(*sides, Kind.CAS, name="甲", home_url=f"{up.url}/home")
        down_one = connect(*sides, Kind.CAS, name="乙", home_url=f"{down.url}/home")
        unknown = connect(*sides, Kind.CAS, name="丙")
        assert watch_systems() == 1
        since = Entrance.objects.get(pk=down_one.entrance.pk).health_since
        assert watch_systems() == 1
    seen = {one.pk: one.health for one in Entrance.objects.all()}
    assert [seen[one.entrance.pk] for one in (up_one, down_one, unknown)] == ["up", "down", "unknown"]
    assert Entrance.objects.get(pk=down_one.entrance.pk).health_since == since
    page = browser.get(DIRECTORY).content.decode()
    assert all(words in page for words in ("✓ 正常", "! 打不开", "未检测", "检测</span>"))
    assert watch_systems() == 2


def test_the_department_and_the_desk_read_the_health_on_the_page_of_the_system(client, cast, items):
    connected = connect(cast.department, cast.district, cast.security, Kind.CAS)
    Entrance.objects.update(health="down", health_since=now(), checked_at=now())
    page = reverse("portal:system_detail", args=[connected.system.pk])
    for actor, told in ((cast.department, True), (cast.district, True), (cast.town, False)):
        assert ("! 打不开" in text_of(sign_in(client, actor).get(page))) is told
    Entrance.objects.update(is_open=False)
    assert "运行情况" not in text_of(sign_in(client, cast.department).get(page))


# Who is in where ----------------------------------------------------------------------------------------------------
def test_a_worker_sees_and_ends_single_sign_ons(cast, browser):
    connected = connect(cast.department, cast.district, cast.security, Kind.OIDC)
    ask_code(browser, connected)
    assert connected.system.name in browser.get("/me/systems/").content.decode()
    other = sign_in(Client(), cast.colleague)
    end = reverse("portal:signed_on_end", args=[SignOn.objects.get().pk])
    assert other.post(end).status_code == 404
    with watching() as statements:
        assert browser.post(end).status_code == 302
    assert audited(statements) == ["sign_on.ended"]
    assert (
        connected.system.name
        not in browser.get("/me/systems/").content.decode().partition("<main")[2].partition("notice")[0]
    )
    assert browser.post(end).status_code == 404
    assert browser.get("/").status_code == 200
