"""A complaint from a worker who stays unknown, over the discipline office and a department, to its published answer."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.people import PHONE, Person, photograph, sit_down
from tests.stack import PortalStack


def test_a_worker_reports_without_a_name_and_reads_the_published_answer(
    browser: Browser, portal_stack: PortalStack, screenshots: Path, tmp_path: Path
) -> None:
    worker, office, department, town = (
        sit_down(browser, portal_stack, screenshots, name) for name in ("王建国", "韩松", "张敏", "顾文杰")
    )
    code = report(worker, tmp_path / "group.png")
    case = ask(office, "是哪一天开始要求的?")
    reply(worker, code, "上个月 1 号开始")
    office.open(case)
    expect(office.page.locator("main")).to_contain_text("上个月 1 号开始")
    hand_over(office, "请核实养老平台是否要求定位打卡,并说明整改情况。")
    answer(department, "情况属实,已关闭定位打卡功能,并在群里撤回要求。")
    office.open(case)
    publish(office, "区民政局已关闭养老平台的定位打卡功能。")
    town.choose("监督举报")
    expect(town.page.locator("main")).to_contain_text("已关闭养老平台的定位打卡功能")
    town.photograph("complaint-list-town")
    on_the_phone(worker, {name: f"/complaints/{name}" for name in ("", "new/", "mine/")})
    on_the_phone(office, {"desk": "/discipline/", "case": case})
    on_the_phone(department, {"list": "/inquiries/", "case": case.replace("discipline", "inquiries")})
    assert [error for person in (worker, office, department, town) for error in person.script_errors] == []


def report(worker: Person, screenshot: Path) -> str:
    """Without a name, with a screenshot. Returns the receipt code."""
    worker.choose("监督举报")
    worker.photograph("complaint-list-empty")
    worker.follow("我要举报")
    page = worker.page
    photograph(page, screenshot)
    page.get_by_label("反映什么问题").select_option(label="打卡签到")
    page.get_by_label("涉及的部门").select_option(label="区民政局")
    page.get_by_label("情况").fill("养老平台要求每天到老人家里定位打卡,漏一次就在群里点名。")
    page.get_by_label("被反映人").fill("李四")
    page.get_by_label("照片或截图").set_input_files(screenshot)
    page.get_by_label("匿名").check()
    worker.photograph("complaint-new")
    worker.press("提交举报")
    worker.photograph("complaint-receipt")
    return page.locator("[data-receipt]").inner_text()


def ask(office: Person, question: str) -> str:
    """The officer reads everything but who it was. Returns the address of the complaint."""
    office.open("/")
    office.photograph("discipline-home")
    office.choose("举报受理")
    office.photograph("discipline-list")
    office.page.locator("main table a").first.click()
    expect(office.page.locator("main")).to_contain_text("漏一次就在群里点名")
    expect(office.page.locator("main")).not_to_contain_text("王建国")
    open_step(office, "ask")
    office.photograph("discipline-detail")
    office.page.locator("#step-ask textarea").fill(question)
    office.press("提问")
    office.is_told("已请举报人补充")
    return office.page.url.partition("#")[0].removeprefix(office.stack.url)


def reply(worker: Person, code: str, text: str) -> None:
    worker.open("/complaints/mine/")
    worker.page.get_by_label("回执码").fill(code)
    worker.press("查进度")
    expect(worker.page.locator("main")).to_contain_text("是哪一天开始要求的?")
    worker.photograph("complaint-asked")
    worker.page.get_by_label("补充说明").fill(text)
    worker.press("提交补充")
    expect(worker.page.locator("main")).to_contain_text("补充已提交")


def hand_over(office: Person, words: str) -> None:
    open_step(office, "hand")
    office.page.locator("#step-hand").get_by_label("转给").select_option(label="区民政局")
    office.page.locator("#step-hand textarea").fill(words)
    office.photograph("discipline-hand")
    office.press("转办")
    office.is_told("已转部门办理")


def answer(department: Person, words: str) -> None:
    """The department reads what the office wrote, not what was reported."""
    department.open("/")
    department.photograph("inquiry-home")
    department.choose("纪检转办")
    department.photograph("inquiry-list")
    department.page.locator("main .card-accent a").first.click()
    expect(department.page.locator("main")).to_contain_text("请核实养老平台是否要求定位打卡")
    expect(department.page.locator("main")).not_to_contain_text("点名")
    department.page.locator("#answer textarea").fill(words)
    department.photograph("inquiry-detail")
    department.press("提交答复")
    department.is_told("答复已提交")


def publish(office: Person, words: str) -> None:
    open_step(office, "close")
    office.page.locator("#step-close").get_by_label("核实结论").select_option(label="属实")
    office.page.locator("#step-close textarea").fill("已看过平台,打卡功能已关闭。")
    office.press("办结")
    office.is_told("已核实办结")
    office.page.locator("#step-publish textarea").fill(words)
    office.press("公开")
    office.is_told("答复已公开")
    office.photograph("discipline-published")


def open_step(office: Person, name: str) -> None:
    office.page.locator(f"#step-{name} summary").click()


def on_the_phone(person: Person, pages: dict[str, str]) -> None:
    person.page.set_viewport_size(PHONE)
    for name, address in pages.items():
        person.open(address)
        person.photograph(f"complaint-phone-{person.name}-{name.strip('/')}")
