"""The portal as processes: it works without Redis for a while, says so, and counts as one."""

import json
import urllib.error
import urllib.request

import pytest

from tests.stack import PortalStack

TOKEN = "t" * 40


@pytest.fixture(scope="module")
def stack_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"METRICS_TOKEN": TOKEN, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path_factory.mktemp("metrics"))}


def asked(url: str, *, token: str = "") -> tuple[int, str]:
    """Status and text of a page."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


@pytest.mark.faults
def test_pages_go_on_while_redis_is_dead_and_the_worker_comes_back_with_it(portal_stack: PortalStack) -> None:
    portal_stack.kill("redis")

    status, said = asked(f"{portal_stack.url}/readyz")
    assert (status, json.loads(said)["redis"], json.loads(said)["database"]) == (503, False, True)
    assert asked(f"{portal_stack.url}/healthz") == (200, "ok")
    assert asked(f"{portal_stack.url}/login/")[0] == 200

    portal_stack.restart("redis")
    assert asked(f"{portal_stack.url}/readyz")[0] == 200


@pytest.mark.faults
def test_a_killed_web_leaves_no_process_on_its_port_and_starts_again(portal_stack: PortalStack) -> None:
    portal_stack.kill("web")
    with pytest.raises(urllib.error.URLError):
        asked(f"{portal_stack.url}/healthz")

    portal_stack.restart("web")
    assert asked(f"{portal_stack.url}/healthz") == (200, "ok")


@pytest.mark.canary
def test_logs_of_the_processes_hold_no_searched_text(portal_stack: PortalStack) -> None:
    asked(f"{portal_stack.url}/nowhere/310230194001011234?q=%E5%BC%A0%E4%B8%89")
    asked(f"{portal_stack.url}/healthz?name=%E5%BC%A0%E4%B8%89")

    said = portal_stack.log()
    assert "张三" not in said
    assert "%E5%BC%A0" not in said
    assert "310230194001011234" not in said


def test_whichever_web_process_answers_tells_the_counts_of_all(portal_stack: PortalStack) -> None:
    def figure(name: str) -> float:
        said = asked(f"{portal_stack.url}/metrics", token=TOKEN)[1]
        return next((float(line.rpartition(" ")[2]) for line in said.splitlines() if line.startswith(f"{name} ")), 0)

    logins = 'portal_request_seconds_count{status="200",view="accounts:login"}'
    before = figure(logins)
    for _ in range(40):
        asked(f"{portal_stack.url}/login/")

    assert {figure(logins) for _ in range(10)} == {before + 40}
    assert figure('portal_up{part="worker"}') == 1
    assert asked(f"{portal_stack.url}/metrics")[0] == 401
