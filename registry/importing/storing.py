"""The writing of matched rows: new people by one INSERT, known ones through `registry.changes`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.actors import Actor
from accounts.rights import IMPORT_RESIDENTS
from accounts.sealing import blind_index, seal
from registry.catalogue import Catalogue, column_of
from registry.changes import Source, apply_query
from registry.importing.checking import ID_NUMBER, NAME
from registry.importing.copying import NOTHING, as_bytea, copy_piece, copy_rows, csv_pieces, made_ahead
from registry.importing.matching import Matches
from registry.importing.placing import Place
from registry.importing.reading import AREA_ITEMS, Reading
from registry.importing.stamping import PROVENANCE, WITH_MORE, Stamps
from registry.models import Entity, ItemType, Person
from registry.rules.pinyin import spell_name

FIXED_COLUMNS = (
    "id", "district", "area_code", "registered_area_code", "id_number_sealed", "id_number_index", "pinyin", "initials",
    "attributes", "version", "created_at", "updated_at", "closed_reason",
)  # fmt: skip
TEXT_COLUMNS = [
    str(column.column)
    for column in Person._meta.concrete_fields
    if isinstance(column, models.CharField | models.TextField)
]
"""Columns that hold "" where nothing is known."""
NOT_GIVEN = [name for name in TEXT_COLUMNS if name not in FIXED_COLUMNS]
PENDING = "256MB"
NULLABLE = (ItemType.DATE, ItemType.BOOLEAN, ItemType.INTEGER, ItemType.DECIMAL)


@dataclass(frozen=True, slots=True)
class Written:
    """new, changed: how many people. new_ids, changed_ids: who, by position in the sheet."""

    new: int
    changed: int
    new_ids: dict[int, int]
    changed_ids: dict[int, int]


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


class _Writer:
    """Makes the rows for COPY column by column: what repeats (stamps, pinyin, area) is made once."""

    def __init__(self, reading: Reading, matches: Matches, place: Place, source: Source, catalogue: Catalogue) -> None:
        self.reading, self.matches, self.place = reading, matches, place
        self.items = [catalogue.item(code) for code in reading.values if code not in AREA_ITEMS]
        self.columns = {item.code: column for item in self.items if (column := column_of(item))}
        self.typed = [item for item in self.items if item.code in self.columns and not item.is_sealed]
        self.loose = [item for item in self.items if item.code not in self.columns]
        self._stamps = Stamps(source, {code: reading.values[code] for code in self._plain_codes()})

    def add_new(self, cursor: CursorWrapper) -> dict[int, int]:
        """Insert the new people in order of their area. Position in the sheet -> id."""
        positions = sorted(self.matches.new, key=self.place.code_at)
        ids = _new_ids(cursor, len(positions))
        given = [*FIXED_COLUMNS, *(self.columns[item.code] for item in self.typed)]
        cursor.execute(
            "CREATE TEMPORARY TABLE import_people (LIKE registry_person, stamp int, more_stamps jsonb) ON COMMIT DROP"
        )
        optional = ", ".join(f"ALTER {name} DROP NOT NULL" for name in [*NOT_GIVEN, "provenance"])
        cursor.execute(f"ALTER TABLE import_people {optional}")
        # The trigram indexes take many rows later, in one go, instead of row by row.
        cursor.execute(f"SET LOCAL gin_pending_list_limit = '{PENDING}'")
        rows, insert = self._new_rows(positions, ids), self._insert(given)
        for piece in made_ahead(csv_pieces(rows)):
            copy_piece(cursor, "import_people", [*given, "stamp", "more_stamps"], piece)
            cursor.execute(insert, self._stamps.parameters())
            cursor.execute("TRUNCATE import_people")
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

    def _insert(self, given: Sequence[str]) -> str:
        """SQL that takes the copied rows over. given: columns that were copied; the other texts are blank."""
        blank = [name for name in TEXT_COLUMNS if name not in given]
        provenance = WITH_MORE if any(item.is_sealed for item in self.loose) else PROVENANCE
        return (
            f"INSERT INTO registry_person ({', '.join([*given, *blank, 'provenance'])})"  # noqa: S608  (our own names)
            f" SELECT {', '.join([*given, *(repeat(repr(''), len(blank))), provenance])} FROM import_people"
        )

    def _new_rows(self, positions: Sequence[int], ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        areas = [self.place.code_at(position) for position in positions]
        marks = [self.matches.marks.get(position) for position in positions]
        spelled = self._spelled(positions)
        attributes, loose_marks = self._loose_columns(positions)
        stamps = [self._stamps.number_of(position) for position in positions]  # all numbered before the first piece
        moment = timezone.now().isoformat()
        return zip(
            ids,
            repeat(self.place.district),
            areas,
            (self.place.register_of(position, area) for position, area in zip(positions, areas, strict=True)),
            self._sealed_numbers(positions),
            map(as_bytea, marks),
            (full for full, _ in spelled),
            (first for _, first in spelled),
            attributes,
            repeat(1),
            repeat(moment),
            repeat(moment),
            repeat(""),
            *(self._column(item.code, NOTHING if item.type in NULLABLE else "", positions) for item in self.typed),
            stamps,
            (self._stamps.more(found) if found else NOTHING for found in loose_marks),
            strict=False,
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

    def _plain_codes(self) -> list[str]:
        """Items whose stamp carries no blind index."""
        return [item.code for item in self.items if not item.is_sealed]

    def _column(self, code: str, blank: str, positions: Sequence[int]) -> Iterator[Any]:
        column = self.reading.values[code]
        return (blank if (value := column[position]) is None else value for position in positions)

    def _spelled(self, positions: Sequence[int]) -> list[tuple[str, str]]:
        names = self.reading.values[NAME]
        known = {name: spell_name(name) for name in {names[position] for position in positions}}
        return [known[names[position]] for position in positions]

    def _sealed_numbers(self, positions: Sequence[int]) -> Iterator[str]:
        numbers = self.reading.values.get(ID_NUMBER) or [None] * len(self.reading.numbers)
        return (seal(ID_NUMBER, number) if (number := numbers[position]) else "" for position in positions)

    def _loose_columns(self, positions: Sequence[int]) -> tuple[list[str], list[dict[str, str]]]:
        """`attributes` as JSON and the blind indexes in them, for each position."""
        if not self.loose:
            return ["{}"] * len(positions), [{}] * len(positions)
        found = [self._loose_values(position) for position in positions]
        return [json.dumps(values, ensure_ascii=False) for values, _ in found], [marks for _, marks in found]

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


def _new_ids(cursor: CursorWrapper, count: int) -> list[int]:
    sequence = "pg_get_serial_sequence('registry_person', 'id')"
    cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])  # noqa: S608
    return [row[0] for row in cursor.fetchall()]
