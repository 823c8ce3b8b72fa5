"""What psql shows to portal_app without a scope, when the tables are full: nothing."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db, pytest.mark.rls]

ABOUT_PEOPLE = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'area_code'
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""


def test_without_a_scope_no_table_about_people_shows_a_row(report):
    with connection.cursor() as cursor:
        cursor.execute(ABOUT_PEOPLE)
        tables = [name for (name,) in cursor.fetchall()]
        counts = {}
        for name in tables:
            cursor.execute(f"SELECT count(*) FROM {name}")
            counts[name] = cursor.fetchone()[0]
    assert "registry_person" in counts
    assert set(counts.values()) == {0}
