"""One form lives its whole life: brought, admitted, sent, filled, reviewed, kept and given back, by four people."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from accounts.sealing import open_sealed
from portal.places import ROOT
from registry.seeding.districts import DEMO_COMMUNITIES
from tests.browser.layout import FIRST, check_layout, check_layout_after_libreoffice
from tests.browser.people import PHONE, Person, sit_down
from tests.browser.sending import PEOPLE_OF_A_PLACE, send_out
from tests.stack import PortalStack

FORM = ROOT / "forms_engine/data/form_templates/01_高龄津贴发放花名册.xlsx"
NAME = "2026年高龄津贴发放花名册"
OTHER = "流动老人信息登记表"
NANMEN = DEMO_COMMUNITIES[0]
PHONE_NUMBER, BANK, ACCOUNT = "H", "J", "K"
SEALED = {"D": "person.id_number", ACCOUNT: "person.bank_account"}
ITEMS = {
    "B": "p.name",
    "C": "p.sex",
    "D": "p.id_number_sealed",
    "E": "extract(year from age(d.reporting_date, p.birth_date))::text",
    "F": "p.registered_address",
    "G": "p.residence_address",
    "H": "p.phone",
    "I": "p.attributes->>'person.elderly_allowance_standard'",
    "J": "p.attributes->>'person.bank_name'",
    "K": "p.attributes->>'person.bank_account'",
    "L": "p.attributes->>'person.caregiver_name'",
    "M": "p.attributes->>'person.caregiver_relation'",
    "N": "p.attributes->>'person.remark'",
}
"""Bound columns and where the registry holds their items: told here a second time, apart from the program."""


@dataclass(frozen=True)
class Cell:
    subject: int
    letter: str


def test_a_form_is_brought_admitted_sent_filled_reviewed_kept_and_given_back(
    browser: Browser, portal_stack: PortalStack, screenshots: Path, tmp_path: Path
) -> None:
    send_out(portal_stack, OTHER, file=PEOPLE_OF_A_PLACE, staff="杨帆")
    department, district, worker, town = (
        sit_down(browser, portal_stack, screenshots, name) for name in ("张敏", "徐静", "王建国", "顾文杰")
    )
    bring(department)
    admit(district)
    dispatch(department)
    report = open_report(worker)
    everything_known_has_arrived(worker, report)
    mended = fill_gaps(worker, report)
    return_a_cell(town, report, mended)
    mend(worker, report, mended)
    accept(town, report)
    answer_is_kept(portal_stack, mended)
    exported = export(department, tmp_path)
    exported_rows_are_the_reports(worker, report, exported)
    rows = portal_stack.rows("SELECT count(*) FROM forms_engine_reportrow WHERE report_id = %s", report)[0][0]
    check_layout(FORM, exported, rows)
    check_layout_after_libreoffice(FORM, exported, tmp_path, rows)


def bring(department: Person) -> None:
    """Upload, check the bindings, say whom, how often and on what basis, hand in."""
    page = department.page
    department.choose("表单设计")
    department.follow("上传正在用的表")
    page.get_by_label("正在用的 Excel 表").set_input_files(FORM)
    department.press("上传并识别")
    department.is_told("已读懂")
    bound = page.locator("input.js-binding")
    assert [bound.nth(at).input_value() for at in range(bound.count())][:4] == [
        "序号",
        "姓名(person.name)",
        "性别(person.sex)",
        "公民身份号码(person.id_number)",
    ]
    department.photograph("department-columns")
    department.press("保存,下一步")
    page.get_by_label("表单名称").fill(NAME)
    page.get_by_label("口径").select_option("常住人口")
    page.locator("#id_rows-0-item").select_option("person.age")
    page.locator("#id_rows-0-op").select_option(">=")
    page.locator("#id_rows-0-value").fill("80")
    page.get_by_label("提前量(天)").fill("7")
    page.get_by_label("法定依据").fill("上海市老年综合津贴制度")
    page.get_by_role("textbox", name="用途").fill("发放 80 周岁以上老年人高龄津贴")
    department.photograph("department-settings")
    department.press("保存,下一步")
    department.is_told("已保存")
    department.photograph("department-check")
    department.press("提交准入")
    department.is_told("已提交准入")


def admit(district: Person) -> None:
    """See what is asked and who asks it already, and admit."""
    page = district.page
    district.choose("表单准入")
    district.follow(NAME)
    overlap = page.get_by_role("region", name="与在用表单的重合").get_by_role("row", name=re.compile(OTHER))
    expect(overlap).to_contain_text(re.compile(r"[1-9]\d*%.*[1-9]\d* 项"))
    district.photograph("district-admission")
    page.get_by_role("button", name="准入", exact=True).click()
    district.is_told("已准入,备案号")


def dispatch(department: Person) -> None:
    """Send it to the demo communities of 城桥镇 and see the bar; the worker is away at first, so there is one."""
    page, stack = department.page, department.stack
    stack.kill("worker")
    department.choose("表单设计")
    department.follow(NAME)
    department.follow("下发")
    page.locator("summary", has_text="城桥镇").click()
    for code in DEMO_COMMUNITIES:
        page.locator(f"input[name=areas][value='{code}']").check()
    department.photograph("department-dispatch")
    department.press("下发")
    department.is_told("已下发到 7 个村居")
    expect(page.get_by_role("progressbar", name="进度")).to_be_visible()
    expect(page.locator(".progress-box")).to_contain_text("排队中")
    department.photograph("department-progress")
    stack.restart("worker")
    expect(page.locator(".progress-box")).to_contain_text("已全部处理完", timeout=60_000)


def open_report(worker: Person) -> int:
    """From the day's work to the grid. Returns the key of the report."""
    worker.choose("待办")
    worker.photograph("worker-workbench")
    worker.choose("填报")
    worker.follow(NAME)
    worker.grid.is_ready()
    found = re.search(r"/reports/(\d+)/", worker.page.url)
    assert found
    return int(found[1])


