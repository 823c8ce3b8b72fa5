"""A department's system from its application to its end: reviewed, entered by single sign-on, let go for want of use.

The system is Debian's apache2 with mod_auth_openidc; everything else is done on the portal's pages and by its API.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from docx import Document
from playwright.sync_api import Browser, Page, expect

from portal.embedded.redis import free_port
from tests.apache.running import Apache, running
from tests.browser.aging import let_months_pass
from tests.browser.connecting import admit_system
from tests.browser.people import DESKTOP, PHONE, Person, photograph, sit_down, wait_for
from tests.stack import PortalStack

NAME, OWNER = "养老探访平台", "区民政局"
ALIKE = "助残走访系统"
"""In use already, of another department, with a function that is the same."""
REVIEWERS = {"李芳": "区残联", "周颖": "区医保局"}
VILLAGE = "310151101001"
PAGE_OF_PLAN = "/oidc/index.shtml?plan=11"
TODO = {"title": "核对本月探访计划", "area": VILLAGE, "role": "community_worker", "path": PAGE_OF_PLAN}
DESCRIBED = {
    "summary": "安排和记录对独居老人的探访",
    "description": "安排探访\n记录探访情况\n每天定位打卡",
    "legal_basis": "(示例)探访关爱服务办法",
    "necessity": "现有系统不能排班",
    "building_cost": "20",
    "yearly_cost": "3",
}
GOING_ON = "SELECT count(*) FROM portal_signon WHERE ended_at IS NULL"


@pytest.fixture(scope="module")
def apache() -> Apache:
    return Apache(free_port())


@pytest.fixture(scope="module")
def stack_settings(apache: Apache) -> dict[str, str]:
    return {"OUTBOUND_HOSTS": apache.url}


@dataclass
class Machine:
    """The system's own server at the door of the API."""

    stack: PortalStack
    client_id: str
    secret: str

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        form, pair = {"grant_type": "client_credentials"}, (self.client_id, self.secret)
        token = requests.post(f"{self.stack.url}/api/oauth/token/", form, auth=pair, timeout=20).json()
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        return requests.request(method, f"{self.stack.url}/api/v1/{path}", headers=bearer, timeout=20, **more)

    def send_todo(self, reference: str) -> requests.Response:
        [system] = self.ask("GET", "systems/").json()["items"]
        return self.ask("PUT", f"systems/{system['id']}/todos/{reference}/", json=TODO)


def test_a_system_is_reviewed_admitted_entered_sends_a_todo_falls_out_of_use_and_is_retired(
    browser: Browser, portal_stack: PortalStack, apache: Apache, screenshots: Path
) -> None:
    admit_system(portal_stack, ALIKE, staff="李芳")
    department, district, security, worker, *others = (
        sit_down(browser, portal_stack, screenshots, name) for name in ("张敏", "徐静", "汤洁", "王建国", *REVIEWERS)
    )
    system = apply(department)
    ask_others(district, system)
    for other in others:
        give_opinion(other)
    number = admit(district, system)
    secret = describe_entrance(department, apache, number)
    open_entrance(security)
    machine = register_machine(security, district)
    with running(apache, issuer=portal_stack.url, **secret):
        enter_from_directory(worker)
        assert machine.send_todo("plan-11").status_code == 201
        inside = open_todo(worker, apache)
        let_months_pass(portal_stack, NAME, 2)
        sees_that_it_is_hardly_used(department, system)
        letter = remind(district, number)
        answer(department, letter)
        apply_for_the_end(department, system)
        let_go(district, system)
        nothing_works_any_more(worker, machine, inside, apache)
    remembered(district, number)
    assert [error for one in (department, district, security, worker, *others) for error in one.script_errors] == []


def shows(person: Person, name: str, heading: str = "") -> None:
    """Keep pictures of the page as it stands, on both screens. heading: of a page that a press has yet to open."""
    expect(person.page.locator("h1")).to_contain_text(heading)
    for screen, suffix in ((PHONE, "-phone"), (DESKTOP, "")):
        person.page.set_viewport_size(screen)
        wide = person.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways"
        photograph(person.page, person.pictures / f"system-{name}{suffix}.png", full_page=True)


def is_at(person: Person, address: str) -> None:
    expect(person.page).to_have_url(person.stack.url + address)


