"""Three systems of departments with as many records each: a web service, a database, files on a file server.

What a record says of a registered person differs in the phone from what the village has; the rest are strangers.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from accounts.sealing import open_sealed
from registry.rules.identity import id_check_digit
from registry.seeding.districts import DEMO_COMMUNITIES
from tests.departments.json_server import json_server
from tests.departments.postgresql import DepartmentPostgres
from tests.departments.sftp_server import SftpServer, sftp_server
from tests.stack import PortalStack

KNOWN = 60
"""Registered people of 南门 in each dataset."""
NANMEN = DEMO_COMMUNITIES[0]
PEOPLE = """
SELECT id, name, id_number_sealed FROM registry_person
WHERE area_code BETWEEN %s AND %s AND closed_on IS NULL AND death_date IS NULL AND id_number_sealed <> ''
ORDER BY id LIMIT %s
"""


@dataclass(frozen=True)
class Subject:
    """key: of the registered person, 0 for a stranger."""

    key: int
    name: str
    number: str


@dataclass(frozen=True)
class Sources:
    """web: address of the service, its rows at /rows. known: the registered people in all three."""

    web: str
    postgres: DepartmentPostgres
    files: SftpServer
    known: list[Subject]

    @property
    def hosts(self) -> str:
        return f"{self.web},postgresql://127.0.0.1:{self.postgres.port},sftp://127.0.0.1:{self.files.port}"


@contextmanager
def running_sources(stack: PortalStack, folder: Path, size: int) -> Iterator[Sources]:
    """size: records of each."""
    known = registered(stack)
    (folder / "postgres").mkdir()
    postgres = DepartmentPostgres(folder / "postgres")
    postgres.start()
    try:
        (folder / "files" / "drop").mkdir(parents=True)
        fill_database(postgres, [*known, *strangers(size - len(known), decade=1930)])
        write_file(folder / "files" / "drop" / "低保_2026.csv", [*known, *strangers(size - len(known), decade=1940)])
        rows = web_rows([*known, *strangers(size - len(known), decade=1950)])
        with sftp_server(folder / "files") as files, json_server(folder, rows=rows) as web:
            yield Sources(web, postgres, files, known)
    finally:
        postgres.stop()


def registered(stack: PortalStack) -> list[Subject]:
    found = stack.rows(PEOPLE, NANMEN, NANMEN + 999_999, KNOWN)
    return [Subject(key, name, open_sealed("person.id_number", sealed)) for key, name, sealed in found]


def strangers(count: int, *, decade: int) -> Iterator[Subject]:
    """Made up, each with a valid number that nobody else has."""
    for nth in range(count):
        day = date(decade, 1, 1) + timedelta(days=nth // 1000)
        body = f"310230{day:%Y%m%d}{nth % 1000:03d}"
        yield Subject(0, f"居民{nth}", body + id_check_digit(body))


def web_rows(subjects: list[Subject]) -> list[dict]:
    """Disability: a phone for each, unlike the registered one."""
    return [
        {"id": nth, "sfzh": one.number, "xm": one.name, "lxdh": f"138{nth:08d}", "cjdj": str(nth % 4 + 1)}
        for nth, one in enumerate(subjects)
    ]


def fill_database(postgres: DepartmentPostgres, subjects: list[Subject]) -> None:
    """Pensions, in a table."""
    postgres.run("CREATE TABLE pension (id int PRIMARY KEY, card text, name text, amount numeric)")
    postgres.run(
        "INSERT INTO pension SELECT n, card, name, 1500 + n %% 1000 FROM unnest(%s::int[], %s::text[], %s::text[])"
        " AS given (n, card, name)",
        list(range(len(subjects))),
        [one.number for one in subjects],
        [one.name for one in subjects],
    )


def write_file(path: Path, subjects: list[Subject]) -> None:
    """Minimum living allowance, as an office writes it: Chinese headers, GBK."""
    with path.open("w", encoding="gb18030", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["序号", "姓名", "身份证号码", "保障金额"])
        lines.writerows([nth, one.name, one.number, 900 + nth % 500] for nth, one in enumerate(subjects))
