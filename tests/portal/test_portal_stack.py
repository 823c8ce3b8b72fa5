"""The portal as processes: it works without Redis for a while, and says so."""

import json
import urllib.error
import urllib.request

import pytest

from tests.stack import PortalStack


def asked(url: str) -> tuple[int, str]:
    """Status and text of a page."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
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
