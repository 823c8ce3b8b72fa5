"""Ten thousand canary values in other villages' rows: a worker who opens everything that can be reached sees none.

Looked through: every page that links lead to, every address of a foreign object, searches, JSON, the Excel files,
what the processes logged, what Redis holds, what jobs keep.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import psycopg2
import pytest
import redis
import requests
from psycopg2.sql import SQL, Identifier, Literal

from accounts.demo import DEMO_PASSWORD
from registry.seeding.cast import CAST, NANMEN
from tests import databases
from tests.browser.people import recovery_code, wait_for
from tests.matrix.cells import routes
from tests.stack import PortalStack
from tests.wall.planting import needed_columns, scoped_tables

pytestmark = [pytest.mark.canary, pytest.mark.rls]

CANARY = re.compile("金丝雀[0-9]{6}")
OWN = (NANMEN, NANMEN + 999_999)
ENOUGH = 10_000
MOST_PAGES = 200
VISITORS = ("陈秀英", "施卫东")
#: What decides which page a row is shown on must stay as it was.
KEPT = ("state", "entity", "item_id", "letter", "pgh_label", "kind")
LEADS_OUT = re.compile(r"/(logout|login|care|posts|second-factor|me/sessions)/")


@pytest.fixture(scope="module")
def planted(portal_stack: PortalStack) -> tuple[PortalStack, int]:
    """The demo with forms on their way, then every foreign text overwritten. Returns how many values."""
    portal_stack.manage("seed_forms")
    preparing = "SELECT count(*) FROM forms_engine_report WHERE state = 'preparing'"
    wait_for(lambda: portal_stack.rows(preparing) == [(0,)], "reports are prepared", seconds=90)
    return portal_stack, _plant(portal_stack.database)


def _plant(database: str) -> int:
    values = 0
    connection = psycopg2.connect(databases.admin_url(database))
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; CREATE TEMP SEQUENCE canaries START 100000")
        for table in scoped_tables(cursor):
            columns = {column.name: column for column in needed_columns(cursor, table)}
            texts = [
                column.name
                for column in columns.values()
                if column.name not in KEPT
                and (column.type == "text" or (column.type == "character varying" and column.length >= 12))
            ]
            objects = [name for name in ("attributes", "values", "provenance") if name in columns]
            if texts or objects:
                values += _overwrite(cursor, table, texts, objects)
    connection.close()
    return values


def _overwrite(cursor, table: str, texts: list[str], objects: list[str]) -> int:
    canary = SQL("'金丝雀' || lpad(nextval('canaries')::text, 6, '0')")
    changes = [SQL("{} = {}").format(Identifier(name), canary) for name in texts]
    changes += [
        SQL("{0} = (SELECT coalesce(jsonb_object_agg(key, {1}), '{{}}') FROM jsonb_object_keys({0}) key)").format(
            Identifier(name), canary
        )
        for name in objects
        if name != "provenance"
    ]
    cursor.execute("SELECT last_value FROM canaries")
    (before,) = cursor.fetchone()
    if changes:
        cursor.execute(
            SQL("UPDATE {} t SET {} WHERE {}").format(
                Identifier(table), SQL(", ").join(changes), _foreign(cursor, table)
            )
        )
    cursor.execute("SELECT last_value FROM canaries")
    return cursor.fetchone()[0] - before


def _foreign(cursor, table: str) -> SQL:
    """Rows that no post of the visitors' village may see: by none of their codes."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attname LIKE '%%area_code'", [table]
    )
    return SQL(" AND ").join(
        SQL("{} NOT BETWEEN {} AND {}").format(Identifier(name), *map(Literal, OWN)) for (name,) in cursor.fetchall()
    )


