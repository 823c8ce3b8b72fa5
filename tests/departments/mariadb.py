"""A MariaDB server of a department, reached over TCP with a password. From Debian's mariadb-server-core."""

import getpass
import subprocess
import time
from pathlib import Path
from typing import Any

import pymysql

from portal.embedded.child import Child, to_file
from portal.embedded.redis import free_port
from tests.departments.postgresql import DATABASE, PASSWORD, USER

PROGRAM, INSTALL = "/usr/sbin/mariadbd", "/usr/bin/mariadb-install-db"
STARTS = 60
"""Seconds."""


class DepartmentMariaDb:
    """port: on 127.0.0.1, for USER with PASSWORD, who may read DATABASE and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._data, self._socket = folder / "data", folder / "m.sock"
        self._account = f"--user={getpass.getuser()}"
        settings = [f"--datadir={self._data}", f"--socket={self._socket}", f"--port={self.port}"]
        options = ["--bind-address=127.0.0.1", "--skip-name-resolve", f"--pid-file={folder / 'm.pid'}"]
        quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M", "--performance-schema=OFF"]
        argv = [PROGRAM, "--no-defaults", self._account, *settings, *options, *quick]
        self._child = Child("mariadb", argv, sink=to_file(folder / "mariadb.log"))

    def start(self) -> None:
        made = ["--skip-test-db", "--auth-root-authentication-method=normal", f"--datadir={self._data}"]
        subprocess.run([INSTALL, "--no-defaults", self._account, *made], check=True, capture_output=True)
        self._child.start()
        self._wait()
        self.run(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4", database="mysql")
        self.run(
            f"CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT SELECT ON {DATABASE}.* TO {USER}@'127.0.0.1'",
        )

    def stop(self) -> None:
        self._child.stop()

    def run(self, *statements: str, database: str = DATABASE) -> list[tuple[Any, ...]]:
        """As the department itself. Returns the rows of the last one."""
        connection = pymysql.connect(
            unix_socket=str(self._socket), user="root", database=database, charset="utf8mb4", autocommit=True
        )
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTS
        while True:
            try:
                self.run("SELECT 1", database="mysql")
                return
            except pymysql.OperationalError:
                if time.monotonic() > deadline or not self._child.running:
                    raise
                time.sleep(0.1)