def apply(department: Person) -> str:
    """Describe it, be told what no system may ask, mend it, hand it in. Returns the address of its page."""
    page = department.page
    department.choose("系统准入")
    shows(department, "list-before", "底数清单")
    department.follow("申请准入")
    page.get_by_label("系统名称").fill(NAME)
    shows(department, "new", "申请系统准入")
    department.press("登记,下一步")
    for name, text in DESCRIBED.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("input[name=functions][value=visits]").check()
    page.locator("input[name=roles][value=community_worker]").check()
    for item in ("person.phone", "person.name"):
        tick = page.locator(f"input[name=item_codes][value='{item}']")
        if not tick.is_visible():
            page.locator("details", has=tick).locator("summary").click()
        tick.check()
    shows(department, "edit")
    department.press("保存,看比对结果")
    expect(page.locator("main")).to_contain_text("国办函〔2026〕12号禁止的功能")
    expect(page.get_by_role("button", name="提交联审")).to_have_count(0)
    shows(department, "prohibited")
    department.follow("修改")
    page.locator("[name=description]").fill("安排探访\n记录探访情况")
    department.press("保存,看比对结果")
    expect(page.get_by_role("row", name=re.compile(f"{ALIKE}.*走访探访"))).to_contain_text("相近")
    expect(page.locator("main")).to_contain_text("登记库已有 2 项")
    shows(department, "compared")
    department.press("提交联审")
    department.is_told("已提交,由区里组织联审")
    return page.url.removeprefix(department.stack.url)


def ask_others(district: Person, system: str) -> None:
    district.open("/")
    district.page.get_by_role("row", name=re.compile(NAME)).get_by_role("link", name="去审").click()
    is_at(district, system)
    expect(district.page.locator("main")).to_contain_text("自动比对")
    for department in REVIEWERS.values():
        district.page.get_by_label(department).check()
    shows(district, "desk")
    district.press("发起联审")
    district.is_told("已请 2 个部门")


def give_opinion(other: Person) -> None:
    other.open("/")
    other.page.get_by_role("row", name=re.compile(NAME)).get_by_role("link").click()
    other.page.get_by_label("同意", exact=True).check()
    shows(other, "opinion")
    other.press("提交意见")
    other.is_told("意见已提交")


def admit(district: Person, system: str) -> str:
    """Returns the filing number."""
    district.open(system)
    shows(district, "opinions")
    district.press("同意")
    district.is_told("已同意并备案")
    number = district.page.get_by_role("row", name=re.compile(NAME)).inner_text()
    return re.findall(r"CM-XT-\d{4}-\d{4}", number)[0]


def describe_entrance(department: Person, apache: Apache, number: str) -> dict[str, str]:
    """How the system lets people in, as its operator told. Returns what the operator has to know."""
    page = department.page
    department.choose("系统准入")
    department.follow(NAME)
    expect(page.locator("main")).to_contain_text(number)
    department.follow("单点登录")
    page.get_by_label("系统首页地址").fill(apache.oidc_page)
    page.get_by_label("回调地址").fill(apache.callback)
    page.get_by_label("退出后返回的地址").fill(apache.goodbye)
    page.get_by_label("退出通知地址").fill(f"{apache.callback}?logout=backchannel")
    department.press("保存")
    department.is_told("安全管理员核对启用以后")
    shows(department, "entrance")
    department.follow("领取或更换密钥")
    expect(page).not_to_have_url(re.compile("/entrance/$"))
    department.gives_code_if_asked()
    department.press("领取新的密钥")
    expect(page.locator("main dd code")).to_have_count(2)
    shows(department, "secret")
    client_id, secret = page.locator("main dd code").all_inner_texts()
    department.follow("我已保存,继续")
    return {"client_id": client_id, "secret": secret}


def open_entrance(security: Person) -> None:
    security.choose("单点登录")
    shows(security, "entrances", "单点登录")
    page = security.page
    button = page.get_by_role("row", name=re.compile(NAME)).get_by_role("button")
    button.click()
    expect(page.get_by_label("验证码").or_(page.locator("#messages", has_text="已启用"))).to_be_visible()
    if "/second-factor/" in page.url:
        security.gives_code_if_asked()
        button.click()
    security.is_told("已启用")


def register_machine(security: Person, district: Person) -> Machine:
    """Its door to the API of to-dos: registered by one person, opened by another."""
    page = security.page
    security.choose("API 客户端")
    security.follow("登记一个客户端")
    page.get_by_label("系统名称").fill(NAME)
    page.get_by_label("部门", exact=True).select_option(label=OWNER)
    page.locator("input[name=scopes][value=todos]").check()
    page.get_by_label("来源地址").fill("127.0.0.1")
    security.press("登记")
    shows(security, "machine-secret", "请保存密钥")
    client_id, secret = page.locator("main dd code").all_inner_texts()[:2]
    district.choose("API 客户端")
    district.follow(NAME)
    district.press("复核无误,启用")
    return Machine(security.stack, client_id, secret)


def enter_from_directory(worker: Person) -> None:
    worker.choose("应用目录")
    shows(worker, "directory", "应用目录")
    with worker.page.context.expect_page() as opened:
        worker.press(f"进入{NAME}")
    expect(opened.value.get_by_role("heading", name="oidc 系统")).to_be_visible()
    expect(opened.value.locator("#user")).to_have_text(worker.name)
    opened.value.close()


