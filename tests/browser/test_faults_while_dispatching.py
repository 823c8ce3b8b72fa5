"""Worker or Redis dies with -9 while a form goes out to a whole district: every row is there, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.seeding.districts import CHONGMING, DEMO_COMMUNITIES
from tests.browser.people import wait_for
from tests.browser.sending import Sent, send_out
from tests.databases import manage
from tests.stack import PortalStack

pytestmark = pytest.mark.faults
PEOPLE = 8_000
IN_THE_MIDDLE = "SELECT 1 FROM accounts_job WHERE id > %s AND state = 'running' AND done BETWEEN 1 AND total - 20"
DONE = "SELECT attempts FROM accounts_job WHERE id = %s AND state = 'done'"
EXPECTED = """
SELECT r.id, p.id FROM registry_person p JOIN forms_engine_report r
  ON r.dispatch_id = %s AND p.area_code BETWEEN r.area_code AND r.area_code + 999999
WHERE p.closed_on IS NULL AND p.death_date IS NULL
"""
WRITTEN = """
SELECT w.report_id, w.subject_id FROM forms_engine_reportrow w
JOIN forms_engine_report r ON r.id = w.report_id WHERE r.dispatch_id = %s
"""


@pytest.fixture(scope="module")
def stack_settings() -> dict[str, str]:
    return {"JOB_LEASE_SECONDS": "3"}


@pytest.fixture(scope="module")
def district(portal_stack: PortalStack) -> list[int]:
    """Codes of all communities of the district, with people in every one."""
    manage(portal_stack.database, "seed", "--persons", str(PEOPLE), "--processes", "1", owner=True)
    found = "SELECT code FROM accounts_area WHERE level = 'community' AND code BETWEEN %s AND %s ORDER BY code"
    return [code for (code,) in portal_stack.rows(found, CHONGMING, CHONGMING + 10**12 - 1)]


def test_another_worker_finishes_what_a_killed_one_began(portal_stack: PortalStack, district: list[int]) -> None:
    sent = send_out_and_kill(portal_stack, "全员名册一", district, "worker")
    (state, done) = portal_stack.rows("SELECT state, done FROM accounts_job WHERE id = %s", sent.job)[0]
    assert state == "running"
    assert 0 < done < len(district)

    portal_stack.restart("worker")
    assert attempts_until_done(portal_stack, sent) == 2
    every_person_is_there_once(portal_stack, sent, len(district))


def test_a_dispatch_outlives_redis(portal_stack: PortalStack, district: list[int]) -> None:
    sent = send_out_and_kill(portal_stack, "全员名册二", district, "redis")
    portal_stack.restart("redis")
    attempts_until_done(portal_stack, sent)
    every_person_is_there_once(portal_stack, sent, len(district))


def test_a_form_sent_while_redis_is_dead_goes_out_when_it_is_back(portal_stack: PortalStack) -> None:
    portal_stack.kill("redis")
    sent = send_out(portal_stack, "全员名册三", areas=DEMO_COMMUNITIES)
    assert portal_stack.rows("SELECT state FROM accounts_job WHERE id = %s", sent.job) == [("waiting",)]
    portal_stack.restart("redis")
    attempts_until_done(portal_stack, sent)
    every_person_is_there_once(portal_stack, sent, len(DEMO_COMMUNITIES))


def send_out_and_kill(stack: PortalStack, name: str, areas: list[int], victim: str) -> Sent:
    """Send the form to all of them and kill a process while the rows are being written."""
    ((last,),) = stack.rows("SELECT coalesce(max(id), 0) FROM accounts_job")
    with ThreadPoolExecutor(1) as beside:
        sending = beside.submit(send_out, stack, name, areas=areas)
        wait_for(lambda: stack.rows(IN_THE_MIDDLE, last), "the worker is in the middle of it", seconds=60)
        stack.kill(victim)
        return sending.result()


def attempts_until_done(stack: PortalStack, sent: Sent) -> int:
    """How often the job was begun, once it is done. What ends by itself meanwhile is started again."""

    def done() -> list[tuple]:
        stack.wait_until_ready()
        return stack.rows(DONE, sent.job)

    return wait_for(done, "the job ends", seconds=90)[0][0]


def every_person_is_there_once(stack: PortalStack, sent: Sent, communities: int) -> None:
    """The rows are the people of the registry, one by one; every village has its report, open for filling."""
    expected = stack.rows(EXPECTED, sent.dispatch)
    assert len(expected) > 1000
    assert sorted(stack.rows(WRITTEN, sent.dispatch)) == sorted(expected)
    states = stack.rows(
        "SELECT state, count(*) FROM forms_engine_report WHERE dispatch_id = %s GROUP BY 1", sent.dispatch
    )
    assert states == [("filling", communities)]
