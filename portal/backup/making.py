"""The making of a backup, in one pass and with flat memory: manifest, dump, files."""

import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO

from django.db import connection, transaction
from django.utils.timezone import now

from portal.backup.pg_programs import environment_of, find_program, server_major
from portal.backup.row_hashes import TableHash, hash_tables
from portal.backup.sealed_stream import SealedWriter

MANIFEST, DUMP, MEDIA = "manifest.json", "dump/", "media/"
DUMP_PIECE = 8 << 20


class BackupFailed(RuntimeError):
    """Nothing was kept."""


def make_backup(target: Path, *, key: bytes, media: Path) -> dict[str, TableHash]:
    """Write everything to `target`, whole or not at all. Returns what each table held.

    The default connection must be a role that sees all rows and can write none: portal_backup (deploy/roles.sql).
    """
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    try:
        with half.open("wb") as file:
            tables = _write(file, key, media)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return tables


def _write(file: IO[bytes], key: bytes, media: Path) -> dict[str, TableHash]:
    sealed = SealedWriter(file, key)
    # One snapshot for the hashes and the dump: the portal may go on working meanwhile.
    with transaction.atomic(), tarfile.open(fileobj=sealed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        snapshot = _begin_snapshot()
        tables = hash_tables(connection)
        files = list(_files(media))
        _add(tar, MANIFEST, _manifest(tables, len(files)))
        for number, piece in enumerate(_dump(snapshot)):
            _add(tar, f"{DUMP}{number:08d}", piece)
        for path in files:
            tar.add(path, MEDIA + str(path.relative_to(media)), recursive=False)
    sealed.finish()
    return tables


def _begin_snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        name: str = cursor.fetchone()[0]
        return name


def _manifest(tables: dict[str, TableHash], files: int) -> bytes:
    told = {"made_at": now().isoformat(), "files": files, "tables": {name: asdict(one) for name, one in tables.items()}}
    return json.dumps(told).encode()


def _dump(snapshot: str) -> Iterator[bytes]:
    """pg_dump's custom format, piece by piece; it never lies on a disk unsealed. Raises BackupFailed."""
    program = find_program("pg_dump", server_major(connection))
    command = [program, "--format=custom", "--no-owner", f"--snapshot={snapshot}", "--no-password"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment_of(connection)) as dump:
        assert dump.stdout is not None  # noqa: S101
        while piece := dump.stdout.read(DUMP_PIECE):
            yield piece
    if dump.returncode:
        raise BackupFailed("pg_dump 没有成功,原因见上。没有留下备份文件。")


def _files(media: Path) -> Iterator[Path]:
    """Uploaded and exported files. Links are not followed: they could lead out of the folder."""
    if media.is_dir():
        yield from sorted(path for path in media.rglob("*") if path.is_file() and not path.is_symlink())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))
