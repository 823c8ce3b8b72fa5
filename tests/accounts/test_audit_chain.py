"""What was written once cannot be changed, taken out or slipped in unseen."""

from contextlib import closing
from datetime import timedelta
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from accounts.audit import record_system
from accounts.audit_chain.digests import BEGINNING, seal_digest
from accounts.audit_chain.keeping import remove_expired_lines
from accounts.audit_chain.sealing import seal_lines
from accounts.audit_chain.verifying import Fault, verify_log
from accounts.models import AuditEntry, AuditSeal
from tests import databases

COLUMNS = (
    "at, action, object_type, object_id, result, details, post_role, purpose, address, reference, subject_type, "
    "subject_ids"
)
VALUES = "'{action}', '', '', 'ok', '{{}}', '', '', '', '', '', '{{}}'"


def run_as(role, *statements):
    """Statements of a database role in a transaction of their own, committed. Returns the last answer."""
    name = connection.settings_dict["NAME"]
    with closing(psycopg2.connect(databases.admin_url(name))) as other, other, other.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def tamper(*statements):
    """What somebody does who owns the whole server: every trigger off, and on again afterwards."""
    tables = ("accounts_auditentry", "accounts_auditseal")
    off = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables]
    on = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table in tables for name in ("kept", "kept_whole")]
    on.append("ALTER TABLE accounts_auditentry ENABLE ALWAYS TRIGGER stamp")
    return run_as("postgres", *off, *statements, *on)


@pytest.fixture
def log(django_db_setup, django_db_blocker):
    """An empty log, written to as in life: committed, over both connections. A copied database would cost seconds."""
    with django_db_blocker.unblock():
        yield
        tamper("TRUNCATE accounts_auditentry, accounts_auditseal")


@pytest.fixture
def lines(log):
    """Six sealed lines, by id."""
    for nth in range(6):
        record_system(f"tests.line{nth}", nth=nth)
    seal_lines()
    return list(AuditEntry.objects.using("audit").order_by("pk").values_list("pk", flat=True))


def verified():
    """What the command says, and its exit code."""
    said = StringIO()
    try:
        call_command("audit_verify", stdout=said)
    except CommandError as refusal:
        return said.getvalue(), refusal.returncode
    return said.getvalue(), 0


def problems():
    return {(problem.fault, problem.pk) for problem in verify_log().problems}


def test_an_untouched_log_is_whole_and_counted(lines):
    said, code = verified()
    assert code == 0
    assert "核对 6 条" in said
    record_system("tests.later")
    assert "待封存 1 条" in verified()[0]
    seal_lines()
    assert "核对 7 条" in verified()[0]
    assert [seal.number for seal in AuditSeal.objects.using("audit").order_by("number")] == [1, 2]


def test_a_changed_detail_names_its_line(lines):
    tamper(f"""UPDATE accounts_auditentry SET details = '{{"nth": 9}}' WHERE id = {lines[2]}""")
    assert problems() == {(Fault.CHANGED, lines[2])}
    said, code = verified()
    assert code == 1
    assert f"记录 {lines[2]} 内容被改过" in said


def test_no_column_can_be_changed_unseen(lines):
    columns = (
        "at = at + interval '1 microsecond'", "user_id = 1", "post_id = 1", "post_role = 'x'", "post_area = 1",
        "action = 'x'", "object_type = 'x'", "object_id = 'x'", "result = 'x'", "purpose = 'x'", "address = 'x'",
        "reference = 'x'", "subject_type = 'x'", "subject_ids = '{1}'", "details = '{}'",
    )  # fmt: skip
    assert len(columns) == len(AuditEntry._meta.concrete_fields) - 1
    for _ in columns:
        record_system("tests.more", nth=1)
    changed = list(range(lines[-1] + 1, lines[-1] + 1 + len(columns)))
    seal_lines()
    tamper(*(f"UPDATE accounts_auditentry SET {one} WHERE id = {pk}" for one, pk in zip(columns, changed, strict=True)))
    assert problems() == {(Fault.CHANGED, pk) for pk in changed}


