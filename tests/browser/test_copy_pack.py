"""A department says what a national system's screen asks; a worker copies people into it, by keyboard."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from registry.seeding.cast import NANMEN
from tests.browser.people import PHONE, Person, sit_down, wait_for
from tests.browser.sending import send_out
from tests.stack import PortalStack

SCREEN = {"身份证号码": ("1", "证件号码"), "姓名": ("2", "申请人姓名"), "联系电话": ("3", "手机")}
REPORT = "SELECT id FROM forms_engine_report WHERE dispatch_id = %s AND state = 'filling'"


def clipboard(person: Person) -> str:
    text: str = person.page.evaluate("navigator.clipboard.readText()")
    return text


def set_the_order(staff: Person, form: int) -> None:
    staff.open(f"/forms/{form}/packs/")
    staff.follow("增加系统")
    staff.page.get_by_label("系统名称").fill("全国高龄津贴信息系统")
    for field in staff.page.locator(".pack-order input").all():
        field.fill("")
    for header, (place, label) in SCREEN.items():
        row = staff.page.locator("tr").filter(has_text=header).first
        row.locator("input").first.fill(place)
        row.locator("input").last.fill(label)
    staff.photograph("copy-pack-form")
    staff.press("保存")
    staff.is_told("已保存")
    staff.photograph("copy-packs")


def test_a_department_sets_the_order_and_a_worker_copies_person_by_person(
    browser: Browser, portal_stack: PortalStack, screenshots: Path
) -> None:
    sent = send_out(portal_stack, "高龄津贴发放花名册", areas=[NANMEN])
    ((report,),) = wait_for(lambda: portal_stack.rows(REPORT, sent.dispatch), "the report is prefilled", seconds=60)

    staff = sit_down(browser, portal_stack, screenshots, "张敏")
    set_the_order(staff, sent.form)

    worker = sit_down(browser, portal_stack, screenshots, "王建国")
    worker.open(f"/reports/{report}/")
    worker.follow("复制录入")
    worker.photograph("copy-list")
    worker.follow("从第一个开始")
    lines = worker.page.locator(".copy-line label")
    expect(lines).to_have_text(["证件号码", "申请人姓名", "手机"])
    expect(worker.page.locator(".js-copy")).to_have_count(2)  # not the sealed number
    expect(worker.page.locator("main")).to_contain_text("查看完整信息")

    values = [field.input_value() for field in worker.page.locator("input.copy-text").all()]
    expect(worker.page.locator(".js-copy").first).to_be_focused()
    for value in values:
        worker.page.keyboard.press("Enter")
        wait_for(lambda value=value: clipboard(worker) == value, "the value is on the clipboard")
    expect(worker.page.locator(".js-done")).to_be_focused()
    worker.photograph("copy-row")

    # As over plain http, where the browser offers no clipboard to scripts, and as where it takes no command either.
    first = worker.page.locator(".js-copy").first
    worker.page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
    first.click()
    wait_for(lambda: clipboard(worker) == values[0], "the old command copies")
    worker.page.evaluate("document.execCommand = () => false")
    worker.page.locator(".js-copy").nth(1).click()
    expect(worker.page.locator("#copy-told")).to_contain_text("请按 Ctrl+C")
    worker.page.keyboard.press("Control+C")
    wait_for(lambda: clipboard(worker) == values[1], "the selected text is copied by hand")

    here = worker.page.url
    worker.page.locator(".js-done").press("Enter")
    expect(worker.page).not_to_have_url(here)
    expect(worker.page.locator(".sum")).to_contain_text("已录入 1")

    phone = sit_down(browser, portal_stack, screenshots, "王建国", screen=PHONE)
    phone.open(here.removeprefix(portal_stack.url))
    expect(phone.page.locator("h1")).to_contain_text("已录入")
    phone.photograph("copy-row-phone")
    phone.follow("看名单")
    phone.follow("全部")
    phone.photograph("copy-list-phone")
    assert [*staff.script_errors, *worker.script_errors, *phone.script_errors] == []