def open_todo(worker: Person, apache: Apache) -> Page:
    """From the workbench to the very page of the system. Returns its window."""
    worker.open("/")
    row = worker.page.get_by_role("row", name=re.compile(TODO["title"]))
    expect(row).to_contain_text(NAME)
    shows(worker, "todo")
    with worker.page.context.expect_page() as opened:
        row.get_by_role("button").click()
    expect(opened.value.get_by_role("heading", name="oidc 系统")).to_be_visible()
    assert opened.value.url == apache.url + PAGE_OF_PLAN
    return opened.value


def sees_that_it_is_hardly_used(department: Person, system: str) -> None:
    """Before anybody writes a letter."""
    department.choose("系统准入")
    department.follow("使用少的系统")
    shows(department, "low-use-department", "使用少的系统")
    department.follow(NAME)
    is_at(department, system)
    expect(department.page.locator("main")).to_contain_text("共进入 1 次,不到 30 次。不再需要的,请申请退出。")
    expect(department.page.locator("#use")).to_contain_text("社区工作者 1 次")
    expect(department.page.locator("#use")).to_contain_text("城桥镇 1 次")
    shows(department, "use")


def remind(district: Person, number: str) -> str:
    """The letter, as a Word file, too. Returns the address of its page."""
    district.choose("系统准入")
    district.follow("使用少的系统")
    shows(district, "low-use-district", "使用少的系统")
    district.press("发提醒函")
    district.is_told("已发出提醒函")
    shows(district, "letter")
    with district.page.expect_download() as taken:
        district.follow("下载 Word 文件")
    said = "\n".join(paragraph.text for paragraph in Document(taken.value.path()).paragraphs)
    assert taken.value.suggested_filename.endswith(".docx")
    for words in ("信息系统使用情况提醒函", f"{OWNER}:", NAME, number, "共进入 1 次", "申请退出"):
        assert words in said
    return district.page.url.removeprefix(district.stack.url)


def answer(department: Person, letter: str) -> None:
    department.open("/")
    department.page.get_by_role("row", name=re.compile(f"提醒函:{NAME}")).get_by_role("link").click()
    is_at(department, letter)
    department.page.get_by_label("答复").fill("功能已并入统一平台,申请退出。")
    shows(department, "answer")
    department.press("提交答复")
    department.is_told("已答复")


def apply_for_the_end(department: Person, system: str) -> None:
    """From the letter to the system, and what becomes of its data."""
    page = department.page
    department.follow("看这个系统")
    is_at(department, system)
    department.press("申请退出")
    page.get_by_label("退出的理由").fill("长期使用率低,功能并入统一平台")
    page.get_by_label("停止使用日期").fill(page.evaluate("new Date().toLocaleDateString('sv')"))
    page.get_by_label("数据去向", exact=True).select_option(label="按档案规定归档封存")
    page.get_by_label("数据去向说明").fill("探访记录由区民政局在十二月底前归档,目录留区档案馆。")
    shows(department, "close")
    department.press("保存")
    department.is_told("已保存")
    department.press("提交联审")
    department.is_told("已提交")
    shows(department, "closing")


def let_go(district: Person, system: str) -> None:
    district.choose("系统准入")
    district.follow(NAME)
    is_at(district, system)
    expect(district.page.locator("main")).to_contain_text("按档案规定归档封存")
    shows(district, "desk-closing")
    district.press("同意")
    district.is_told("已同意")


def nothing_works_any_more(worker: Person, machine: Machine, inside: Page, apache: Apache) -> None:
    """Neither the session that was open, nor an entry, nor the API, nor the to-do."""
    stack = worker.stack
    wait_for(lambda: stack.rows(GOING_ON) == [(0,)], "the sign-on ends with the system", seconds=60)

    def is_out() -> bool:
        inside.goto(apache.url + PAGE_OF_PLAN)
        return inside.url.startswith(stack.url)

    wait_for(is_out, "the session at the system ends")
    photograph(inside, worker.pictures / "system-gone.png")
    worker.open("/directory/")
    expect(worker.page.locator("main")).not_to_contain_text(NAME)
    for address in ("/", "/todos/"):
        worker.open(address)
        expect(worker.page.locator("main")).not_to_contain_text(TODO["title"])
    refused = machine.send_todo("plan-12")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_admitted")


def remembered(district: Person, number: str) -> None:
    """The inventory says what it was and that it is gone."""
    district.choose("系统准入")
    row = district.page.get_by_role("row", name=re.compile(NAME))
    expect(row).to_contain_text(number)
    expect(row).to_contain_text("已退出")
    shows(district, "list")
    district.follow(NAME)
    expect(district.page.locator("main")).to_contain_text("由区民政局在十二月底前归档")
    shows(district, "retired")
