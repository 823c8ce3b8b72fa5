"""A village that the district has chosen tells what came past the portal, and the account names the department."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.people import PHONE, sit_down
from tests.stack import PortalStack


def test_what_a_point_tells_stands_in_the_account_of_the_department(
    browser: Browser, portal_stack: PortalStack, screenshots: Path
) -> None:
    district, worker = (sit_down(browser, portal_stack, screenshots, name) for name in ("徐静", "王建国"))
    district.choose("减负账")
    district.follow("监测点")
    district.page.get_by_label("村居").select_option(label="城桥镇 · 南门居委会")
    district.press("设为监测点")
    district.is_told("已设为监测点")
    district.photograph("burden-points")
    worker.choose("减负账")
    worker.follow("上报平台外的任务")
    worker.page.get_by_label("哪个部门要的").select_option(label="区民政局")
    worker.page.get_by_label("怎么来的").select_option(label="微信、钉钉等工作群")
    worker.page.get_by_label("要什么").fill("统计独居老人名单")
    worker.page.get_by_label("估计要用几分钟").fill("90")
    worker.photograph("burden-outside")
    worker.press("上报")
    worker.is_told("计入减负账")
    district.choose("减负账")
    expect(district.page.locator("main")).to_contain_text("1 个监测点上报")
    district.page.get_by_text("1 个监测点上报").scroll_into_view_if_needed()
    district.photograph("burden-with-outside")
    worker.page.set_viewport_size(PHONE)
    worker.open("/burden/outside/")
    worker.photograph("burden-outside-phone")
    assert [error for person in (district, worker) for error in person.script_errors] == []