def test_a_removed_line_is_named(lines):
    tamper(f"DELETE FROM accounts_auditentry WHERE id = {lines[1]}")
    assert problems() == {(Fault.MISSING, lines[1])}


def test_two_swapped_lines_are_both_named(lines):
    first, second = lines[1], lines[4]
    swap = f"CASE id WHEN {first} THEN {second} WHEN {second} THEN {first} END"
    hide = f"UPDATE accounts_auditentry SET id = -id WHERE id IN ({first}, {second})"
    tamper(hide, f"UPDATE accounts_auditentry SET id = {swap.replace('CASE id', 'CASE -id')} WHERE id < 0")
    assert problems() == {(Fault.CHANGED, first), (Fault.CHANGED, second)}


def test_a_line_slipped_into_the_past_is_named(lines):
    values = VALUES.format(action="tests.forged")
    tamper(
        f"INSERT INTO accounts_auditentry (id, {COLUMNS}) VALUES (900, now() - interval '2 days', {values})",
    )
    assert problems() == {(Fault.INSERTED, 900)}
    seal_lines()
    assert problems() == {(Fault.INSERTED, 900)}


def test_lines_cut_off_at_the_end_are_named(lines):
    tamper(f"DELETE FROM accounts_auditentry WHERE id >= {lines[4]}")
    assert problems() == {(Fault.MISSING, lines[4]), (Fault.MISSING, lines[5])}


def test_an_end_cut_off_with_its_seals_breaks_the_anchor_kept_outside(lines):
    record_system("tests.last")
    last = seal_lines()
    cut = f"DELETE FROM accounts_auditentry WHERE id > {lines[-1]}"
    tamper(f"DELETE FROM accounts_auditseal WHERE number = {last.number}", cut)
    assert problems() == set()
    with pytest.raises(CommandError):
        call_command("audit_verify", "--anchor", f"{last.number}:{bytes(last.digest).hex()}", stdout=StringIO())


def test_a_seal_that_was_changed_or_removed_is_named(lines):
    for _ in range(2):
        record_system("tests.more")
        seal_lines()
    tamper("UPDATE accounts_auditseal SET at = at - interval '1 second' WHERE number = 2")
    assert (Fault.SEAL_CHANGED, 2) in problems()
    tamper("DELETE FROM accounts_auditseal WHERE number = 2")
    assert (Fault.SEAL_MISSING, 3) in problems()


def test_nobody_without_the_key_can_seal_anew(lines, settings):
    """The owner of the database changes a line and computes everything again, with a key of his own."""
    from accounts.audit_chain import digests

    tamper(f"UPDATE accounts_auditentry SET purpose = 'x' WHERE id = {lines[0]}", "DELETE FROM accounts_auditseal")
    settings.AUDIT_KEY = b"k" * 32
    digests._key.cache_clear()
    try:
        seal_lines()
        assert not problems()
    finally:
        settings.AUDIT_KEY = None
        digests._key.cache_clear()
    assert problems() == {(Fault.SEAL_CHANGED, 1)} | {(Fault.CHANGED, pk) for pk in lines}


def test_a_transaction_that_ends_late_leaves_no_gap(lines):
    """Two overlapping transactions: the one that took its number first commits after the other was sealed."""
    name = connection.settings_dict["NAME"]
    insert = (
        f"INSERT INTO accounts_auditentry ({COLUMNS}) VALUES (now(), {VALUES.format(action='tests.slow')}) RETURNING id"
    )
    with closing(psycopg2.connect(databases.admin_url(name))) as slow, slow.cursor() as cursor:
        cursor.execute("SET ROLE portal_app")
        cursor.execute(insert)
        (early,) = cursor.fetchone()
        record_system("tests.quick")
        seal_lines()
        assert early not in AuditSeal.objects.using("audit").order_by("-number").first().entry_ids
        slow.commit()
    assert verify_log().waiting == 1
    seal = seal_lines()
    assert seal.entry_ids == [early]
    assert problems() == set()


