"""A PostgreSQL server of a department: a second one, reached over TCP with a password."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

from portal.embedded.child import to_file
from portal.embedded.postgres import SUPERUSER, Postgres
from portal.embedded.redis import free_port

USER, PASSWORD, DATABASE = "reader", "not-a-secret-of-anybody", "civil"
_HBA = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


class DepartmentPostgres(Postgres):
    """port: on 127.0.0.1, for USER with PASSWORD, who may read DATABASE and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        super().__init__(folder, throwaway=True, sink=to_file(folder / "postgres.log"))

    def start(self) -> None:
        super().start()
        (self._data / "pg_hba.conf").write_text(_HBA)
        self.run("SELECT pg_reload_conf()", database="postgres")
        self.run(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'", database="postgres")
        self.run(f"CREATE DATABASE {DATABASE}", database="postgres")
        self.run(f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {USER}")

    def run(self, statement: str, *parameters: Any, database: str = DATABASE) -> list[tuple[Any, ...]]:
        """As the department itself."""
        connection = psycopg2.connect(self.url(SUPERUSER, database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self._sockets), safe='')}&port={self.port}"

    def _command(self) -> list[str]:
        return [*super()._command(), "-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}"]
