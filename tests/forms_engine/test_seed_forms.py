"""The demo forms go through the real steps on a copy of the demo database."""

from collections.abc import Iterator

import pytest

from tests.databases import copy_database, demo_template, drop_database, manage


@pytest.fixture
def demo() -> Iterator[str]:
    name = copy_database(demo_template(), "portal_demo_forms")
    yield name
    drop_database(name)


def test_the_demo_forms_are_brought_once(demo):
    assert "新增 4 张" in manage(demo, "seed_forms")
    assert "新增 0 张" in manage(demo, "seed_forms")
