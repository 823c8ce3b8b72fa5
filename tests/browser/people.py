"""People of the demo cast at their browsers: how they log in, find their way and work in the grid."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import Error as PlaywrightError

from accounts.demo import DEMO_PASSWORD
from accounts.roles import SECOND_FACTOR_ROLES
from registry.seeding.cast import CAST
from tests.stack import PortalStack

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
_MEMBERS = {member.name: member for member in CAST}


def wait_for(true: Callable[[], Any], what: str, *, seconds: float = 30) -> Any:
    """The first truthy answer. Raises AssertionError with `what` when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := true():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"did not happen within {seconds:.0f} s: {what}")


def photograph(page: Page, path: Path, *, full_page: bool = False) -> None:
    """Keep a picture of a page. Chromium now and then refuses one and takes the same picture a moment later."""
    try:
        page.screenshot(path=path, full_page=full_page)
    except PlaywrightError as refused:
        if "Unable to capture screenshot" not in refused.message:
            raise
        page.wait_for_timeout(500)
        page.screenshot(path=path, full_page=full_page)


def recovery_code(stack: PortalStack, name: str) -> str:
    """A code as the demo prints it for whoever has no phone at hand."""
    username = _MEMBERS[name].username
    line = next(line for line in stack.manage("demo_logins").splitlines() if line.startswith(f"{username} "))
    return re.findall(r"\b[a-z2-9]{4}-[a-z2-9]{4}\b", line)[0]


@dataclass
class Person:
    """Somebody of the cast with a browser window of their own."""

    name: str
    stack: PortalStack
    page: Page
    pictures: Path
    script_errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.stack.url + path)

    def press(self, name: str) -> None:
        """Press the one button of that name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Follow the first link whose text begins like that."""
        self.page.get_by_role("link", name=re.compile(f"^{re.escape(name)}")).first.click()

    def choose(self, entry: str) -> None:
        """Open a page of the menu; its badge of waiting work may stand behind the name."""
        self.page.get_by_role("navigation", name="主菜单").get_by_role("link", name=re.compile(f"^{entry}")).click()

    def is_told(self, sentence: str) -> None:
        """A notice with these words is on the page."""
        expect(self.page.locator("#messages")).to_contain_text(sentence)

    def photograph(self, name: str) -> None:
        """Keep a picture of the page as it stands."""
        photograph(self.page, self.pictures / f"{name}.png")

    def gives_code_if_asked(self) -> None:
        """On the page of the second factor give a code; it is asked for again minutes after the last one."""
        if "/second-factor/" in self.page.url:
            self.page.get_by_label("验证码").fill(recovery_code(self.stack, self.name))
            self.press("继续")

    @property
    def grid(self) -> "Grid":
        return Grid(self.page, self.script_errors)


def sit_down(browser: Browser, stack: PortalStack, pictures: Path, name: str, *, screen: Any = None) -> Person:
    """A new browser window with `name` logged in, second factor included."""
    phone = screen == PHONE
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport=screen or DESKTOP, has_touch=phone, is_mobile=phone
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    person = Person(name, stack, context.new_page(), pictures)
    person.page.on("pageerror", lambda error: person.script_errors.append(str(error)))
    member = _MEMBERS[name]
    code = recovery_code(stack, name) if member.role in SECOND_FACTOR_ROLES else ""
    person.open("/login/")
    person.page.get_by_label("用户名").fill(member.username)
    person.page.get_by_label("密码").fill(DEMO_PASSWORD)
    person.press("登录")
    if code:
        person.page.get_by_label("验证码").fill(code)
        person.press("继续")
    expect(person.page.locator(".menu-user summary")).to_contain_text(name)
    return person


_JUMP = """(hash) => new Promise((resolve) => {
    history.replaceState(null, "", location.pathname);
    addEventListener("hashchange", resolve, { once: true });
    location.hash = hash;
})"""


class Grid:
    """The grid of a report by its addresses: subject and letter of the column."""

    def __init__(self, page: Page, script_errors: list[str]) -> None:
        self.page, self.script_errors = page, script_errors
        self.pen = page.locator("input.pen")
        self.status = page.locator(".grid-status")

    def is_ready(self) -> "Grid":
        expect(self.page.locator("[data-grid][data-ready=true]"), str(self.script_errors)).to_be_attached(
            timeout=30_000
        )
        return self

    def go(self, subject_id: int, letter: str) -> None:
        """Select a cell, as a link of the list of gaps does."""
        self.page.evaluate(_JUMP, f"#cell-{subject_id}-{letter}")
        expect(self.pen).to_be_focused()

    def type(self, subject_id: int, letter: str, text: str) -> None:
        """Select a cell and type over it; Enter keeps it."""
        self.go(subject_id, letter)
        self.page.keyboard.type(text)
        expect(self.pen).to_have_value(text)
        self.page.keyboard.press("Enter")

    def paste(self, subject_id: int, letter: str, sheet: list[list[str]]) -> None:
        """Put cells on the clipboard as Excel does and paste them from this cell on."""
        self.page.evaluate(
            "(text) => navigator.clipboard.writeText(text)", "\r\n".join("\t".join(row) for row in sheet)
        )
        self.go(subject_id, letter)
        self.page.keyboard.press("Control+V")

    def is_saved(self) -> None:
        """The page says that everything has reached the server."""
        expect(self.status).to_contain_text("已自动保存", timeout=60_000)

    def count(self, name: str) -> Locator:
        """One of the counts above the grid: rows, missing, returned, ..."""
        return self.page.locator(f"[data-count={name}]")
