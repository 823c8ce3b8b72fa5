"""Parsed rows against the registry: who is known, who is new, and the writing of both by a few statements."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.actors import Actor
from accounts.codes import district_of
from accounts.rights import IMPORT_RESIDENTS
from accounts.sealing import blind_index, seal
from registry.catalogue import Catalogue, column_of
from registry.changes import Source, apply_query
from registry.errors import AlreadyRegistered
from registry.importing.checking import BIRTH_DATE, ID_NUMBER, NAME
from registry.importing.copying import copy_rows
from registry.importing.placing import Place
from registry.importing.reading import AREA_ITEMS, Reading
from registry.models import DataItem, Entity, Person
from registry.rules.pinyin import spell_name

CLOSED = "此人已注销。如需恢复,请先在居民列表中查看“已注销”的登记。"
DOUBTFUL = "疑似重复:本村居已有同名、同出生日期的人。请在居民列表中核对;确是另一个人,请补上身份证号码后再导入。"
TAKEN = f"“身份证号码”{AlreadyRegistered.default}"

_KEYS = "CREATE TEMPORARY TABLE import_keys (position int, mark bytea, name text, birth date) ON COMMIT DROP"
_KNOWN = """
SELECT k.position, p.id, p.closed_on IS NOT NULL
FROM import_keys k JOIN registry_person p ON p.district = %(district)s AND p.id_number_index = k.mark
"""
_TAKEN = """
SELECT k.position FROM import_keys k
JOIN registry_taken_id_numbers(%(district)s, (SELECT array_agg(mark) FROM import_keys WHERE mark IS NOT NULL)) t(mark)
  ON t.mark = k.mark
"""
_DOUBTFUL = """
SELECT DISTINCT k.position FROM import_keys k
JOIN registry_person p ON p.area_code BETWEEN %(low)s AND %(high)s AND p.name = k.name AND p.birth_date = k.birth
WHERE p.closed_on IS NULL AND (k.mark IS NULL OR p.id_number_index IS NULL)
"""


@dataclass
class Matches:
    """known: position -> id of the person found by ID number. new: positions of people to add."""

    known: dict[int, int] = field(default_factory=dict)
    new: list[int] = field(default_factory=list)
    marks: dict[int, bytes] = field(default_factory=dict)
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """new, changed: how many people. new_ids, changed_ids: who, by position in the sheet."""

    new: int
    changed: int
    new_ids: dict[int, int]
    changed_ids: dict[int, int]


def find_matches(reading: Reading, place: Place) -> Matches:
    """Find who is registered already. Refuses, in `reading`, the closed, the doubtful and the taken numbers.

    Runs in the scope of the actor: a number that is taken out of sight is refused with the sentence of every other.
    """
    matches = Matches(marks=_marks(reading))
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        copy_rows(cursor, "import_keys", ["position", "mark", "name", "birth"], _keys(reading, matches))
        cursor.execute("ANALYZE import_keys")
        _find_known(cursor, reading, matches, place)
        _refuse_taken(cursor, reading, matches, place)
        _refuse_doubtful(cursor, reading, matches, place)
        cursor.execute("DROP TABLE import_keys")
    matches.known = {position: pk for position, pk in matches.known.items() if position not in reading.wrong}
    matches.new = [position for position in reading.good() if position not in matches.known]
    return matches


def write_people(
    *, actor: Actor, reading: Reading, matches: Matches, place: Place, source: Source, catalogue: Catalogue
) -> Written:
    """Add the new and change the known, in the caller's transaction. Values that are the same stay untouched."""
    writer = _Writer(reading, matches, place, source, catalogue)
    with connection.cursor() as cursor:
        new_ids = writer.add_new(cursor)
        changed_ids = writer.stage_known(cursor)
        outcome = apply_query(
            actor=actor,
            entity=Entity.PERSON,
            rows="SELECT subject_id, vals, marks FROM import_changes",
            params=[],
            items=[item.code for item in writer.items],
            source=source,
            right=IMPORT_RESIDENTS,
        )
        cursor.execute("DROP TABLE import_changes")
    return Written(len(new_ids), outcome.changed, new_ids, changed_ids)


def count_changed(*, reading: Reading, matches: Matches, place: Place, source: Source, catalogue: Catalogue) -> int:
    """How many known people the sheet would change: the same comparison as the writing, without writing."""
    with connection.cursor() as cursor:
        changed = len(_Writer(reading, matches, place, source, catalogue).stage_known(cursor))
        cursor.execute("DROP TABLE import_changes")
    return changed


