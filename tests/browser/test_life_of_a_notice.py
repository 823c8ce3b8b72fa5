"""A notice from a department over the district's desk to a village, and back as a receipt of the village."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.people import PHONE, Person, photograph, sit_down
from tests.stack import PortalStack


def test_a_department_tells_the_villages_and_sees_which_have_read_it(
    browser: Browser, portal_stack: PortalStack, screenshots: Path, tmp_path: Path
) -> None:
    department, district, worker = (
        sit_down(browser, portal_stack, screenshots, name) for name in ("张敏", "徐静", "王建国")
    )
    write(department, tmp_path / "picture.png")
    district.choose("通知")
    district.follow("发出的通知")
    district.photograph("notice-sent")
    district.page.locator("main .card-accent a").first.click()
    district.photograph("notice-desk")
    district.press("同意发布")
    district.is_told("已发布")
    worker.open("/")
    expect(worker.page.locator("main")).to_contain_text("有通知本单位还没有读")
    worker.choose("通知")
    worker.photograph("notice-list")
    worker.page.locator("main table a").first.click()
    expect(worker.page.locator("main")).to_contain_text("12 月 1 日起")
    worker.photograph("notice-detail")
    department.page.reload()
    expect(department.page.locator("main")).to_contain_text("已读 1 / 7 个单位")
    department.photograph("notice-receipts")
    worker.page.set_viewport_size(PHONE)
    for name, address in {"list": "/notices/", "guides": "/guides/"}.items():
        worker.open(address)
        worker.photograph(f"notice-{name}-phone")
    department.page.set_viewport_size(PHONE)
    department.open("/notices/new/")
    department.photograph("notice-new-phone")
    assert [error for person in (department, district, worker) for error in person.script_errors] == []


def write(department: Person, picture: Path) -> None:
    department.choose("通知")
    department.photograph("notice-list-empty")
    department.follow("写通知")
    page = department.page
    photograph(page, picture)
    page.get_by_label("标题").fill("高龄津贴发放时间调整")
    page.get_by_label("内容").fill("12 月 1 日起,高龄津贴改为每月 10 日发放。")
    page.get_by_label("附件").set_input_files(picture)
    department.photograph("notice-new")
    department.press("保存草稿")
    department.is_told("已保存为草稿")
    department.press("提交区里审核")
    department.is_told("由区里审核后发布")
