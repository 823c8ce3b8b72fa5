"""Three datasets of departments come in, match, prefill a form and get corrected, by people in every role."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import Person, sit_down, wait_for
from tests.browser.returned_sources import KNOWN, NANMEN, Sources, running_sources
from tests.browser.sending import send_out
from tests.departments import postgresql, sftp_server
from tests.stack import PortalStack

SIZE = 100_000 if os.environ.get("SOAK") else 3_000
"""Records of each dataset."""
pytestmark = pytest.mark.faults if os.environ.get("SOAK") else pytest.mark.browser
RIGHT_PHONE = "13611112222"
PHONE_COLUMN = "H"
ORIGINS = """
SELECT count(*) FROM forms_engine_reportrow w JOIN forms_engine_report r ON r.id = w.report_id
WHERE r.dispatch_id = %s AND w.origins ? %s
"""
RUNS = """
SELECT r.state, r.came, r.written, r.bad FROM data_return_pullrun r JOIN data_return_connector c
ON c.id = r.connector_id JOIN data_return_dataset d ON d.id = c.dataset_id WHERE d.name = %s ORDER BY r.id
"""
RECORDS = """
SELECT count(*), count(person_id) FROM data_return_returnedrecord r JOIN data_return_dataset d ON d.id = r.dataset_id
WHERE d.name = %s
"""


@dataclass(frozen=True)
class Wanted:
    """A dataset: which field of the source is which item, through which channel it comes, how both are described."""

    name: str
    fields: dict[str, str]
    key: str
    channel: str
    address: Callable[[Sources], dict[str, str]]
    source: dict[str, str]


def web_address(sources: Sources) -> dict[str, str]:
    return {"base": sources.web, "login": "none"}


def database_address(sources: Sources) -> dict[str, str]:
    return {
        "dialect": "postgresql", "host": "127.0.0.1", "port": str(sources.postgres.port),
        "database": postgresql.DATABASE, "user": postgresql.USER, "password": postgresql.PASSWORD, "encrypted": "",
    }  # fmt: skip


def files_address(sources: Sources) -> dict[str, str]:
    return {
        "host": "127.0.0.1", "port": str(sources.files.port), "fingerprint": sources.files.fingerprint,
        "user": sftp_server.USER, "password": sftp_server.PASSWORD, "folder": "drop",
    }  # fmt: skip


DATASETS = (
    Wanted(
        "残疾人两项补贴名单",
        {"sfzh": "person.id_number", "xm": "person.name", "lxdh": "person.phone", "cjdj": "person.disability_level"},
        "id",
        "http",
        web_address,
        {"path": "rows", "total": "X-Total-Count", "paging": "number", "page_name": "_page", "size_name": "_limit"},
    ),
    Wanted(
        "养老金发放名单",
        {"card": "person.id_number", "name": "person.name", "amount": "person.pension_amount"},
        "id",
        "sql",
        database_address,
        {"table": "public.pension"},
    ),
    Wanted(
        "最低生活保障名单",
        {"身份证号码": "person.id_number", "姓名": "person.name", "保障金额": "person.low_income_amount"},
        "序号",
        "sftp",
        files_address,
        {"pattern": "低保_*.csv", "charset": "gb18030", "each": "whole"},
    ),
)
DISABLED = DATASETS[0]


@pytest.fixture(scope="module")
def sources(portal_stack: PortalStack, tmp_path_factory: pytest.TempPathFactory):
    with running_sources(portal_stack, tmp_path_factory.mktemp("departments"), SIZE) as running:
        portal_stack.env["OUTBOUND_HOSTS"] = running.hosts
        for name in ("web", "worker", "beat"):
            portal_stack.restart(name)
        yield running


def test_three_datasets_come_in_match_prefill_a_form_and_get_corrected(
    browser: Browser, portal_stack: PortalStack, sources: Sources, screenshots: Path
) -> None:
    officer, district, worker, town, department = (
        sit_down(browser, portal_stack, screenshots, name) for name in ("钱磊", "徐静", "王建国", "顾文杰", "张敏")
    )
    for wanted in DATASETS:
        register(officer, wanted)
        publish(district, wanted)
        connect(officer, wanted, sources)
        comes_in(officer, wanted)
    for wanted in DATASETS:
        apply_for(worker, wanted)
        consent(officer, wanted)
        consent(district, wanted)
    matches(worker)
    sees_on_card(worker, sources)
    prefills(department, worker)
    corrected(worker, officer, sources)
    town_follows(town)
    revoked_at_once(officer, worker, sources)


def register(officer: Person, wanted: Wanted) -> None:
    """Describe it and hand it in."""
    page = officer.page
    officer.choose("回流数据")
    officer.follow("登记数据集")
    page.get_by_label("名称").fill(wanted.name)
    page.get_by_label("来源系统").fill(f"{wanted.name}系统")
    page.get_by_label("对象").select_option("person")
    officer.press("登记,下一步")
    page.get_by_label("共享依据").fill("《政务数据共享条例》")
    page.get_by_label("更新周期").fill("30")
    for item in wanted.fields.values():
        page.locator(f"input[name=items][value='{item}']").check()
    officer.press("保存,下一步")
    officer.press("提交发布")


def publish(district: Person, wanted: Wanted) -> None:
    district.choose("回流数据")
    district.follow(wanted.name)
    district.press("同意发布")


def connect(officer: Person, wanted: Wanted, sources: Sources) -> None:
    """A channel, tried; a connector: tested, its fields proposed by the binder, switched on."""
    page = officer.page
    officer.open(f"/channels/new/?kind={wanted.channel}")
    page.locator("#id_name").fill(f"{wanted.name}通道")
    page.locator("#id_per_minute").fill("6000")
    fill(officer, wanted.address(sources))
    officer.press("保存")
    officer.press("试连")
    is_done(page, "试连成功")
    officer.photograph(f"channel-{wanted.channel}")

    officer.open("/connectors/new/")
    page.get_by_label("回流数据集").select_option(label=wanted.name)
    page.get_by_label("接入通道").select_option(label=f"{wanted.name}通道")
    officer.press("下一步:来源和测试")
    fill(officer, wanted.source)
    officer.press("保存并测试")
    is_done(page, "测试成功")
    officer.photograph(f"connector-sample-{wanted.channel}")
    officer.follow("下一步:对应字段")
    for name, item in wanted.fields.items():
        page.get_by_label(name, exact=True).select_option(item)
    page.locator("#id_key_field").select_option(wanted.key)
    officer.photograph(f"connector-fields-{wanted.channel}")
    officer.press("保存")
    officer.photograph(f"connector-schedule-{wanted.channel}")
    officer.press("保存")
    officer.press("启用")
    officer.is_told("已启用,马上开始第一次同步。")


def comes_in(officer: Person, wanted: Wanted) -> None:
    """Every row, and those of registered people matched; the same again changes nothing."""
    stack = officer.stack
    first = wait_for(lambda: finished(stack, wanted, 1), f"{wanted.name} comes in", seconds=300)[0]
    assert first == ("done", SIZE, SIZE, 0)
    assert stack.rows(RECORDS, wanted.name) == [(SIZE, KNOWN)]
    officer.press("立即同步")
    again = wait_for(lambda: finished(stack, wanted, 2), f"{wanted.name} comes in again", seconds=300)[1]
    assert (again[0], again[2:]) == ("done", (0, 0))
    officer.page.reload()
    officer.photograph(f"connector-{wanted.channel}")


def finished(stack: PortalStack, wanted: Wanted, count: int) -> list[tuple]:
    """The runs, once so many have ended."""
    runs = stack.rows(RUNS, wanted.name)
    return runs if len(runs) >= count and runs[count - 1][0] != "running" else []


def is_done(page: Page, sentence: str) -> None:
    """Whether or not the bar was still running when the page opened."""
    told, bar = page.get_by_text(sentence), page.locator(".progress-box")
    expect(told.or_(bar).first).to_be_visible()
    if bar.is_visible():
        expect(bar).to_contain_text("已全部处理完", timeout=60_000)
        bar.get_by_role("link").first.click()
    expect(told).to_be_visible()


def fill(officer: Person, values: dict[str, str]) -> None:
    """Each field by its name, whatever it is."""
    for name, value in values.items():
        field = officer.page.locator(f"[name={name}]").first
        if field.get_attribute("type") == "checkbox":
            field.set_checked(bool(value))
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def apply_for(worker: Person, wanted: Wanted) -> None:
    worker.choose("回流数据")
    worker.follow(wanted.name)
    worker.follow("申请使用")
    worker.page.get_by_label("用途").fill("核对补贴对象")
    for item in wanted.fields.values():
        worker.page.locator(f"input[name=items][value='{item}']").check()
    worker.press("提交申请")
    expect(worker.page.get_by_text("在等谁")).to_be_visible()


def consent(person: Person, wanted: Wanted) -> None:
    person.open("/grants/?show=requests")
    person.page.get_by_role("row", name=re.compile(wanted.name)).get_by_role("link").first.click()
    person.press("同意")


def matches(worker: Person) -> None:
    """The village sees how many of its people are in each, and which phones differ."""
    for wanted in DATASETS:
        worker.choose("回流数据")
        worker.follow(wanted.name)
        worker.follow("与登记比对")
        expect(worker.page.locator(".card").first).to_contain_text(f"对上 {KNOWN} 条")
    worker.photograph("compare-last")


def sees_on_card(worker: Person, sources: Sources) -> None:
    """All three on the card of one person; what is above the post's level is masked."""
    worker.open(f"/residents/{sources.known[0].key}")
    panel = worker.page.get_by_role("region", name="部门回流的数据")
    for wanted in DATASETS:
        expect(panel).to_contain_text(wanted.name)
    expect(panel).to_contain_text("13800000000")
    expect(panel.locator(".cell-masked").first).to_be_visible()
    worker.photograph("card-returned")


