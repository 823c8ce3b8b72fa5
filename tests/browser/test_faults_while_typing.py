"""A process dies with -9 while a worker types: what was acknowledged is there, the rest is sent again, once."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from registry.seeding.districts import DEMO_COMMUNITIES
from tests.browser.people import Person, sit_down, wait_for
from tests.browser.sending import send_out
from tests.stack import PortalStack

pytestmark = pytest.mark.faults
REMARK = "N"


@pytest.fixture(scope="module")
def report(portal_stack: PortalStack) -> int:
    """A prefilled report of 南门."""
    sent = send_out(portal_stack, "高龄津贴发放花名册", areas=DEMO_COMMUNITIES[:1])
    wait_for(
        lambda: portal_stack.rows("SELECT 1 FROM accounts_job WHERE id = %s AND state = 'done'", sent.job),
        "the prefilling ends",
        seconds=60,
    )
    return portal_stack.rows("SELECT id FROM forms_engine_report WHERE dispatch_id = %s", sent.dispatch)[0][0]


@pytest.fixture
def worker(browser: Browser, portal_stack: PortalStack, screenshots: Path, report: int) -> Person:
    person = sit_down(browser, portal_stack, screenshots, "王建国")
    person.open(f"/reports/{report}/")
    person.grid.is_ready()
    return person


def test_web_dies_while_typing_and_nothing_is_lost_or_doubled(worker: Person, report: int) -> None:
    stack, grid = worker.stack, worker.grid
    subjects = _subjects(stack, report)[:6]
    for number, subject in enumerate(subjects[:3]):
        grid.type(subject, REMARK, f"停机前{number}")
    grid.is_saved()
    assert _remarks(stack, report, "停机前") == [f"停机前{number}" for number in range(3)]

    stack.kill("web")
    for number, subject in enumerate(subjects[3:]):
        grid.type(subject, REMARK, f"停机中{number}")
    expect(grid.status).to_contain_text("3 格还没有保存,内容保留在本页")
    worker.photograph("worker-connection-lost")
    assert _remarks(stack, report, "停机前") == [f"停机前{number}" for number in range(3)]

    stack.restart("web")
    grid.is_saved()
    assert _remarks(stack, report, "停机中") == [f"停机中{number}" for number in range(3)]
    assert _traces(stack, report, "停机") == Counter(
        [f"停机前{n}" for n in range(3)] + [f"停机中{n}" for n in range(3)]
    )


def test_web_dies_in_the_middle_of_a_paste_and_each_cell_is_written_once(worker: Person, report: int) -> None:
    stack, grid = worker.stack, worker.grid
    subjects = _subjects(stack, report)
    pasted = [[f"粘贴{number}"] for number in range(len(subjects))]
    with worker.page.expect_request("**/cells/"):
        grid.paste(subjects[0], REMARK, pasted)
    stack.kill("web")
    stack.restart("web")
    grid.is_saved()
    assert _remarks(stack, report, "粘贴") == [text for (text,) in pasted]
    assert _traces(stack, report, "粘贴") == Counter(text for (text,) in pasted)


def test_redis_dies_while_typing_and_nobody_notices(worker: Person, report: int) -> None:
    stack, grid = worker.stack, worker.grid
    stack.kill("redis")
    subjects = _subjects(stack, report)[:3]
    for number, subject in enumerate(subjects):
        grid.type(subject, REMARK, f"没有缓存{number}")
    grid.is_saved()
    assert _remarks(stack, report, "没有缓存") == [f"没有缓存{number}" for number in range(3)]
    stack.restart("redis")


def _subjects(stack: PortalStack, report: int) -> list[int]:
    """In the order of the sheet."""
    found = "SELECT subject_id FROM forms_engine_reportrow WHERE report_id = %s ORDER BY position, subject_id"
    return [subject for (subject,) in stack.rows(found, report)]


def _remarks(stack: PortalStack, report: int, beginning: str) -> list[str]:
    """Remarks that begin like that, in the order of the sheet."""
    found = """SELECT values->>'N' FROM forms_engine_reportrow
        WHERE report_id = %s AND starts_with(values->>'N', %s) ORDER BY position, subject_id"""
    return [text for (text,) in stack.rows(found, report, beginning)]


def _traces(stack: PortalStack, report: int, beginning: str) -> Counter[str]:
    """How often each text was written."""
    found = """SELECT after #>> '{}' FROM forms_engine_celledit
        WHERE report_id = %s AND starts_with(after #>> '{}', %s)"""
    return Counter(text for (text,) in stack.rows(found, report, beginning))
