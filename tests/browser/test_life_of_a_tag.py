"""A tag from a town's proposal over the district's desk to the card of a resident."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.people import PHONE, sit_down, wait_for
from tests.stack import PortalStack

WRITTEN = {"名称": "高龄独居", "含义": "满 80 周岁", "用途": "上门探望", "申请理由": "每周探望要用"}
CARRIERS = "SELECT count(*) FROM tagging_subjecttags WHERE tags <> '{}'"


def test_a_town_proposes_the_district_returns_and_admits_and_the_village_works_with_it(
    browser: Browser, portal_stack: PortalStack, screenshots: Path
) -> None:
    town = sit_down(browser, portal_stack, screenshots, "顾文杰")
    town.choose("标签")
    town.follow("申请新标签")
    for label, text in WRITTEN.items():
        town.page.get_by_label(label).first.fill(text)
    town.page.get_by_label("种类").select_option("dynamic")
    town.page.locator("[name=rows-0-item]").select_option("person.age")
    town.page.locator("[name=rows-0-op]").select_option(">=")
    town.page.locator("[name=rows-0-value]").fill("80")
    town.photograph("tag-form")
    town.press("提交申请")
    town.is_told("已提交")
    request = town.page.url.removeprefix(portal_stack.url)

    district = sit_down(browser, portal_stack, screenshots, "徐静")
    district.open(request)
    expect(district.page.locator("main")).to_contain_text("今天符合条件的人")
    district.photograph("tag-request")
    district.page.get_by_label("意见").fill("含义请写明独居")
    district.press("退回补充")
    district.is_told("已退回补充")

    town.open(request)
    town.follow("修改后再提交")
    town.page.get_by_label("含义").fill("满 80 周岁,独自居住")
    town.press("再次提交")
    town.is_told("已提交")

    district.open(request)
    district.press("同意")
    district.is_told("标签目录已更新")
    wait_for(lambda: portal_stack.rows(CARRIERS)[0][0], "the tag fills", seconds=90)
    district.follow("查看标签")
    district.photograph("tag-detail")

    worker = sit_down(browser, portal_stack, screenshots, "王建国", screen=PHONE)
    worker.open("/residents/?tag=T0001")
    expect(worker.page.locator(".chips")).to_contain_text("高龄独居")
    worker.page.locator("main table a[href^='/residents/']").first.click()
    expect(worker.page.locator("main")).to_contain_text("高龄独居")
    worker.photograph("tag-card-phone")
    worker.open("/tags/")
    worker.photograph("tag-list-phone")
    assert [*town.script_errors, *district.script_errors, *worker.script_errors] == []
