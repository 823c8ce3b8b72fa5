"""Import of residents from Excel, reading and checks included, against a bare COPY and against django-import-export.

Everything happens inside transactions that are rolled back. Run with the environment of the portal:
    python -m bench.import_people [rows]
"""

import csv
import io
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from rustpy_xlsxwriter import FastExcel

ROWS, SAMPLE = 100_000, 1_000
TIMES = 3  # of both sides, the best counts: the machine does other things too
COPY_BAR, LIBRARY_BAR = 40.0, 15.0
COMMUNITY = 310151999001000000
COUNTY = "310200"  # never assigned, and not among those of the seeded people
HEADERS = (
    "序号", "姓名", "性别", "身份证号码", "出生日期", "民族",
    "婚姻状况", "学历", "联系电话", "现住址", "户籍地址", "是否低保",
)  # fmt: skip
SURNAMES, GIVEN = "施黄陈沈倪顾陆张王李", "桂兰德明永昌秀珍建国小红丽娟志强子涵"

Table = list[tuple[str, ...]]


class _Undo(Exception):
    """Leaves a transaction without keeping anything."""


def run(rows: int = ROWS) -> list[dict[str, Any]]:
    """Lines for the table of `make bench`: name, ours, limit (seconds), ratio, bar.

    The library is timed on its first 1,000 rows and counted up in proportion, which flatters it.
    """
    table = make_table(rows)
    data = make_workbook(table)
    ours = min(_timed(lambda: import_ours(data)) for _ in range(TIMES))
    copied = min(_timed(lambda: copy_bare(table)) for _ in range(TIMES))
    sample = make_workbook(table[:SAMPLE])
    library = _timed(lambda: import_with_library(sample)) * rows / min(SAMPLE, rows)
    name = f"Excel import of {rows:,} people, reading and checks included"
    return [
        {"name": f"{name} / bare COPY", "ours": ours, "limit": copied, "ratio": ours / copied, "bar": COPY_BAR},
        {
            "name": f"django-import-export / {name}",
            "ours": ours,
            "limit": library,
            "ratio": library / ours,
            "bar": LIBRARY_BAR,
            "at_least": True,
        },
    ]


def make_table(rows: int) -> Table:
    """Made-up people with numbers that are valid in form; the same ones every time."""
    from registry.rules.identity import id_check_digit

    rng = Random(20261122)
    numbers: dict[str, None] = {}
    while len(numbers) < rows:
        day = f"{rng.randint(1935, 2015)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
        body = f"{COUNTY}{day}{rng.randint(0, 999):03d}"
        numbers[body + id_check_digit(body)] = None
    return [_person(nth, number, rng) for nth, number in enumerate(numbers, 1)]


def make_workbook(table: Table) -> bytes:
    file = io.BytesIO()
    FastExcel(file).sheet("居民", [dict(zip(HEADERS, row, strict=True)) for row in table]).save()
    return file.getvalue()


def import_ours(data: bytes) -> None:
    """Open, bind, read, check, match and write: the whole way of a file."""
    from accounts.scope import acting_as
    from accounts.xlsx import open_upload
    from registry.binding import bind_opened
    from registry.catalogue import get_catalogue
    from registry.changes import Source, SourceKind
    from registry.importing import Reading, find_matches, place_rows, read_sheet, write_people
    from registry.models import ImportBatch

    actor = _actor()
    with _undone(), acting_as(actor):
        catalogue = get_catalogue()
        workbook = open_upload(data)
        reading = Reading("")
        for reading in read_sheet(workbook, bind_opened(workbook, catalogue.specs), catalogue):  # noqa: B007
            pass
        place = place_rows(reading, ImportBatch(area_code=COMMUNITY, register=ImportBatch.Register.HERE), {})
        matches = find_matches(reading, place)
        source = Source(SourceKind.IMPORT, "bench", _today())
        written = write_people(
            actor=actor, reading=reading, matches=matches, place=place, source=source, catalogue=catalogue
        )
        assert written.new > 0.99 * len(reading.numbers), written.new
        raise _Undo


def copy_bare(table: Table) -> None:
    """The same cells by COPY into a table without index, policy or check."""
    from django.db import connection, transaction

    text = io.StringIO()
    csv.writer(text).writerows(table)
    with _undone(), transaction.atomic(), connection.cursor() as cursor:
        columns = ", ".join(f"c{nth} text" for nth in range(len(HEADERS)))
        cursor.execute(f"CREATE TABLE pg_temp.bare_copy ({columns})")
        text.seek(0)
        cursor.copy_expert("COPY pg_temp.bare_copy FROM STDIN (FORMAT csv)", text)
        raise _Undo


def import_with_library(data: bytes) -> None:
    """The same file, checks, seals and table through django-import-export with its usual settings."""
    from tablib import Dataset

    from accounts.scope import acting_as
    from bench.library_import import PersonResource

    with _undone(), acting_as(_actor()):
        dataset = Dataset().load(data, format="xlsx")
        result = PersonResource(COMMUNITY).import_data(dataset, raise_errors=True)
        assert result.totals["new"] == len(dataset), dict(result.totals)
        raise _Undo


def _person(nth: int, number: str, rng: Random) -> tuple[str, ...]:
    door = f"城桥镇南门路{rng.randint(1, 300)}号{rng.randint(101, 606)}室"
    return (
        str(nth),
        rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 2)),
        "男" if int(number[16]) % 2 else "女",
        number,
        f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "汉族",
        "已婚",
        "初中",
        f"154{rng.randint(0, 99_999_999):08d}",
        door,
        door,
        "否",
    )


def _actor() -> Any:
    from accounts.actors import Actor
    from accounts.codes import Level
    from accounts.roles import Role

    return Actor(0, 0, "bench", Role.COMMUNITY_WORKER, COMMUNITY, Level.COMMUNITY, "bench")


def _today() -> Any:
    from django.utils import timezone

    return timezone.localdate()


@contextmanager
def _undone() -> Iterator[None]:
    try:
        yield
    except _Undo:
        return


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(arguments: Sequence[str]) -> None:
    import django

    django.setup()
    for line in run(int(arguments[0]) if arguments else ROWS):
        print("{name}: {ours:.2f} s, {limit:.2f} s, ratio {ratio:.1f}, bar {bar:g}".format(**line))


if __name__ == "__main__":
    main(sys.argv[1:])
