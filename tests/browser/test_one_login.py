"""One login for all, by clients that nobody here wrote: Debian's mod_auth_openidc and mod_auth_cas, and Authlib."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.sync_api import Browser, Page, expect

from accounts.demo import DEMO_PASSWORD
from portal.embedded.redis import free_port
from tests.apache.running import Apache, running
from tests.authlib_client.running import AuthlibSite
from tests.authlib_client.running import running as running_site
from tests.browser.connecting import connect_apache, connect_authlib
from tests.browser.people import DESKTOP, sit_down, wait_for
from tests.stack import PortalStack

GOING_ON = "SELECT count(*) FROM portal_signon WHERE ended_at IS NULL"
UNTOLD = "SELECT count(*) FROM portal_signon WHERE ended_at IS NOT NULL AND told_at IS NULL"


@pytest.fixture(scope="module")
def apache() -> Apache:
    return Apache(free_port())


@pytest.fixture(scope="module")
def site() -> AuthlibSite:
    return AuthlibSite(free_port())


@pytest.fixture(scope="module")
def stack_settings(apache: Apache, site: AuthlibSite) -> dict[str, str]:
    return {"OUTBOUND_HOSTS": f"{apache.url},{site.url}"}


@pytest.fixture(scope="module")
def connected(portal_stack: PortalStack, apache: Apache) -> Iterator[dict[str, str]]:
    told = connect_apache(portal_stack, apache)
    with running(apache, issuer=portal_stack.url, **told):
        yield told


@pytest.fixture(scope="module")
def pages(
    portal_stack: PortalStack, apache: Apache, site: AuthlibSite, connected: dict[str, str]
) -> Iterator[dict[str, str]]:
    """A protected page of each client: all three run, and the portal knows them."""
    told = connect_authlib(portal_stack, site)
    with running_site(site, issuer=portal_stack.url, **told):
        yield {"oidc": apache.oidc_page, "cas": apache.cas_page, "authlib": site.home}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", viewport=DESKTOP)
    yield context.new_page()
    context.close()


def log_in(page: Page, username: str = "wangjianguo") -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def log_out(page: Page, stack: PortalStack) -> None:
    """From the portal's own menu."""
    page.goto(stack.url)
    page.locator(".menu-user summary").click()
    page.get_by_role("button", name="退出登录", exact=True).click()
    expect(page.get_by_label("用户名")).to_be_visible()


def is_sent_to_log_in(page: Page, url: str, stack: PortalStack) -> bool:
    page.goto(url)
    return page.url.startswith(f"{stack.url}/login/")


@pytest.mark.parametrize("kind", ["oidc", "cas", "authlib"])
def test_a_worker_logs_in_at_the_portal_for_a_system_and_leaves_both_at_once(
    page: Page, portal_stack: PortalStack, pages: dict[str, str], kind: str
) -> None:
    url = pages[kind]
    page.goto(url)
    assert page.url.startswith(f"{portal_stack.url}/login/")
    log_in(page)
    expect(page.get_by_role("heading", name=f"{kind} 系统")).to_be_visible()
    assert page.url == url
    expect(page.locator("#role")).to_have_text("community_worker")
    page.reload()
    expect(page.get_by_role("heading", name=f"{kind} 系统")).to_be_visible()
    log_out(page, portal_stack)
    wait_for(lambda: is_sent_to_log_in(page, url, portal_stack), f"{kind}: the session at the system ends")
    wait_for(lambda: portal_stack.rows(UNTOLD) == [(0,)], "the system has heard")


def test_from_the_directory_it_takes_one_click(
    browser: Browser, portal_stack: PortalStack, apache: Apache, connected: dict[str, str], screenshots: Path
) -> None:
    worker = sit_down(browser, portal_stack, screenshots, "王建国")
    worker.choose("应用目录")
    for name, heading in {"养老探访平台": "oidc 系统", "残疾人服务系统": "cas 系统"}.items():
        with worker.page.context.expect_page() as opened:
            worker.press(f"进入{name}")
        expect(opened.value.get_by_role("heading", name=heading)).to_be_visible()
    worker.open("/me/systems/")
    expect(worker.page.locator("tbody tr")).to_have_count(2)
    worker.photograph("signed-on")
    worker.press("结束在养老探访平台的登录")
    worker.is_told("已结束")
    tab = worker.page.context.new_page()

    def enters_again() -> bool:
        # Still logged in at the portal, the worker is let in anew: by a second sign-on.
        tab.goto(apache.oidc_page)
        return portal_stack.rows(GOING_ON) == [(2,)]

    wait_for(enters_again, "the session that was ended is gone at the system")


@pytest.mark.parametrize("kind", ["oidc", "authlib"])
def test_logging_out_at_the_system_logs_out_of_the_portal_and_comes_back(
    page: Page, portal_stack: PortalStack, apache: Apache, site: AuthlibSite, pages: dict[str, str], kind: str
) -> None:
    page.goto(pages[kind])
    log_in(page, "huangzhiming")
    expect(page.get_by_role("heading", name=f"{kind} 系统")).to_be_visible()
    page.goto(f"{apache.callback}?logout={apache.goodbye}" if kind == "oidc" else site.leave)
    expect(page.get_by_role("heading", name="再见")).to_be_visible()
    assert is_sent_to_log_in(page, portal_stack.url, portal_stack)


# Authlib --------------------------------------------------------------------------------------------------------------
def browse(url: str, stack: PortalStack, username: str) -> str:
    """A person without a browser's chrome follows the link and logs in. Returns where the system gets them back."""
    person = requests.Session()
    answer = person.get(url, timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
    assert token is not None, answer.text
    sent = {"csrfmiddlewaretoken": token[1], "username": username, "password": DEMO_PASSWORD}
    answer = person.post(answer.url, sent, allow_redirects=False, timeout=20)
    while answer.is_redirect:
        here = requests.compat.urljoin(answer.url, answer.headers["Location"])
        if not here.startswith(stack.url):
            return here
        answer = person.get(here, allow_redirects=False, timeout=20)
    raise AssertionError(answer.text)


def test_authlib_logs_in_checks_the_identity_renews_and_reads_who_it_is(
    portal_stack: PortalStack, apache: Apache, connected: dict[str, str]
) -> None:
    told: dict[str, Any] = requests.get(f"{portal_stack.url}/.well-known/openid-configuration", timeout=20).json()
    client = OAuth2Session(
        connected["client_id"],
        connected["secret"],
        scope="openid profile",
        redirect_uri=apache.callback,
        code_challenge_method="S256",
        token_endpoint=told["token_endpoint"],
    )
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    url, state = client.create_authorization_url(told["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    back = browse(url, portal_stack, "shenlijuan")
    assert f"state={state}" in back
    tokens = client.fetch_token(told["token_endpoint"], authorization_response=back, code_verifier=verifier)
    keys = KeySet.import_key_set(requests.get(told["jwks_uri"], timeout=20).json())
    read = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    rules = {"iss": told["issuer"], "aud": connected["client_id"], "nonce": nonce, "name": "沈丽娟"}
    jwt.JWTClaimsRegistry(
        **{name: {"essential": True, "value": value} for name, value in rules.items()}, exp={"essential": True}
    ).validate(read.claims)
    assert client.get(told["userinfo_endpoint"]).json()["sub"] == read.claims["sub"]
    renewed = client.refresh_token(told["token_endpoint"])
    assert renewed["access_token"] != tokens["access_token"]
    assert client.get(told["userinfo_endpoint"]).json()["area_name"] == read.claims["area_name"]
