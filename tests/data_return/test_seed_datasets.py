"""The demo datasets go through the real steps on a copy of the demo database."""

from collections.abc import Iterator

import psycopg2
import pytest

from tests.databases import admin_url, copy_database, demo_template, drop_database, manage

HELD = """
SELECT d.name, count(r.id), count(r.person_id), (SELECT sum(l.error_count) FROM data_return_datasetload l
    WHERE l.dataset_id = d.id), (SELECT count(*) FROM data_return_grant g WHERE g.dataset_id = d.id)
FROM data_return_dataset d LEFT JOIN data_return_returnedrecord r ON r.dataset_id = d.id GROUP BY d.id
"""


@pytest.fixture
def demo() -> Iterator[str]:
    name = copy_database(demo_template(), "portal_demo_datasets")
    yield name
    drop_database(name)


def test_the_demo_datasets_are_published_filled_and_granted_once(demo):
    assert "新增 2 个" in manage(demo, "seed_datasets")
    assert "新增 0 个" in manage(demo, "seed_datasets")
    connection = psycopg2.connect(admin_url(demo))
    with connection, connection.cursor() as cursor:
        cursor.execute(HELD)
        held = cursor.fetchall()
    connection.close()
    assert {name for name, *_ in held} == {"残疾人两项补贴发放名单", "最低生活保障对象名单"}
    for _, records, matched, errors, grants in held:
        assert records - matched == 2
        assert matched > 50
        assert (errors, grants) == (0, 2)