def prefills(department: Person, worker: Person) -> None:
    """A form of another department arrives with the phones of the dataset."""
    sent = send_out(department.stack, "高龄津贴核对", areas=[NANMEN])
    wait_for(lambda: worker.stack.rows("SELECT 1 FROM accounts_job WHERE id = %s AND state = 'done'", sent.job), "sent")
    assert worker.stack.rows(ORIGINS, sent.dispatch, PHONE_COLUMN) == [(KNOWN,)]


def corrected(worker: Person, officer: Person, sources: Sources) -> None:
    """The worker disputes a phone, the department accepts, the worker takes note."""
    page = worker.page
    worker.open(f"/residents/{sources.known[0].key}")
    page.get_by_role("region", name="部门回流的数据").locator(".returned", has_text=DISABLED.name).get_by_role(
        "link", name="核实"
    ).click()
    page.get_by_role("row", name=re.compile("联系")).get_by_role("link", name="这项有误").click()
    page.locator("#id_value").fill(RIGHT_PHONE)
    page.locator("#id_note").fill("本人当面告知")
    worker.press("提交部门核对")
    worker.photograph("correction-sent")

    officer.choose("校核")
    officer.page.get_by_role("row", name=re.compile(DISABLED.name)).get_by_role("link").first.click()
    officer.page.locator("#answer textarea").fill("已在系统里更正")
    officer.press("采纳")
    officer.photograph("correction-answered")

    worker.choose("校核")
    page.get_by_role("row", name=re.compile(DISABLED.name)).get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("已在系统里更正")
    worker.press("知道了,办结")


def town_follows(town: Person) -> None:
    """The town finds the dataset in the catalogue; without a grant of its own it sees no record."""
    town.choose("回流数据")
    town.follow(DISABLED.name)
    expect(town.page.get_by_role("link", name="与登记比对")).to_have_count(0)
    town.photograph("dataset-town")


def revoked_at_once(officer: Person, worker: Person, sources: Sources) -> None:
    officer.open("/grants/")
    officer.page.get_by_role("row", name=re.compile(DISABLED.name)).get_by_role("link").first.click()
    officer.page.locator("#revoke textarea").fill("名单要更正")
    officer.press("撤销授权")
    worker.open(f"/residents/{sources.known[0].key}")
    panel = worker.page.get_by_role("region", name="部门回流的数据")
    expect(panel).to_contain_text(DATASETS[1].name)
    expect(panel).not_to_contain_text(DISABLED.name)
