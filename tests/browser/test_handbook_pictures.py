"""The pictures of the handbook, taken anew from the demo: scripts/handbook_pictures.sh keeps them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from portal.places import ROOT
from tests.browser.objects import make_objects
from tests.browser.pages import keys_of
from tests.browser.people import DESKTOP, PHONE, Person, sit_down
from tests.stack import PortalStack

HANDBOOK = ROOT / "docs/handbook"
MOST_BYTES = 150_000
TAKEN = {
    "worker-home": ("王建国", "/"),
    "worker-grid": ("王建国", "/reports/{report}/"),
    "worker-submit": ("王建国", "/reports/{report}/submit/"),
    "worker-card": ("王建国", "/residents/{person}"),
    "worker-event": ("王建国", "/events/report"),
    "town-home": ("顾文杰", "/"),
    "town-review": ("顾文杰", "/review/{report}/"),
    "district-admission": ("徐静", "/admissions/{submitted}/"),
    "district-card": ("徐静", "/residents/{person}"),
    "department-columns": ("杨帆", "/forms/{draft}/columns/"),
    "department-form": ("张敏", "/forms/{form}/"),
    "department-system": ("张敏", "/systems/{system}/"),
    "department-dispatch": ("张敏", "/dispatches/{dispatch}/"),
    "system-status": ("俞涛", "/status/"),
    "security-people": ("汤洁", "/people/"),
    "audit-log": ("季平", "/audit/"),
}
"""Name of the picture: who sees it, and where."""
ON_THE_PHONE = {"worker-phone": ("王建国", "/reports/{report}/rows/{subject}/")}
_PICTURE = re.compile(r"!\[[^\]]+\]\(images/([\w-]+)\.png\)")


@pytest.fixture(scope="module")
def keys(portal_stack: PortalStack) -> dict[str, int]:
    portal_stack.manage("seed_forms")
    portal_stack.manage("seed_tags")
    return keys_of(portal_stack) | make_objects(portal_stack)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_picture_of_the_handbook_can_be_taken(
    browser: Browser, portal_stack: PortalStack, screenshots: Path, keys: dict[str, int], screen: dict[str, int]
) -> None:
    folder = screenshots / "handbook"
    folder.mkdir(exist_ok=True)
    people: dict[str, Person] = {}
    wanted = ON_THE_PHONE if screen == PHONE else TAKEN
    for picture, (name, address) in wanted.items():
        if name not in people:
            people[name] = sit_down(browser, portal_stack, folder, name, screen=screen)
        take(people[name], picture, address.format(**keys))
    assert {path.stem for path in folder.glob("*.png")} >= set(wanted)


def take(person: Person, picture: str, address: str) -> None:
    """Open the page; in a grid wait until the rows are there."""
    response = person.page.goto(person.stack.url + address)
    assert response is not None
    assert response.status == 200, address
    if person.page.locator("[data-grid]").is_visible():
        person.grid.is_ready()
        person.page.wait_for_selector("revogr-data [data-rgrow='3']")
    person.photograph(picture)


@pytest.mark.parametrize("page", sorted(HANDBOOK.glob("*.md")), ids=lambda page: page.stem)
def test_every_picture_in_the_handbook_is_kept_and_small(page: Path) -> None:
    for name in _PICTURE.findall(page.read_text(encoding="utf-8")):
        assert name in TAKEN | ON_THE_PHONE
        assert (HANDBOOK / "images" / f"{name}.png").stat().st_size < MOST_BYTES
