"""Parsed rows against the registry: who is known by ID number, who is new, and who must not go in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from accounts.sealing import blind_index
from registry.errors import AlreadyRegistered
from registry.importing.checking import BIRTH_DATE, ID_NUMBER, NAME
from registry.importing.copying import as_bytea, copy_rows, or_nothing
from registry.importing.placing import Place
from registry.importing.reading import Reading

CLOSED = "此人已注销。如需恢复,请先在居民列表中查看“已注销”的登记。"
DOUBTFUL = "疑似重复:本村居已有同名、同出生日期的人。请在居民列表中核对;确是另一个人,请补上身份证号码后再导入。"
TAKEN = f"“身份证号码”{AlreadyRegistered.default}"

_KEYS = "CREATE TEMPORARY TABLE import_keys (position int, mark bytea, name text, birth date) ON COMMIT DROP"
_KNOWN = """
SELECT k.position, p.id, p.closed_on IS NOT NULL
FROM import_keys k JOIN registry_person p ON p.district = %(district)s AND p.id_number_index = k.mark
WHERE k.position = ANY(%(taken)s)
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


def find_matches(reading: Reading, place: Place) -> Matches:
    """Find who is registered already. Refuses, in `reading`, the closed, the doubtful and the taken numbers.

    Runs in the scope of the actor: a number that is taken out of sight is refused with the sentence of every other.
    """
    matches = Matches(marks=_marks(reading))
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        copy_rows(cursor, "import_keys", ["position", "mark", "name", "birth"], _keys(reading, matches))
        cursor.execute("ANALYZE import_keys")
        taken = _find_taken(cursor, place)
        _find_known(cursor, reading, matches, place, taken)
        _refuse_taken(reading, matches, taken)
        _refuse_doubtful(cursor, reading, matches, place)
        cursor.execute("DROP TABLE import_keys")
    matches.known = {position: pk for position, pk in matches.known.items() if position not in reading.wrong}
    matches.new = [position for position in reading.good() if position not in matches.known]
    return matches


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
        mark, birth = matches.marks.get(position), reading.at(BIRTH_DATE, position)
        yield position, as_bytea(mark), names[position], or_nothing(birth)


def _find_taken(cursor: CursorWrapper, place: Place) -> list[int]:
    """Positions whose number is registered in the district, in sight or not: one look into the index for each."""
    cursor.execute(_TAKEN, {"district": place.district})
    return [position for (position,) in cursor.fetchall()]


def _find_known(cursor: CursorWrapper, reading: Reading, matches: Matches, place: Place, taken: Sequence[int]) -> None:
    cursor.execute(_KNOWN, {"district": place.district, "taken": list(taken)})
    for position, pk, closed in cursor.fetchall():
        matches.known[position] = pk
        if closed:
            reading.refuse(position, ID_NUMBER, CLOSED)


def _refuse_taken(reading: Reading, matches: Matches, taken: Iterable[int]) -> None:
    for position in taken:
        if position not in matches.known:
            matches.taken += 1
            reading.refuse(position, ID_NUMBER, TAKEN)


def _refuse_doubtful(cursor: CursorWrapper, reading: Reading, matches: Matches, place: Place) -> None:
    cursor.execute(_DOUBTFUL, {"low": place.range[0], "high": place.range[1]})
    for (position,) in cursor.fetchall():
        if position not in matches.known and position not in reading.wrong:
            reading.refuse(position, NAME, DOUBTFUL)