def test_two_who_seal_at_once_do_not_seal_twice(lines):
    record_system("tests.once")
    name = connection.settings_dict["NAME"]
    with closing(psycopg2.connect(databases.admin_url(name))) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(5207722)")
        assert seal_lines().number == 1
        other.rollback()
    assert seal_lines().number == 2
    assert seal_lines().number == 2


@pytest.mark.parametrize("role", ["portal_app", "portal_audit", "portal_owner", "postgres"])
def test_no_role_changes_or_removes_a_line_or_a_seal(lines, role):
    for table in ("accounts_auditentry", "accounts_auditseal"):
        for step in ("UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"):
            for setting in ("SET search_path = public", "SET session_replication_role = replica"):
                if role != "postgres" and "replica" in setting:
                    continue
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    run_as(role, setting, step.format(table))


def test_the_app_role_adds_lines_reads_none_and_makes_no_seal(lines):
    for statement in ("SELECT action FROM accounts_auditentry", "SELECT 1 FROM accounts_auditseal"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run_as("portal_app", statement)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run_as("portal_app", "INSERT INTO accounts_auditseal VALUES (9, now(), now(), '{}', '', '', '')")


def test_the_audit_role_reads_unless_it_says_otherwise(lines):
    with pytest.raises(DatabaseError), connections["audit"].cursor() as cursor:
        cursor.execute("INSERT INTO accounts_auditseal VALUES (9, now(), now(), '{}', '', '', '')")


def test_nobody_chooses_when_a_line_was_written(lines):
    values = VALUES.format(action="tests.backdated")
    run_as("portal_app", f"INSERT INTO accounts_auditentry ({COLUMNS}) VALUES ('2020-01-01', {values})")
    written = AuditEntry.objects.using("audit").get(action="tests.backdated")
    assert timezone.now() - written.at < timedelta(minutes=1)


def move(days, where="true"):
    """As if the lines, and the seals made of them now, were so many days older."""
    tamper(
        "DELETE FROM accounts_auditseal",
        f"UPDATE accounts_auditentry SET at = at - interval '{days} days' WHERE {where}",
    )
    seal_lines()


def backdate_first_seal(days):
    """As if the first seal had been made then: the chain is computed anew, by the only key there is."""
    tamper(f"UPDATE accounts_auditseal SET at = at - interval '{days} days' WHERE number = 1")
    previous = BEGINNING
    for seal in AuditSeal.objects.using("audit").order_by("number"):
        seal.previous = previous
        previous = seal_digest(seal)
        kept = f"previous = decode('{bytes(seal.previous).hex()}', 'hex'), digest = decode('{previous.hex()}', 'hex')"
        tamper(f"UPDATE accounts_auditseal SET {kept} WHERE number = {seal.number}")


def test_only_what_is_old_enough_expires_and_the_rest_stays_whole(lines, settings):
    settings.AUDIT_KEEP_MONTHS = 6
    move(400, f"id <= {lines[2]}")
    backdate_first_seal(399)
    assert problems() == set()
    assert remove_expired_lines() == 3
    assert remove_expired_lines() == 0
    left = list(AuditEntry.objects.using("audit").order_by("pk").values_list("action", flat=True))
    assert left == ["tests.line3", "tests.line4", "tests.line5", "audit.expired"]
    assert [seal.number for seal in AuditSeal.objects.using("audit").all()] == [2]
    assert problems() == set()


def test_nothing_younger_than_six_months_expires_whoever_asks(lines):
    ask = "SELECT accounts_expire_audit((now() - interval '{} months')::date, 0, '')"
    move(170)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run_as("portal_audit", "SET default_transaction_read_only = off", ask.format(5))
    assert run_as("portal_audit", ask.format(6)) == [(0,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run_as("portal_app", ask.format(6))


def test_a_forged_line_of_the_retention_hides_nothing(lines):
    record_system("tests.more")
    seal_lines()
    record_system("audit.expired", before="2099-01-01", seal=1, lines=6, proof="0" * 64)
    tamper("DELETE FROM accounts_auditseal WHERE number = 1", f"DELETE FROM accounts_auditentry WHERE id <= {lines[5]}")
    assert (Fault.SEAL_MISSING, 2) in problems()
