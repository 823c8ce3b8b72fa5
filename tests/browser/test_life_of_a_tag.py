"""A tag from a town's proposal over the district's desk into a form, to the card of a resident, and its refused end."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from portal.places import ROOT
from tests.browser.people import PHONE, Person, sit_down, wait_for
from tests.stack import PortalStack

NAME, FORM_NAME = "失独家庭", "失独家庭扶助花名册"
FORM = ROOT / "forms_engine/data/form_templates/01_高龄津贴发放花名册.xlsx"
WRITTEN = {
    "名称": NAME,
    "含义": "满 60 周岁,家里不超过两人",
    "用途": "上门探望",
    "同义词": "独居老人家庭",
    "申请理由": "每周探望要用",
}
RULES = (("person.age", ">=", "60"), ("household.resident_count", "<=", "2"))
TAG = "SELECT id FROM tagging_tag WHERE name = %s"
CARRIERS = "SELECT count(*) FROM tagging_subjecttags k JOIN tagging_tag t ON t.id = ANY(k.tags) WHERE t.name = %s"


def test_a_town_proposes_the_district_weighs_and_admits_a_form_uses_it_and_it_cannot_end(
    browser: Browser, portal_stack: PortalStack, screenshots: Path
) -> None:
    assert "新增" in portal_stack.manage("seed_tags")
    town, district, department = (
        sit_down(browser, portal_stack, screenshots, name) for name in ("顾文杰", "徐静", "张敏")
    )
    request = propose(town)
    weigh_and_return(district, request)
    mend(town, request)
    admit(district, request)
    filled = wait_for(lambda: portal_stack.rows(CARRIERS, NAME)[0][0], "the tag fills", seconds=90)
    code = f"T{portal_stack.rows(TAG, NAME)[0][0]:04d}"
    district.follow("查看标签")
    expect(district.page.locator("main")).to_contain_text(f"{filled} 人")
    district.photograph("tag-detail")
    use_in_a_form(department, code)
    let_the_form_in(district)
    cannot_end(town)
    worker = sit_down(browser, portal_stack, screenshots, "王建国", screen=PHONE)
    work_with_it(worker, code)
    assert [error for one in (town, district, department, worker) for error in one.script_errors] == []


def propose(town: Person) -> str:
    """Look at what it would do before anybody else sees it, then hand it in. Returns where the request is."""
    page = town.page
    town.choose("标签")
    town.follow("申请新标签")
    for label, text in WRITTEN.items():
        page.get_by_label(label).first.fill(text)
    page.get_by_label("种类").select_option("dynamic")
    for number, (item, op, value) in enumerate(RULES):
        page.locator(f"[name=rows-{number}-item]").select_option(item)
        page.locator(f"[name=rows-{number}-op]").select_option(op)
        page.locator(f"[name=rows-{number}-value]").fill(value)
    town.photograph("tag-form")
    town.press("先看影响")
    town.is_told("已存为草稿")
    sees_impact(town)
    town.photograph("tag-draft")
    town.press("提交申请")
    town.is_told("已提交")
    return page.url.removeprefix(town.stack.url)


def sees_impact(person: Person) -> None:
    """The page counts by itself, with its progress, and then shows gains by area and overlaps."""
    page = person.page
    page.get_by_role("link", name="查看影响").click()
    impact = page.locator("#impact")
    expect(impact).to_contain_text(re.compile(r"同意后共 [1-9]\d* 个"))
    expect(impact.get_by_role("row", name=re.compile(r"\+[1-9]"))).not_to_have_count(0)
    expect(impact.get_by_role("row", name=re.compile("老年人"))).to_contain_text(
        re.compile("几乎都有这个标签|几乎是同一批")
    )


def weigh_and_return(district: Person, request: str) -> None:
    """The impact, the overlap and what may be the same thing; then back for a better meaning."""
    district.open(request)
    sees_impact(district)
    main = district.page.locator("main")
    expect(main).to_contain_text("疑似重复的标签")
    expect(main).to_contain_text("名称相含:独居老人家庭、独居老人")
    district.photograph("tag-request")
    district.page.get_by_label("意见").fill("含义请写明独生子女已去世")
    district.press("退回补充")
    district.is_told("已退回补充")


def mend(town: Person, request: str) -> None:
    town.open(request)
    expect(town.page.locator("main")).to_contain_text("含义请写明独生子女已去世")
    town.follow("修改后再提交")
    town.page.get_by_label("含义").fill("独生子女已去世,满 60 周岁,家里不超过两人")
    town.press("再次提交")
    town.is_told("已提交")


def admit(district: Person, request: str) -> None:
    district.open(request)
    district.press("同意")
    district.is_told("标签目录已更新")


def use_in_a_form(department: Person, code: str) -> None:
    """Whom the form asks about is who carries the tag."""
    page = department.page
    department.choose("表单设计")
    department.follow("上传正在用的表")
    page.get_by_label("正在用的 Excel 表").set_input_files(FORM)
    department.press("上传并识别")
    department.press("保存,下一步")
    page.get_by_label("表单名称").fill(FORM_NAME)
    page.get_by_label("口径").select_option("常住人口")
    page.locator("#id_rows-0-item").select_option(f"tag:{code}")  # in the place of the age that the title told
    page.locator("#id_rows-0-op").select_option("=")
    page.locator("#id_rows-0-value").fill("")
    page.get_by_label("提前量(天)").fill("7")
    page.get_by_label("法定依据").fill("(示例)计划生育家庭特别扶助制度")
    page.get_by_role("textbox", name="用途").fill("核发扶助金")
    department.press("保存,下一步")
    department.is_told("已保存")
    department.press("提交准入")
    department.is_told("已提交准入")


def let_the_form_in(district: Person) -> None:
    district.choose("表单准入")
    district.follow(FORM_NAME)
    district.page.get_by_role("button", name="准入", exact=True).click()
    district.is_told("已准入,备案号")


def cannot_end(town: Person) -> None:
    """Before anything can be sent, the page says what would break."""
    town.choose("标签")
    town.follow(NAME)
    town.follow("申请停用")
    use = town.page.get_by_role("row", name=re.compile(FORM_NAME))
    expect(use).to_contain_text("停用前须先换掉")
    expect(town.page.locator("main")).to_contain_text("现在不能停用")
    expect(town.page.get_by_role("button", name="提交停用申请")).to_have_count(0)
    town.photograph("tag-in-use")


def work_with_it(worker: Person, code: str) -> None:
    worker.open(f"/residents/?tag={code}")
    expect(worker.page.locator(".chips")).to_contain_text(NAME)
    worker.page.locator("main table a[href^='/residents/']").first.click()
    expect(worker.page.locator("main")).to_contain_text(NAME)
    worker.photograph("tag-card-phone")
    worker.open("/tags/")
    worker.photograph("tag-list-phone")