def everything_known_has_arrived(worker: Person, report: int) -> None:
    """Of the roster's bound cells, whatever the registry knows stands in the row and is shown."""
    people = _registry(worker.stack)
    known = {
        Cell(person[0], letter): value
        for person in people
        for letter, value in zip(ITEMS, person[1:], strict=True)
        if value not in (None, "")
    }
    rows = _rows(worker.stack, report)
    assert set(rows) == {person[0] for person in people}
    assert len(rows) > 20
    arrived = {cell: rows[cell.subject].get(cell.letter) for cell in known}
    lost = [(cell, known[cell], there) for cell, there in arrived.items() if str(there) != str(known[cell])]
    assert not lost, f"{len(lost)} of {len(known)} known cells did not arrive: {lost[0]}"
    shown = _shown(worker, report)
    assert not [cell for cell in known if not shown[cell.subject][cell.letter]]


def fill_gaps(worker: Person, report: int) -> Cell:
    """Refused while cells are empty; then typed, pasted, handed in. Returns the cell that was typed."""
    page, grid = worker.page, worker.grid
    worker.photograph("worker-grid")
    gaps = _gaps(worker.stack, report)
    assert len(gaps) > 1
    total = sum(len(letters) for letters in gaps.values())
    expect(grid.count("missing")).to_have_text(str(total))
    worker.follow("检查并提交")
    expect(page.get_by_role("alert")).to_contain_text(f"还有 {total} 格没有填好")
    expect(page.get_by_role("button", name=re.compile("^提交"))).to_have_count(0)
    worker.photograph("worker-gaps")
    page.get_by_role("link", name="去填").first.click()
    grid.is_ready()
    first = next(subject for subject, letters in gaps.items() if letters == [BANK, ACCOUNT])
    del gaps[first]
    grid.type(first, BANK, "上海农商银行")
    grid.type(first, ACCOUNT, "6222000000000000001")
    for number, (subject, letters) in enumerate(gaps.items(), start=2):
        answers = {PHONE_NUMBER: f"139{number:08d}", BANK: "中国建设银行崇明支行", ACCOUNT: f"6217{number:015d}"}
        for block in ([PHONE_NUMBER], [BANK, ACCOUNT]):
            if block[0] in letters:
                grid.paste(subject, block[0], [[answers[letter] for letter in block]])
    grid.is_saved()
    expect(page.locator(".grid-panel .state")).to_contain_text("已修改")
    expect(grid.count("missing")).to_have_text("0")
    worker.photograph("worker-filled")
    hand_in(worker)
    return Cell(first, BANK)


def hand_in(worker: Person) -> None:
    worker.follow("检查并提交")
    worker.page.get_by_role("button", name=re.compile("^提交")).click()
    worker.is_told("已提交,等待镇街审核")


def return_a_cell(town: Person, report: int, cell: Cell) -> None:
    """Look at the report and send one cell back with a comment."""
    page = town.page
    town.choose("审核")
    town.photograph("town-reviews")
    town.follow(NAME)
    town.grid.is_ready().go(cell.subject, cell.letter)
    page.get_by_label("批注(退回时一并发给村居)").fill("请写开户行全称,到支行。")
    page.get_by_label("总的意见").click()
    expect(page.locator("#comment-count")).to_have_text("1")
    page.evaluate("scrollTo(0, 0)")
    town.photograph("town-review")
    page.get_by_label("总的意见").fill("一处开户行不全。")
    town.press("退回给村居")
    town.is_told("已退回,1 格有批注")
    state = town.stack.rows("SELECT state FROM forms_engine_report WHERE id = %s", report)
    assert state == [("returned",)]


def mend(worker: Person, report: int, cell: Cell) -> None:
    """Only the returned cell waits; mended, the report is handed in again. On the phone one sees it, too."""
    page = worker.page
    worker.choose("填报")
    worker.follow(NAME)
    worker.grid.is_ready()
    expect(worker.grid.count("returned")).to_have_text("1")
    page.get_by_role("button", name=re.compile("^下一处待填")).click()
    expect(page.locator(".grid-panel")).to_contain_text("请写开户行全称")
    worker.photograph("worker-returned")
    photograph_on_a_phone(worker, report, cell)
    worker.grid.type(cell.subject, cell.letter, "上海农商银行崇明支行")
    worker.grid.is_saved()
    expect(worker.grid.count("returned")).to_have_text("0")
    hand_in(worker)


