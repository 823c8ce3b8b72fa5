"""Records into the table: COPY to a temporary one, then one upsert by (dataset, source key). Twice changes nothing.

The one way for what is uploaded and for what is pulled. Runs in the scope of the department's post, after
`services.writing.open_writing`: only people inside it are matched.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from accounts.codes import district_of
from data_return.reading import NewRecords
from registry.importing.copying import as_bytea, copy_piece, or_nothing

# A record gets its number as it comes, because lists are in that order; it is stored in the order of the keys, which
# touches the pages of their index one after another.
_BROUGHT = """
CREATE TEMPORARY TABLE brought_records
  (id bigint DEFAULT nextval('data_return_returnedrecord_id_seq'),
   key text, mark bytea, vals jsonb, print bytea, village bigint, day date) ON COMMIT DROP
"""
_COLUMNS = ["key", "mark", "vals", "print", "village", "day"]
_UPSERT = """
INSERT INTO data_return_returnedrecord AS kept
  (id, district, area_code, dataset_id, source_key, person_id, id_mark, values, fingerprint, observed_on, received_at)
SELECT b.id, %(district)s, coalesce(p.area_code, b.village, %(area)s), %(dataset)s, b.key, p.id, b.mark, b.vals,
       b.print, b.day, now()
FROM brought_records b
LEFT JOIN registry_person p ON p.district = %(district)s AND p.id_number_index = b.mark AND p.closed_on IS NULL
ORDER BY b.key
ON CONFLICT (district, dataset_id, source_key) DO UPDATE
SET area_code = excluded.area_code, person_id = excluded.person_id, id_mark = excluded.id_mark,
    values = CASE WHEN kept.fingerprint = excluded.fingerprint THEN kept.values ELSE {values} END,
    fingerprint = excluded.fingerprint, observed_on = excluded.observed_on, received_at = excluded.received_at
WHERE excluded.observed_on >= kept.observed_on
  AND (kept.fingerprint, kept.area_code, kept.person_id{confirmed})
      IS DISTINCT FROM (excluded.fingerprint, excluded.area_code, excluded.person_id{confirming})
"""
_STAYING = """
(SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(kept.values) WHERE key = ANY (%(staying)s))
  || excluded.values
"""
_COUNT = "SELECT count(*), count(person_id){items} FROM data_return_returnedrecord WHERE dataset_id = %s"
_FILLED = ", count(*) FILTER (WHERE values ? %s)"


@dataclass(frozen=True, slots=True)
class Belonging:
    """To which dataset records go, and to which area those that no village can be found for.

    confirms: the same values of a later day are a change, for the day. staying: items of which the values kept stay,
    because what came does not tell them.
    """

    dataset_id: int
    area_code: int
    confirms: bool = True
    staying: tuple[str, ...] = ()


def upsert_records(belonging: Belonging, records: Iterable[NewRecords]) -> int:
    """How many records are new or changed. What was observed earlier never overwrites what was observed later.

    A record goes to the village of its subject, else to the one that its row names, else to the department.
    """
    with brought_records(record_pieces(records)) as cursor:
        return upsert_brought(cursor, belonging)


def record_pieces(records: Iterable[NewRecords]) -> Iterator[bytes]:
    """Records as they are copied. No database, so it may be done in a thread."""
    for some in records:
        yield "".join(map(_as_line, *some)).encode()


@contextmanager
def brought_records(pieces: Iterable[bytes]) -> Iterator[CursorWrapper]:
    """Records in the temporary table `brought_records`, until the block ends."""
    with connection.cursor() as cursor:
        cursor.execute(_BROUGHT)
        for piece in pieces:
            copy_piece(cursor, "brought_records", _COLUMNS, piece)
        cursor.execute("ANALYZE brought_records (mark)")
        yield cursor
        cursor.execute("DROP TABLE brought_records")


def upsert_brought(cursor: CursorWrapper, belonging: Belonging) -> int:
    """Of what stands in `brought_records`, how many records are new or changed."""
    given: dict[str, Any] = {
        "district": district_of(belonging.area_code),
        "area": belonging.area_code,
        "dataset": belonging.dataset_id,
        "staying": list(belonging.staying),
    }
    cursor.execute(_upsert(belonging), given)
    return int(cursor.rowcount)


def count_quality(dataset_id: int, items: Sequence[str]) -> dict[str, Any]:
    """{"rows", "matched", "filled": {item code: rows}} of all records of the dataset in the running scope."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(items=_FILLED * len(items)), [*items, dataset_id])
        rows, matched, *filled = cursor.fetchone()
    return {"rows": rows, "matched": matched, "filled": {item: n for item, n in zip(items, filled, strict=True) if n}}


def _upsert(belonging: Belonging) -> str:
    parts = {"values": _STAYING if belonging.staying else "excluded.values"}
    parts |= {"confirmed": ", kept.observed_on" if belonging.confirms else ""}
    parts |= {"confirming": ", excluded.observed_on" if belonging.confirms else ""}
    return _UPSERT.format(**parts)


def _as_line(key: bytes, mark: bytes | None, values: str, fingerprint: bytes, village: int | None, day: date) -> str:
    """A line of CSV as `copy_piece` takes it; only the values need quoting."""
    quoted = values.replace('"', '""')
    return f'{key.hex()},{as_bytea(mark)},"{quoted}",{as_bytea(fingerprint)},{or_nothing(village)},{day}\n'
