"""The demo tags go through the real steps on a copy of the demo database."""

from collections.abc import Iterator

import psycopg2
import pytest

from tests.databases import admin_url, copy_database, demo_template, drop_database, manage

CARRIED = """
SELECT t.name, count(k.subject_id) FROM tagging_tag t
LEFT JOIN tagging_subjecttags k ON t.id = ANY(k.tags) GROUP BY t.name
"""


@pytest.fixture
def demo() -> Iterator[str]:
    name = copy_database(demo_template(), "portal_demo_tags")
    yield name
    drop_database(name)


def test_the_demo_tags_are_asked_for_once_and_fill(demo):
    assert "新增 13 个" in manage(demo, "seed_tags")
    assert "新增 0 个" in manage(demo, "seed_tags")
    connection = psycopg2.connect(admin_url(demo))
    with connection, connection.cursor() as cursor:
        cursor.execute(CARRIED)
        carried = dict(cursor.fetchall())
    connection.close()
    print(carried)
    by_hand = {"需要送餐", "党员中心户"}
    assert {name for name, many in carried.items() if not many} <= by_hand | {"百岁老人"}
    assert carried["高龄老人"] > carried["重点探访老人"] > 0