def photograph_on_a_phone(worker: Person, report: int, cell: Cell) -> None:
    browser = worker.page.context.browser
    assert browser
    phone = sit_down(browser, worker.stack, worker.pictures, worker.name, screen=PHONE)
    phone.photograph("worker-phone-workbench")
    for name, path in {"report": "", "list": "rows/", "row": f"rows/{cell.subject}/"}.items():
        phone.open(f"/reports/{report}/{path}")
        phone.photograph(f"worker-phone-{name}")
    expect(phone.page.get_by_text("请写开户行全称")).to_be_visible()
    phone.page.context.close()


def accept(town: Person, report: int) -> None:
    town.choose("审核")
    town.follow(NAME)
    town.grid.is_ready()
    expect(town.page.get_by_text("格上次审核后改过")).to_be_visible()
    town.press("通过")
    town.is_told("已通过")


def answer_is_kept(stack: PortalStack, cell: Cell) -> None:
    """The registry has the worker's last word, and knows from which form it is."""
    kept = stack.rows(
        "SELECT attributes->>'person.bank_name', provenance->'person.bank_name' FROM registry_person WHERE id = %s",
        cell.subject,
    )
    value, origin = kept[0]
    assert value == "上海农商银行崇明支行"
    assert origin["s"] == "report"
    assert NAME in origin["by"]


def export(department: Person, folder: Path) -> Path:
    """Look at the totals, have the workbook made, download it."""
    page = department.page
    department.choose("表单设计")
    department.follow(NAME)
    page.locator("a[href^='/dispatches/']").first.click()
    department.photograph("department-dispatched")
    department.follow("汇总")
    department.photograph("department-totals")
    department.follow("导出")
    department.gives_code_if_asked()
    department.press("开始导出")
    link = page.locator(".export-name a")
    shown = page.get_by_role("link", name="显示下载")
    expect(link.or_(shown).first).to_be_visible(timeout=60_000)
    if not link.count():
        shown.click()
    department.photograph("department-export")
    with page.expect_download() as download:
        link.click()
    file = folder / "exported.xlsx"
    download.value.save_as(file)
    assert NAME in download.value.suggested_filename
    return file


def exported_rows_are_the_reports(worker: Person, report: int, exported: Path) -> None:
    """Cell by cell: what the worker sees, and the whole numbers where the worker sees a mask."""
    rows, shown = _rows(worker.stack, report), _shown(worker, report)
    sheet = load_workbook(exported).active
    assert sheet
    for number, (subject, values) in enumerate(rows.items(), start=1):
        for letter in ITEMS:
            expected = shown[subject][letter]
            if letter in SEALED and letter in values:
                expected = open_sealed(SEALED[letter], values[letter])
            found = sheet[f"{letter}{FIRST + number - 1}"].value
            assert str("" if found is None else found) == expected, (letter, number)
        assert sheet[f"A{FIRST + number - 1}"].value == number


def _registry(stack: PortalStack) -> list[tuple]:
    """Everybody of 南门 of 80 and more, with what the registry holds for each bound column."""
    return stack.rows(
        f"""
        SELECT p.id, {", ".join(ITEMS.values())} FROM registry_person p, forms_engine_dispatch d
        WHERE d.id = (SELECT max(id) FROM forms_engine_dispatch) AND p.area_code BETWEEN %s AND %s
        AND p.birth_date <= d.reporting_date - interval '80 years' AND p.closed_on IS NULL AND p.death_date IS NULL
        """,
        NANMEN,
        NANMEN + 10**6 - 1,
    )


def _rows(stack: PortalStack, report: int) -> dict[int, dict[str, str]]:
    """Subject -> values of its row, in the order of the sheet."""
    found = "SELECT subject_id, values FROM forms_engine_reportrow WHERE report_id = %s ORDER BY position, subject_id"
    return dict(stack.rows(found, report))


def _shown(worker: Person, report: int) -> dict[int, dict[str, str]]:
    """Subject -> letter -> text as the grid gets it."""
    answer = worker.page.request.get(f"{worker.stack.url}/api/v1/reports/{report}/rows/").json()
    assert not answer["next"]
    return {row["id"]: dict(zip("ABCDEFGHIJKLMN", row["texts"], strict=True)) for row in answer["rows"]}


def _gaps(stack: PortalStack, report: int) -> dict[int, list[str]]:
    """Subject -> letters of the required cells without a value, in the order of the sheet."""
    found: dict[int, list[str]] = defaultdict(list)
    for subject, values in _rows(stack, report).items():
        for letter in "BCDFGHIJK":
            if letter not in values:
                found[subject].append(letter)
    return dict(found)
