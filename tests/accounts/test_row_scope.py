"""The wall as the database enforces it: these tests talk to PostgreSQL as portal_app, not to our code."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.checks import find_role_errors
from accounts.models import AuditEntry
from accounts.scope import acting_as, limited_to, whole_tree
from registry.models import Person
from tests.factories import DISTRICT, EAST, EAST_GRID, WEST, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.rls]

SCOPED_TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid),
       EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = c.relname || '_district')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'area_code' AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY 1
"""
UNIQUE_WITHOUT_DISTRICT = """
SELECT i.indexrelid::regclass::text
FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'area_code'
WHERE i.indisunique AND NOT EXISTS (
    SELECT 1 FROM pg_attribute d WHERE d.attrelid = i.indrelid AND d.attname = 'district' AND d.attnum = ANY(i.indkey))
"""
TABLES_ABOUT_PEOPLE = 17


def rows(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall()


def test_every_table_with_an_area_code_is_forced_behind_a_policy():
    tables = rows(SCOPED_TABLES)
    assert len(tables) >= TABLES_ABOUT_PEOPLE
    assert [table for table in tables if not all(table[1:])] == []


def test_every_unique_key_of_a_scoped_table_carries_the_district():
    assert rows(UNIQUE_WITHOUT_DISTRICT) == []


def test_the_app_role_owns_nothing_and_bypasses_nothing():
    assert rows("SELECT current_user")[0][0] == "portal_app"
    assert find_role_errors() == []


def test_a_worker_sees_the_own_village_only(cast):
    with acting_as(cast.town):
        mine, theirs = make_person(EAST), make_person(WEST)
    with acting_as(cast.worker):
        assert set(Person.objects.values_list("pk", flat=True)) == {mine.pk}
        assert not Person.objects.filter(pk=theirs.pk).exists()


def test_both_villages_see_who_lives_in_one_and_is_registered_in_the_other(cast):
    with acting_as(cast.town):
        person = make_person(EAST, registered=WEST)
    for actor in (cast.worker, cast.neighbour):
        with acting_as(actor):
            assert Person.objects.filter(pk=person.pk).exists()


def test_a_grid_worker_sees_the_grid_and_not_the_rest_of_the_village(cast):
    with acting_as(cast.worker):
        inside, _outside = make_person(EAST_GRID), make_person(EAST)
    with acting_as(cast.grid_worker):
        assert list(Person.objects.values_list("pk", flat=True)) == [inside.pk]


def test_a_separated_administrator_sees_nobody(cast):
    with acting_as(cast.worker):
        make_person(EAST)
    with acting_as(cast.system):
        assert not Person.objects.exists()


def test_a_row_cannot_be_written_into_the_next_village(cast):
    with acting_as(cast.worker), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        make_person(WEST)


def test_a_row_cannot_be_pushed_out_of_the_own_village(cast):
    with acting_as(cast.worker):
        person = make_person(EAST)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(area_code=WEST, registered_area_code=WEST)


def test_the_district_of_a_row_cannot_differ_from_its_area(cast):
    with acting_as(cast.worker):
        person = make_person(EAST)
        with pytest.raises(IntegrityError, match="registry_person_district"), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(district=320206)


def test_the_old_row_is_kept_behind_the_same_wall(cast):
    with acting_as(cast.worker):
        person = make_person(EAST)
        Person.objects.filter(pk=person.pk).update(phone="13900000001")
        assert person.history.count() == 1
    with acting_as(cast.neighbour):
        assert person.history.count() == 0


def test_history_cannot_be_rewritten(cast):
    with acting_as(cast.worker), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows("UPDATE registry_personhistory SET name = '' RETURNING 1")


def test_the_scope_ends_with_its_block(cast):
    with acting_as(cast.worker):
        make_person(EAST)
    assert not Person.objects.exists()


def test_an_inner_scope_gives_way_to_the_outer_one(cast):
    with acting_as(cast.worker):
        make_person(EAST)
        with limited_to(None):
            assert not Person.objects.exists()
        assert Person.objects.count() == 1


def test_the_search_function_keeps_to_the_scope(cast):
    with acting_as(cast.town):
        make_person(EAST, name="欧阳桂兰")
        theirs = make_person(WEST, name="欧阳桂芳")
    with acting_as(cast.neighbour):
        assert rows("SELECT * FROM registry_search_people('桂', 50)") == [(theirs.pk,)]
    assert rows("SELECT * FROM registry_search_people('桂', 50)") == []


def test_the_whole_tree_is_opened_with_a_reason_that_is_audited(cast, django_db_blocker):
    before = rows("SELECT max(id) FROM accounts_auditentry")[0][0] or 0
    with whole_tree(reason="测试"):
        make_person(EAST)
        make_person(DISTRICT)
        assert Person.objects.count() == 2
    assert rows("SELECT max(id) FROM accounts_auditentry")[0][0] > before


@pytest.mark.parametrize("statement", ["SELECT action FROM {}", "UPDATE {} SET action = ''", "DELETE FROM {}"])
def test_the_app_can_neither_read_nor_change_nor_remove_an_audit_line(statement):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows(statement.format(AuditEntry._meta.db_table) + ("" if "SELECT" in statement else " RETURNING 1"))


def test_the_app_cannot_lift_the_wall():
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
        rows("ALTER TABLE registry_person DISABLE ROW LEVEL SECURITY")
