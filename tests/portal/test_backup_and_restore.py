"""The drill: back the demo district up, restore it elsewhere, compare; and every way in which it must refuse."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from accounts.sealing import SealBroken, _cipher, open_sealed
from portal import env
from portal.backup.restoring import RestoreFailed, _compare
from portal.backup.row_hashes import _WALL as WALL_LINES
from portal.backup.row_hashes import TableHash, _RowSum
from portal.backup.sealed_stream import MAGIC, PIECE, BackupBroken, SealedReader, SealedWriter, check_whole
from portal.embedded.postgres import apply_roles
from portal.places import ROOT
from tests import databases

KEY, OTHER_KEY = "0c" * 32, "0d" * 32
SOURCE, TARGET = "portal_backup_source", "portal_backup_target"


def url_of(role: str, database: str) -> str:
    parts = urlsplit(databases.at(os.environ["DATABASE_OWNER_URL"], database))
    return parts._replace(netloc=parts.netloc.replace("portal_owner", role)).geturl()


def manage(database: str, media: Path, *arguments: str, key: str = KEY, role: str = "backup"):
    given = databases.environment(database) | {"PORTAL_DB_ROLE": role, "BACKUP_KEY": key, "MEDIA_ROOT": str(media)}
    given |= {"DATABASE_BACKUP_URL": url_of("portal_backup", database)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=given, cwd=ROOT, capture_output=True, text=True, check=False
    )


def rows_of(database: str) -> dict[str, list[tuple[str, ...]]]:
    """Every row of every table as text, read by the superuser: nothing of the code under test takes part."""
    with psycopg2.connect(databases.admin_url(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1')
            found[name] = cursor.fetchall()
        return found


def walls_of(database: str) -> dict[str, list[tuple[object, ...]]]:
    tables = "FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    rights = "(SELECT array_agg(one::text ORDER BY one::text) FROM unnest(relacl) one)"
    asked = {
        "policies": "SELECT tablename, policyname, cmd, roles, qual, with_check FROM pg_policies ORDER BY 1, 2",
        "tables": f"SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole, {rights} {tables}",
        "functions": "SELECT oid::regprocedure::text, prosecdef, proowner::regrole::text, proconfig FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    }
    with psycopg2.connect(databases.admin_url(database)) as connection, connection.cursor() as cursor:
        found = {}
        for what, statement in asked.items():
            cursor.execute(statement)
            found[what] = cursor.fetchall()
        return found


def new_database(name: str) -> str:
    databases.copy_database("template0", name)
    apply_roles(databases.admin_url(name))
    return name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
def source(folder):
    """A copy of the demo district with an uploaded file; the roles are renewed, as after an update."""
    databases.copy_database(databases.demo_template(), SOURCE)
    apply_roles(databases.admin_url(SOURCE))
    media = folder / "media" / "exports"
    media.mkdir(parents=True)
    (media / "a.xlsx").write_bytes(b"uploaded" * 1000)
    yield SOURCE
    databases.drop_database(SOURCE)


@pytest.fixture(scope="module")
def backup(source, folder):
    file = folder / "portal.ybt"
    done = manage(source, folder / "media", "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "已备份" in done.stdout
    return file


@pytest.fixture
def target():
    yield new_database(TARGET)
    databases.drop_database(TARGET)


@pytest.fixture(scope="module")
def restored(backup, folder):
    """Another database that the backup was restored to."""
    name = new_database("portal_backup_restored")
    done = manage(name, folder / "restored", "restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert "逐表核对一致" in done.stdout
    yield name
    databases.drop_database(name)


def test_every_row_of_every_table_comes_back(source, restored):
    before, after = rows_of(source), rows_of(restored)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == []
    assert sum(len(rows) for rows in before.values()) > 1000


def test_the_uploaded_files_come_back(restored, folder):
    assert (folder / "restored" / "exports" / "a.xlsx").read_bytes() == b"uploaded" * 1000


def test_the_wall_comes_back_with_it(source, restored):
    """Policies, forced row-level security, rights of the roles; and the app's role still sees nothing by itself."""
    before, after = walls_of(source), walls_of(restored)
    wrong = [pair for what in before for pair in zip(before[what], after[what], strict=True) if pair[0] != pair[1]]
    assert wrong == []
    assert before["policies"]
    with psycopg2.connect(url_of("portal_app", restored)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_person")
        assert cursor.fetchone() == (0,)


def test_a_table_that_lost_a_right_or_its_wall_is_found(source, restored):
    """What a restore compares beside the rows: take one right away, put a policy off, and it differs."""
    for harm in ("GRANT UPDATE ON accounts_auditentry TO portal_app", "DROP POLICY within_scope ON registry_person"):
        with psycopg2.connect(databases.admin_url(restored)) as connection, connection.cursor() as cursor:
            cursor.execute(WALL_LINES)
            before = cursor.fetchall()
            cursor.execute(harm)
            cursor.execute(WALL_LINES)
            assert cursor.fetchall() != before
            connection.rollback()


def test_sealed_numbers_open_with_the_same_keys_and_with_no_others(restored, settings):
    with psycopg2.connect(databases.admin_url(restored)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id_number_sealed FROM registry_person WHERE id_number_sealed <> '' LIMIT 1")
        sealed = cursor.fetchone()[0]
    keys = env.sealing_keys("SEAL_KEYS")
    settings.SEAL_KEYS = keys
    _cipher.cache_clear()
    assert len(open_sealed("person.id_number", sealed)) == 18
    settings.SEAL_KEYS = dict.fromkeys(keys, bytes(16))
    _cipher.cache_clear()
    with pytest.raises(SealBroken):
        open_sealed("person.id_number", sealed)
    _cipher.cache_clear()


def test_the_keys_of_the_seals_and_no_number_are_in_the_file(backup):
    content = backup.read_bytes()
    assert os.environ["SEAL_KEYS"].partition(":")[2].encode() not in content
    with backup.open("rb") as file:
        plain = SealedReader(file, bytes.fromhex(KEY)).readall()
    assert os.environ["SEAL_KEYS"].partition(":")[2].encode() not in plain
    assert bytes.fromhex(os.environ["SEAL_KEYS"].partition(":")[2]) not in plain


def test_the_file_is_closed_to_others_and_never_overwritten(backup, source, folder):
    assert backup.stat().st_mode & 0o777 == 0o600
    again = manage(source, folder / "media", "backup", str(backup))
    assert again.returncode == 1
    assert "没有覆盖" in again.stderr


def test_a_wrong_key_is_refused_and_nothing_changed(backup, target, folder):
    done = manage(target, folder / "untouched", "restore", str(backup), key=OTHER_KEY)
    assert (done.returncode, rows_of(target)) == (1, {})
    assert "备份密钥不对" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "untouched").exists()


@pytest.mark.parametrize("harm", ["cut", "cut a piece", "flip", "swap", "append", "empty"])
def test_a_changed_file_is_refused(backup, tmp_path, harm):
    bad = tmp_path / "bad.ybt"
    bad.write_bytes(harmed(backup.read_bytes(), harm))
    with bad.open("rb") as file, pytest.raises(BackupBroken):
        check_whole(file, bytes.fromhex(KEY))


def test_a_changed_file_changes_nothing(backup, target, folder):
    bad = folder / "bad.ybt"
    bad.write_bytes(harmed(backup.read_bytes(), "flip"))
    done = manage(target, folder / "untouched", "restore", str(bad), "--force")
    assert (done.returncode, rows_of(target)) == (1, {})
    assert "Traceback" not in done.stderr
    assert not (folder / "untouched").exists()


def test_a_database_that_holds_something_is_refused_unless_forced(backup, source, folder):
    here = databases.copy_database(source, "portal_backup_full")
    try:
        with psycopg2.connect(databases.admin_url(here)) as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_session; INSERT INTO django_session VALUES ('kept', '', now())")
        refused = manage(here, folder / "full", "restore", str(backup))
        assert refused.returncode == 1
        assert "不是空的" in refused.stderr
        assert rows_of(here)["django_session"][0][0].startswith("(kept,")
        forced = manage(here, folder / "full", "restore", str(backup), "--force")
        assert forced.returncode == 0, forced.stderr
        assert rows_of(here) == rows_of(source)
    finally:
        databases.drop_database(here)


def test_rows_that_differ_after_all_are_found():
    """The comparison itself: one changed value in one row is told by the table's name."""

    def summed(*pieces: bytes) -> TableHash:
        sink = _RowSum()
        for piece in pieces:
            sink.write(piece)
        return TableHash(sink.rows, f"{sink.total:064x}")

    assert summed(b"1\ta\n2\tb\n") == summed(b"2\t", b"b\n1\ta", b"\n")
    with pytest.raises(RestoreFailed, match="people"):
        _compare({"people": summed(b"1\ta\n")}, {"people": summed(b"1\tb\n")})


def test_the_role_of_backups_sees_all_rows_and_writes_none(source):
    with psycopg2.connect(url_of("portal_backup", source)) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ WRITE")
        cursor.execute("SELECT count(*) > 0 FROM registry_person")
        assert cursor.fetchone() == (True,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM registry_person")


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17])
def test_a_stream_of_any_length_comes_back(tmp_path, size):
    plain = os.urandom(size)
    with (tmp_path / "a").open("wb") as file:
        writer = SealedWriter(file, bytes(32))
        for start in range(0, size, 300_001):
            writer.write(plain[start : start + 300_001])
        writer.finish()
    with (tmp_path / "a").open("rb") as file:
        check_whole(file, bytes(32))
        assert SealedReader(file, bytes(32)).readall() == plain


def test_two_backups_of_the_same_share_no_piece(tmp_path):
    for name in "ab":
        with (tmp_path / name).open("wb") as file:
            writer = SealedWriter(file, bytes(32))
            writer.write(b"the same" * 100)
            writer.finish()
    first, second = ((tmp_path / name).read_bytes()[len(MAGIC) :] for name in "ab")
    assert first[:16] != second[:16]
    assert first[24:40] != second[24:40]


def test_an_unfinished_stream_does_not_open(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        SealedWriter(file, bytes(32)).write(b"x" * (2 * PIECE + 5))
    with (tmp_path / "a").open("rb") as file, pytest.raises(BackupBroken):
        check_whole(file, bytes(32))


def harmed(content: bytes, harm: str) -> bytes:
    head, piece = len(MAGIC) + 16, 4 + PIECE + 16
    changed = bytearray(content)
    if harm == "cut":
        return content[:-100]
    if harm == "cut a piece":
        return content[:head] + content[head + piece :]
    if harm == "swap":
        return content[:head] + content[head + piece : head + 2 * piece] + content[head : head + piece]
    if harm == "append":
        return content + content[head:]
    if harm == "empty":
        return b""
    changed[len(content) // 2] ^= 1
    return bytes(changed)