class Visitor:
    """Somebody of the village with a browser that keeps everything it was shown."""

    def __init__(self, stack: PortalStack, name: str) -> None:
        self.stack, self.name, self.session = stack, name, requests.Session()
        self.found: set[str] = set()
        self.pages = 0
        username = next(member.username for member in CAST if member.name == name)
        self.post("/login/", username=username, password=DEMO_PASSWORD)

    def give_code(self) -> None:
        """What leaves the portal asks for it."""
        self.post("/second-factor/", code=recovery_code(self.stack, self.name))

    def get(self, path: str) -> str:
        return self._read(self.session.get(self.stack.url + path, timeout=30), path)

    def post(self, path: str, **fields: str) -> str:
        if "csrftoken" not in self.session.cookies:
            self.get("/login/")
        sent = fields | {"csrfmiddlewaretoken": self.session.cookies["csrftoken"]}
        return self._read(self.session.post(self.stack.url + path, data=sent, timeout=30), path)

    def _read(self, answer: requests.Response, path: str) -> str:
        self.pages += 1
        text = "\n".join(_texts(answer.content)) + "\n".join(map(str, answer.headers.items()))
        self.found |= {f"{urlsplit(path).path}: {canary}" for canary in CANARY.findall(text)}
        return text

    def crawl(self) -> None:
        """Everything that links lead to, breadth first; of one kind of page at most five."""
        seen, queue, kinds = {"/"}, ["/"], {}
        while queue and self.pages < MOST_PAGES:
            path = queue.pop(0)
            for link in _links(self.get(path), path):
                kind = re.sub(r"\d+", "#", urlsplit(link).path)
                if link not in seen and not LEADS_OUT.match(link) and kinds.setdefault(kind, 0) < 5:
                    seen.add(link)
                    kinds[kind] += 1
                    queue.append(link)


def _texts(content: bytes) -> Iterator[str]:
    """The body; of a workbook every part of the package."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            yield from (package.read(name).decode(errors="ignore") for name in package.namelist())
    else:
        yield content.decode(errors="ignore")


def _links(page: str, base: str) -> list[str]:
    found = (
        urljoin(base, link.replace("&amp;", "&")) for link in re.findall(r'(?:href|data-url|hx-get)="([^"#]+)"', page)
    )
    return [link for link in found if link.startswith("/") and not link.startswith("/static/")]


@pytest.fixture(scope="module")
def foreign_keys(planted) -> list[int]:
    """Numbers of rows of other villages, of each table a few."""
    stack, _ = planted
    query = "SELECT id FROM {} WHERE area_code NOT BETWEEN {} AND {} ORDER BY random() LIMIT 1"
    tables = ("registry_person", "registry_household", "registry_dwelling", "registry_event", "forms_engine_report")
    return [pk for table in tables for (pk,) in stack.rows(query.format(table, *OWN))]


def addresses(keys: list[int]) -> list[str]:
    """Every route that takes an object, with the number of a foreign one."""
    patterns = [str(pattern.pattern) for pattern in routes().values() if "<int:pk>" in str(pattern.pattern)]
    plain = [re.sub(r"<int:(?!pk)\w+>", "1", pattern).replace("<str:letter>", "B") for pattern in patterns]
    return [f"/{pattern.replace('<int:pk>', str(key))}" for pattern in plain for key in keys if "<str" not in pattern]


def test_enough_canaries_are_planted(planted):
    _, values = planted
    print(f"{values} canary values planted")
    assert values >= ENOUGH


def test_the_village_next_door_sees_its_canaries(planted):
    """Otherwise finding none would mean nothing."""
    stack, _ = planted
    neighbour = Visitor(stack, "沈丽娟")
    neighbour.get("/residents/")
    assert neighbour.found


@pytest.mark.parametrize("name", VISITORS)
def test_a_worker_who_opens_everything_sees_no_canary(planted, foreign_keys, name):
    stack, _ = planted
    visitor = Visitor(stack, name)
    visitor.give_code()
    visitor.crawl()
    for path in addresses(foreign_keys):
        visitor.get(path)
    for sought in ("金丝雀", "金丝雀1", "JSQ", "jsq"):
        visitor.post("/residents/search", text=sought)
    for path in (
        "/residents/export",
        "/households/export",
        "/dwellings/export",
        "/organizations/export",
        "/events/ledger",
    ):
        assert "worksheet" in visitor.get(path), path
    print(f"{name}: {visitor.pages} answers, {len(visitor.found)} canaries")
    assert visitor.found == set()
    assert visitor.pages >= 100


def test_neither_logs_nor_redis_nor_jobs_hold_a_canary(planted):
    """After the visits above: what the processes wrote, what the queue holds, what jobs and sessions keep."""
    stack, _ = planted
    held = [stack.log()]
    client = redis.Redis.from_url(stack.env["REDIS_URL"])
    held += [str(client.dump(key)) for key in client.scan_iter()]
    held += [str(row) for row in stack.rows("SELECT params, result, message FROM accounts_job")]
    held += [str(row) for row in stack.rows("SELECT * FROM accounts_auditentry")]
    assert not [canary for text in held for canary in CANARY.findall(text)]
