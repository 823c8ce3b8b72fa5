"""Every main page of every role: read aloud, on a phone, on a slow line, by keyboard alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from accounts.demo import DEMO_PASSWORD
from accounts.roles import Role
from portal.places import ROOT
from registry.seeding.cast import CAST
from tests.browser.objects import make_objects
from tests.browser.pages import GRIDS, PAGES, keys_of
from tests.browser.people import DESKTOP, PHONE, Person, sit_down
from tests.stack import PortalStack

ROLES = {member.name: member.role for member in CAST}
FIRST = {ROLES[name]: name for name in reversed(PAGES)}
"""Who opens the menu of each role."""
AXE = ROOT / "node_modules/axe-core/axe.min.js"
MOST_BYTES = 300_000
NARROW = (PHONE["width"], DESKTOP["width"] // 2)
"""A phone, and the office's screen at 200%."""
_HEAVY = "script[src*='echarts'], script[src*='swagger']"
"""Charts and the documentation of the API, loaded where they are used alone."""
_RUN_AXE = """async (context) => (await axe.run(context, { resultTypes: ["violations"] })).violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map((found) => [found.id, found.nodes.map((node) => node.html.slice(0, 160)).slice(0, 9)])"""
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_FOCUSED = """() => {
    const it = document.activeElement;
    return [it.innerText || it.getAttribute("aria-label") || it.id, getComputedStyle(it).outlineStyle];
}"""


@dataclass(frozen=True)
class Visit:
    """What was seen on one page. sideways: pixels too wide, by width of the screen. weight: bytes, empty cache.

    ordinary: without charts.
    """

    refused: bool
    findings: list[Any]
    sideways: dict[int, int]
    weight: int
    ordinary: bool


Visits = Callable[[str], dict[str, Visit]]


@pytest.fixture(scope="module")
def keys(portal_stack: PortalStack) -> dict[str, int]:
    """Keys of the demo data, whose forms and tags are brought first, and of what it does not bring."""
    portal_stack.manage("seed_forms")
    portal_stack.manage("seed_tags")
    return keys_of(portal_stack) | make_objects(portal_stack)


@pytest.fixture(scope="module")
def visits(browser: Browser, portal_stack: PortalStack, tmp_path_factory: Any, keys: dict[str, int]) -> Visits:
    """The menu's pages and those of `PAGES` opened once, person by person, when a test first asks for the person."""

    @cache
    def of(name: str) -> dict[str, Visit]:
        person = sit_down(browser, portal_stack, tmp_path_factory.mktemp("pictures"), name)
        session = person.page.context.new_cdp_session(person.page)
        menu = menu_of(person) if name in FIRST.values() else []
        addresses = dict.fromkeys([*menu, *PAGES[name]])
        seen = {address: visit(person, session, address.format(**keys)) for address in addresses}
        person.page.context.close()
        return seen

    return of


def menu_of(person: Person) -> list[str]:
    """Addresses of every entry that the post's menu shows."""
    links = person.page.get_by_role("navigation", name="主菜单").get_by_role("link").all()
    return [str(link.get_attribute("href")) for link in links]


def visit(person: Person, session: CDPSession, address: str) -> Visit:
    person.page.set_viewport_size(DESKTOP)
    weight = weight_of(person, session, address)
    refused = person.page.locator("h1").inner_text() in ("没有找到这一页", "不能进入", "登录")
    sideways = {width: too_wide(person.page, width) for width in NARROW}
    ordinary = person.page.locator(_HEAVY).count() == 0
    return Visit(refused, findings(person.page), sideways, weight, ordinary)


def findings(page: Page, *, beside: str = "") -> list[Any]:
    """Serious and critical findings of axe on a phone and on the office's screen. beside: a part that is left out."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [found for screen in (PHONE, DESKTOP) for found in _run_axe(page, screen, beside)]


def _run_axe(page: Page, screen: dict[str, int], beside: str) -> list[Any]:
    page.set_viewport_size(screen)
    found: list[Any] = page.evaluate(_RUN_AXE, {"exclude": [[beside]]} if beside else {"include": [["html"]]})
    return found


def too_wide(page: Page, width: int) -> int:
    page.set_viewport_size({"width": width, "height": PHONE["height"]})
    pixels: int = page.evaluate(_SIDEWAYS)
    return pixels


def weight_of(person: Person, session: CDPSession, address: str) -> int:
    """Open a page with nothing in the cache. Returns the bytes that crossed the line."""
    sizes: list[float] = []

    def note(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.loadingFinished", note)
    person.open(address)
    session.remove_listener("Network.loadingFinished", note)
    return int(sum(sizes))


def test_somebody_of_each_role_opens_the_pages() -> None:
    """So an entry that is new in the menu is looked at by itself."""
    assert FIRST.keys() == set(Role)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_keeps_a_screen_reader_out(visits: Visits, name: str) -> None:
    assert not [address for address, seen in visits(name).items() if seen.refused]
    assert {address: seen.findings for address, seen in visits(name).items() if seen.findings} == {}


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_on_a_phone_or_at_double_size(visits: Visits, name: str) -> None:
    assert {address: seen.sideways for address, seen in visits(name).items() if any(seen.sideways.values())} == {}


@pytest.mark.parametrize("name", PAGES)
def test_an_ordinary_page_is_light_even_the_first_time(visits: Visits, name: str) -> None:
    weights = {address: seen.weight for address, seen in visits(name).items() if seen.ordinary}
    assert {address: weight for address, weight in weights.items() if weight > MOST_BYTES} == {}
    assert min(seen.weight for seen in visits(name).values()) > MOST_BYTES / 100


@pytest.mark.parametrize("name", GRIDS)
def test_the_grid_page_keeps_no_screen_reader_out(
    browser: Browser, portal_stack: PortalStack, screenshots: Path, keys: dict[str, int], name: str
) -> None:
    """RevoGrid's own boxes are left out: the pen is what a reader meets, and it tells row, column and value."""
    person = sit_down(browser, portal_stack, screenshots, name)
    person.open(GRIDS[name].format(**keys))
    grid = person.grid.is_ready()
    assert findings(person.page, beside="revo-grid") == []
    expect(grid.page.locator("revo-grid [role]")).to_have_count(0)
    person.page.context.close()


def test_a_worker_finds_a_resident_by_keyboard_alone(browser: Browser, portal_stack: PortalStack) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    name = portal_stack.rows("SELECT name FROM registry_person ORDER BY id LIMIT 1")[0][0]
    log_in_by_keyboard(context, page, portal_stack)
    tab_to(page, "top-search")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="居民", exact=True)).to_be_visible()
    tab_to(page, name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    tab_to(page, "修改")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("修改居民")
    context.close()


def log_in_by_keyboard(context: BrowserContext, page: Page, stack: PortalStack) -> None:
    """The user name has the focus when the page opens."""
    page.goto(f"{stack.url}/login/")
    page.keyboard.type("wangjianguo")
    page.keyboard.press("Tab")
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("待办")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until that link, button or field has the focus, which must be seen on every step."""
    passed = []
    for _ in range(80):
        page.keyboard.press("Tab")
        text, outline = page.evaluate(_FOCUSED)
        assert outline != "none", f"no visible focus on {text!r}"
        if text.strip() == name:
            return
        passed.append(text)
    raise AssertionError(f"Tab never reached {name!r}, but {passed}")
