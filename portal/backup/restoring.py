"""Bringing a backup back: checked to its last byte first, into an empty database, and compared row by row after."""

import json
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.backup.making import DUMP, MEDIA
from portal.backup.pg_programs import environment_of, find_program, server_major
from portal.backup.row_hashes import TableHash, hash_tables, list_tables
from portal.backup.sealed_stream import SealedReader, check_whole

EMPTY_SCHEMA = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
# Default rights would be given to each table as it is made, append-only ones too. The dump gives the rights of each as
# they were, and the defaults at its end.
NO_DEFAULTS = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM portal_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM portal_app;
"""


class RestoreRefused(RuntimeError):
    """Nothing was changed."""


class RestoreFailed(RuntimeError):
    """The database does not hold what was backed up: do not start the portal on it."""


@dataclass(frozen=True, slots=True)
class Restored:
    tables: dict[str, TableHash]
    files: int


def restore_backup(source: Path, *, key: bytes, media: Path, force: bool = False) -> Restored:
    """Restore into the database of the connection `owner`, and compare as the default one, which sees all rows.

    force: empty a database that is not. Raises BackupBroken and RestoreRefused before anything is changed,
    RestoreFailed after.
    """
    with source.open("rb") as file:
        check_whole(file, key)
        owner = connections["owner"]
        _make_empty(owner, media, force=force)
        with tarfile.open(fileobj=SealedReader(file, key), mode="r|") as tar:
            told = _restore_members(tar, owner, media)
    wanted = {name: TableHash(**one) for name, one in told["tables"].items()}
    _compare(wanted, hash_tables(connections["default"]))
    return Restored(wanted, told["files"])


def _make_empty(owner: BaseDatabaseWrapper, media: Path, *, force: bool) -> None:
    if list_tables(owner) and not force:
        raise RestoreRefused("目标数据库不是空的,没有做任何改动。请换一个新建的数据库;确要清空它,请加 --force。")
    if media.is_dir() and any(media.iterdir()) and not force:
        raise RestoreRefused("目标上传文件夹不是空的,没有做任何改动。请换一个空文件夹;确要并入,请加 --force。")
    with owner.cursor() as cursor:
        if list_tables(owner):
            cursor.execute(EMPTY_SCHEMA)
        cursor.execute(NO_DEFAULTS)


def _restore_members(tar: tarfile.TarFile, owner: BaseDatabaseWrapper, media: Path) -> dict:  # type: ignore[type-arg]
    """Members in their order: manifest, pieces of the dump, files. Returns the manifest."""
    members = iter(tar)
    told = json.loads(_content(tar, next(members)))
    first_file = _restore_database(tar, members, owner)
    while first_file is not None:
        _restore_file(tar, first_file, media)
        first_file = next(members, None)
    return dict(told)


def _restore_database(
    tar: tarfile.TarFile, members: Iterator[tarfile.TarInfo], owner: BaseDatabaseWrapper
) -> tarfile.TarInfo | None:
    """Feed pg_restore, all of it in one transaction. Returns the member after the dump."""
    program = find_program("pg_restore", server_major(owner))
    command = [program, "--exit-on-error", "--single-transaction", "--no-owner", "--no-password"]
    env = environment_of(owner)
    after = None
    with subprocess.Popen([*command, f"--dbname={env['PGDATABASE']}"], stdin=subprocess.PIPE, env=env) as restore:
        assert restore.stdin is not None  # noqa: S101
        for member in members:
            if not member.name.startswith(DUMP):
                after = member
                break
            _feed(restore.stdin, _content(tar, member))
        restore.stdin.close()
    if restore.returncode:
        raise RestoreFailed("pg_restore 没有成功,原因见上;数据库仍是空的。")
    return after


def _feed(pipe: IO[bytes], piece: bytes) -> None:
    try:
        pipe.write(piece)
    except BrokenPipeError:
        raise RestoreFailed("pg_restore 中途退出,原因见上;数据库仍是空的。") from None


def _restore_file(tar: tarfile.TarFile, member: tarfile.TarInfo, media: Path) -> None:
    """Below the folder and nowhere else: the filter refuses absolute names, .. and links."""
    if member.name.startswith(MEDIA):
        member.name = member.name.removeprefix(MEDIA)
        tar.extract(member, media, filter="data")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        raise RestoreFailed(f"备份里的 {member.name} 不是文件。")
    return file.read()


def _compare(wanted: dict[str, TableHash], found: dict[str, TableHash]) -> None:
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise RestoreFailed(f"恢复后与备份不一致: {'、'.join(wrong)}。请不要启用这个数据库。")