def _marks(reading: Reading) -> dict[int, bytes]:
    numbers = reading.values.get(ID_NUMBER, [])
    return {
        position: blind_index(ID_NUMBER, number)
        for position, number in enumerate(numbers)
        if number is not None and position not in reading.wrong
    }


def _keys(reading: Reading, matches: Matches) -> Iterator[tuple[Any, ...]]:
    names = reading.values[NAME]
    for position in reading.good():
        yield position, matches.marks.get(position), names[position], reading.at(BIRTH_DATE, position)


def _find_known(cursor: CursorWrapper, reading: Reading, matches: Matches, place: Place) -> None:
    cursor.execute(_KNOWN, {"district": place.district})
    for position, pk, closed in cursor.fetchall():
        matches.known[position] = pk
        if closed:
            reading.refuse(position, ID_NUMBER, CLOSED)


def _refuse_taken(cursor: CursorWrapper, reading: Reading, matches: Matches, place: Place) -> None:
    cursor.execute(_TAKEN, {"district": place.district})
    for (position,) in cursor.fetchall():
        if position not in matches.known:
            matches.taken += 1
            reading.refuse(position, ID_NUMBER, TAKEN)


def _refuse_doubtful(cursor: CursorWrapper, reading: Reading, matches: Matches, place: Place) -> None:
    cursor.execute(_DOUBTFUL, {"low": place.range[0], "high": place.range[1]})
    for (position,) in cursor.fetchall():
        if position not in matches.known and position not in reading.wrong:
            reading.refuse(position, NAME, DOUBTFUL)


