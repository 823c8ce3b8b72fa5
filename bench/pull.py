"""Pull of rows from a department's database, against a bare COPY + INSERT ON CONFLICT of the very same records.

The source is a PostgreSQL of its own, read page by page over its channel. Ours parses, checks, places, matches and
seals each row and commits every page with its cursor. The bare way is given records that are ready, and writes them
into the same table, as the same role, in one go.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg2

from accounts.roles import Role
from bench.frame import Line, at_most, faster, seconds, undone

ROWS, PAGE = 1_000_000, 10_000
HALF, FLAT = 0.5, 1.25
COUNTY = "310200"  # never assigned, and not among those of the seeded people
MAPPING = {"person.id_number": "card", "person.name": "name", "person.phone": "phone"}
_TABLE = (
    "CREATE TABLE public.people (id int PRIMARY KEY, card text, name text, phone text, updated timestamptz NOT NULL)"
)
_INDEX = "CREATE INDEX ON public.people (updated, id); ANALYZE public.people; GRANT SELECT ON public.people TO reader"
_COLUMNS = (
    "district, area_code, dataset_id, source_key, person_id, id_mark, values, fingerprint, observed_on, received_at"
)
_BARE = f"""
INSERT INTO data_return_returnedrecord AS kept ({_COLUMNS}) SELECT * FROM bare
ON CONFLICT (district, dataset_id, source_key) DO UPDATE
SET values = excluded.values, fingerprint = excluded.fingerprint, observed_on = excluded.observed_on
WHERE kept.fingerprint <> excluded.fingerprint
"""


def run(rows: int = ROWS) -> list[Line]:
    """ours and limit in seconds; for memory in MB: its peak in the second half of the pull and in the first."""
    with _department(rows) as port, _admin() as admin:
        connector = _make_connector(port, rows)
        try:
            memory: list[int] = []
            ours = seconds(lambda: _pull(connector, rows, memory))
            bare = _bare(admin, connector)
            _pull(connector, 0, [])
        finally:
            _forget(admin, connector)
    half = len(memory) // 2
    first, second = max(memory[:half]) / 2**20, max(memory[half:]) / 2**20
    name = f"pull of {rows:,} rows from a department's database"
    return [
        faster(f"{name} / bare COPY + INSERT ON CONFLICT", ours, bare, HALF),
        at_most(f"{name}: memory, second half / first half (MB, not s)", second, first, FLAT),
    ]


@contextmanager
def _department(rows: int) -> Iterator[int]:
    """A server with so many people who have valid numbers. Yields its port."""
    from portal.embedded.postgres import SUPERUSER
    from tests.departments.postgresql import DATABASE, DepartmentPostgres

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as ready:
        Path(folder).chmod(0o711)
        server = DepartmentPostgres(Path(folder))
        server.start()
        try:
            ready.writelines(_people(rows))
            ready.seek(0)
            with psycopg2.connect(server.url(SUPERUSER, DATABASE)) as connection, connection.cursor() as cursor:
                cursor.execute(_TABLE)
                cursor.copy_expert("COPY public.people FROM STDIN", ready)
                cursor.execute(_INDEX)
            yield server.port
        finally:
            server.stop()


def _people(rows: int) -> Iterator[bytes]:
    """Lines of as many people, each with a number that is valid in form, a second after the one before."""
    from registry.rules.identity import id_check_digit

    began = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(rows):
        body = f"{COUNTY}{date(1935, 1, 1) + timedelta(days=n // 999):%Y%m%d}{n % 999:03d}"
        number, changed = body + id_check_digit(body), began + timedelta(seconds=n)
        yield f"{n}\t{number}\t居民{n}\t139{n:08d}\t{changed.isoformat()}\n".encode()


def _make_connector(port: int, rows: int) -> Any:
    """A published dataset of a department, and what brings it."""
    from django.conf import settings
    from django.utils.timezone import now

    from accounts.models import Department
    from data_return.models import Channel, Connector
    from tests.departments.postgresql import DATABASE, PASSWORD, USER

    department, _ = Department.objects.get_or_create(
        name="测速局", area_id=_factories().DISTRICT, defaults={"short_name": "测速"}
    )
    officer, desk = _make_actor(Role.DATA_OFFICER, department), _make_actor(Role.DISTRICT_ADMIN, None)
    dataset = _factories().make_dataset(officer, desk, name=f"测速 {now().isoformat()}")
    settings.OUTBOUND_HOSTS = [f"postgresql://127.0.0.1:{port}"]
    channel = Channel(
        department=department, name=f"测速 {port}", kind="sql", created_by_id=officer.post_id, per_minute=6000
    )
    channel.address = {"dialect": "postgresql", "host": "127.0.0.1", "port": port, "database": DATABASE, "user": USER}
    channel.address |= {"encrypted": False}
    channel.seal_secrets({"password": PASSWORD})
    channel.save()
    return Connector.objects.create(
        channel=channel, dataset=dataset, kind="sql_table", asks={"table": "public.people"}, key_field="id",
        updated_field="updated", mapping=MAPPING, page_size=PAGE, most_rows=rows, overlap_minutes=0, is_on=True,
        post_id=officer.post_id,
    )  # fmt: skip


def _factories() -> Any:
    """What the tests make their datasets with; the tests are not typed."""
    return import_module("tests.factories")


def _make_actor(role: Any, department: Any) -> Any:
    """In a database that is kept from run to run."""
    from accounts.models import Post, User

    user, _ = User.objects.get_or_create(username=f"bench-{role.value}")
    post, _ = Post.objects.get_or_create(user=user, role=role, area_id=_factories().DISTRICT, department=department)
    return Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True)


def _pull(connector: Any, expected: int, memory: list[int]) -> None:
    from django.utils.timezone import now

    from data_return.models import Connector, PullRun
    from data_return.pull.running import run_connector

    Connector.objects.filter(pk=connector.pk).update(due_at=now())
    with _watching_memory(memory):
        run_connector(connector.pk)
    run = PullRun.objects.filter(connector=connector).latest("pk")
    assert (run.state, run.written) == ("done", expected), (run.state, run.fault, run.written)


@contextmanager
def _watching_memory(memory: list[int]) -> Iterator[None]:
    """Bytes that this process holds, twenty times a second."""
    over = Event()

    def watch() -> None:
        while not over.wait(0.05):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            memory.append(pages * os.sysconf("SC_PAGE_SIZE"))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


@contextmanager
def _admin() -> Iterator[Any]:
    connection = psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _bare(admin: Any, connector: Any) -> float:
    """Seconds for the same records as ready lines: COPY and INSERT ON CONFLICT, once, into the same table by the same
    role, for another dataset, with the foreign keys that a commit checks; undone."""
    from django.db import connection

    from accounts.scope import acting_as
    from data_return.services.writing import open_writing

    actor = connector.post.as_actor(second_factor=True)
    other = _factories().make_dataset(
        actor, _make_actor(Role.DISTRICT_ADMIN, None), name=f"{connector.dataset.name} 对照"
    )
    columns = _COLUMNS.replace("dataset_id", str(int(other.pk)))
    with tempfile.TemporaryFile() as ready:
        wanted = f"SELECT {columns} FROM data_return_returnedrecord WHERE dataset_id = {int(connector.dataset_id)}"
        admin.copy_expert(f"COPY ({wanted}) TO STDOUT", ready)
        ready.seek(0)

        def copy_and_insert() -> None:
            cursor.execute(f"CREATE TEMPORARY TABLE bare AS SELECT {_COLUMNS} FROM data_return_returnedrecord LIMIT 0")
            cursor.copy_expert("COPY bare FROM STDIN", ready)
            cursor.execute(_BARE)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit would check, and ours does

        with undone(), acting_as(actor), connection.cursor() as cursor:
            open_writing(actor=actor, dataset=other)
            took = seconds(copy_and_insert)
    return took


def _forget(admin: Any, connector: Any) -> None:
    from data_return.models import PullRun

    admin.execute("DELETE FROM data_return_returnedrecord WHERE dataset_id = %s", [connector.dataset_id])
    PullRun.objects.filter(connector=connector).delete()
    connector.delete()
    admin.execute("VACUUM data_return_returnedrecord")