class _Writer:
    """Rows for COPY. Everything that repeats (stamps, column names, pinyin) is made once."""

    def __init__(self, reading: Reading, matches: Matches, place: Place, source: Source, catalogue: Catalogue) -> None:
        self.reading, self.matches, self.place = reading, matches, place
        codes = [code for code in reading.values if code not in AREA_ITEMS]
        self.items: list[DataItem] = [catalogue.item(code) for code in codes]
        self.columns = {item.code: column for item in self.items if (column := column_of(item))}
        self.typed = [item for item in self.items if item.code in self.columns and not item.is_sealed]
        self.loose = [item for item in self.items if item.code not in self.columns]
        self._stamp = source.stamp()
        self._provenance: dict[tuple[str, ...], str] = {}
        self._spelled: dict[str, tuple[str, str]] = {}
        self._texts = {item.code for item in self.typed if item.type not in ("date", "boolean", "integer", "decimal")}

    def add_new(self, cursor: CursorWrapper) -> dict[int, int]:
        """Insert the new people in order of their area. Position in the sheet -> id."""
        positions = sorted(self.matches.new, key=self.place.code_at)
        ids = _new_ids(cursor, len(positions))
        columns = [*_FIXED_COLUMNS, *(self.columns[item.code] for item in self.typed)]
        names = ", ".join(columns)
        cursor.execute("CREATE TEMPORARY TABLE import_people (LIKE registry_person) ON COMMIT DROP")
        cursor.execute("ALTER TABLE import_people " + ", ".join(f"ALTER {name} DROP NOT NULL" for name in _NOT_GIVEN))
        copy_rows(cursor, "import_people", columns, self._new_rows(positions, ids, timezone.now()))
        blanks = {name: "''" for name in _TEXT_COLUMNS if name not in columns}
        cursor.execute(
            f"INSERT INTO registry_person ({', '.join([names, *blanks])})"  # noqa: S608  (names of our own columns)
            f" SELECT {', '.join([names, *blanks.values()])} FROM import_people"
        )
        cursor.execute("DROP TABLE import_people")
        return dict(zip(positions, ids, strict=True))

    def stage_known(self, cursor: CursorWrapper) -> dict[int, int]:
        """Fill `import_changes` with what differs from the registry. Position -> id of those that differ."""
        cursor.execute(
            "CREATE TEMPORARY TABLE import_changes (position int, subject_id bigint, vals jsonb, marks jsonb)"
            " ON COMMIT DROP"
        )
        copy_rows(cursor, "import_changes", ["position", "subject_id", "vals", "marks"], self._known_rows())
        cursor.execute(self._keep_differing())
        cursor.execute("DELETE FROM import_changes WHERE vals IS NULL")
        cursor.execute("SELECT position, subject_id FROM import_changes")
        return dict(cursor.fetchall())

    def _new_rows(self, positions: Sequence[int], ids: Sequence[int], now: datetime) -> Iterator[tuple[Any, ...]]:
        moment = now.isoformat()
        columns = [(self.reading.values[item.code], item.code in self._texts) for item in self.typed]
        for position, pk in zip(positions, ids, strict=True):
            area = self.place.code_at(position)
            sealed, index = self._sealed_number(position)
            attributes, marks = self._loose_values(position)
            yield (
                pk,
                district_of(area),
                area,
                self.place.register_of(position, area),
                sealed,
                index,
                *self._spell(self.reading.values[NAME][position]),
                json.dumps(attributes, ensure_ascii=False) if attributes else "{}",
                self._provenance_of(position, marks),
                1,
                moment,
                moment,
                "",
                *("" if text and column[position] is None else column[position] for column, text in columns),
            )

    def _known_rows(self) -> Iterator[tuple[Any, ...]]:
        """Every value of the sheet but the ID number, which is how they were found."""
        columns = [(item.code, self.reading.values[item.code]) for item in self.typed]
        for position, pk in self.matches.known.items():
            values = {code: column[position] for code, column in columns if column[position] is not None}
            loose, marks = self._loose_values(position)
            yield position, pk, json.dumps(values | loose, ensure_ascii=False), json.dumps(marks)

    def _keep_differing(self) -> str:
        """SQL that narrows vals to what the registry has otherwise; NULL where nothing differs."""
        stored = ", ".join(f"'{item.code}', p.{self.columns[item.code]}" for item in self.typed)
        return f"""
        UPDATE import_changes c SET vals = d.vals
        FROM (
            SELECT i.position, (
                SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(i.vals) e
                WHERE CASE WHEN i.marks ? e.key THEN p.provenance->e.key->>'ix' IS DISTINCT FROM i.marks->>e.key
                           ELSE (p.attributes || jsonb_build_object({stored}))->>e.key
                                IS DISTINCT FROM e.value #>> '{{}}' END
            ) AS vals
            FROM import_changes i JOIN registry_person p ON p.district = {self.place.district} AND p.id = i.subject_id
        ) d WHERE d.position = c.position
        """  # noqa: S608

    def _sealed_number(self, position: int) -> tuple[str, bytes | None]:
        mark = self.matches.marks.get(position)
        if mark is None:
            return "", None
        return seal(ID_NUMBER, self.reading.values[ID_NUMBER][position]), mark

    def _loose_values(self, position: int) -> tuple[dict[str, Any], dict[str, str]]:
        """Values kept in `attributes`, sealed where they must be, and the blind index (hex) of those."""
        values: dict[str, Any] = {}
        marks: dict[str, str] = {}
        for item in self.loose:
            value = self.reading.values[item.code][position]
            if value is None:
                continue
            if item.is_sealed:
                marks[item.code] = blind_index(item.code, str(value)).hex()
                value = seal(item.code, str(value))
            values[item.code] = value
        return values, marks

    def _provenance_of(self, position: int, marks: dict[str, str]) -> str:
        index = self.matches.marks.get(position)
        if index is not None:
            marks = {**marks, ID_NUMBER: index.hex()}
        known = tuple(item.code for item in self.items if self.reading.values[item.code][position] is not None)
        plain = tuple(code for code in known if code not in marks)
        text = self._provenance.get(plain)
        if text is None:
            text = json.dumps(dict.fromkeys(plain, self._stamp), ensure_ascii=False)[:-1]
            self._provenance[plain] = text
        marked = {code: self._stamp | {"ix": mark} for code, mark in marks.items()}
        rest = json.dumps(marked, ensure_ascii=False)[1:-1]
        return f"{text}{', ' if plain and rest else ''}{rest}}}"

    def _spell(self, name: str) -> tuple[str, str]:
        spelled = self._spelled.get(name)
        if spelled is None:
            spelled = self._spelled[name] = spell_name(name)
        return spelled


_FIXED_COLUMNS = (
    "id", "district", "area_code", "registered_area_code", "id_number_sealed", "id_number_index", "pinyin", "initials",
    "attributes", "provenance", "version", "created_at", "updated_at", "closed_reason",
)  # fmt: skip


_TEXT_COLUMNS = [
    str(column.column)
    for column in Person._meta.concrete_fields
    if isinstance(column, models.CharField | models.TextField)
]
"""Columns that hold "" where nothing is known."""
_NOT_GIVEN = [name for name in _TEXT_COLUMNS if name not in _FIXED_COLUMNS]


def _new_ids(cursor: CursorWrapper, count: int) -> list[int]:
    sequence = "pg_get_serial_sequence('registry_person', 'id')"
    cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])  # noqa: S608
    return [row[0] for row in cursor.fetchall()]
