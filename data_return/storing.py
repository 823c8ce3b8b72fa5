"""Records into the table: COPY to a temporary one, then one upsert by (dataset, source key). Twice changes nothing."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from accounts.codes import district_of
from data_return.models import DatasetLoad
from data_return.reading import NewRecord
from registry.importing.copying import as_bytea, copy_rows, or_nothing

_BROUGHT = """
CREATE TEMPORARY TABLE brought_records (key text, mark bytea, vals jsonb, print bytea, village bigint) ON COMMIT DROP
"""
_UPSERT = """
INSERT INTO data_return_returnedrecord AS kept
  (district, area_code, dataset_id, source_key, person_id, id_mark, values, fingerprint, observed_on, received_at)
SELECT %(district)s, coalesce(p.area_code, b.village, %(area)s), %(dataset)s, b.key, p.id, b.mark, b.vals, b.print,
       %(observed)s, now()
FROM brought_records b
LEFT JOIN registry_person p ON p.district = %(district)s AND p.id_number_index = b.mark AND p.closed_on IS NULL
ON CONFLICT (district, dataset_id, source_key) DO UPDATE
SET area_code = excluded.area_code, person_id = excluded.person_id, id_mark = excluded.id_mark,
    values = CASE WHEN kept.fingerprint = excluded.fingerprint THEN kept.values ELSE excluded.values END,
    fingerprint = excluded.fingerprint, observed_on = excluded.observed_on, received_at = excluded.received_at
WHERE excluded.observed_on >= kept.observed_on
  AND (kept.fingerprint, kept.area_code, kept.person_id, kept.observed_on)
      IS DISTINCT FROM (excluded.fingerprint, excluded.area_code, excluded.person_id, excluded.observed_on)
"""
_COUNT = """
SELECT count(*), count(person_id), coalesce((
  SELECT jsonb_object_agg(item, n) FROM (
    SELECT item, count(*) AS n FROM data_return_returnedrecord r, jsonb_object_keys(r.values) AS item
    WHERE r.dataset_id = %(dataset)s GROUP BY item) filled), '{}')
FROM data_return_returnedrecord WHERE dataset_id = %(dataset)s
"""


def upsert_records(load: DatasetLoad, records: Iterable[NewRecord]) -> int:
    """How many records are new or changed. An older file never overwrites what a newer one brought.

    A record goes to the village of its subject, else to the one that the file names, else to the department.
    Runs in the scope of the department's post: only people inside it are matched.
    """
    given: dict[str, Any] = {
        "district": district_of(load.area_code),
        "area": load.area_code,
        "dataset": load.dataset_id,
        "observed": load.observed_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BROUGHT)
        copy_rows(cursor, "brought_records", ["key", "mark", "vals", "print", "village"], map(_as_row, records))
        cursor.execute("ANALYZE brought_records")
        cursor.execute(_UPSERT, given)
        written: int = cursor.rowcount
        cursor.execute("DROP TABLE brought_records")
    return written


def _as_row(one: NewRecord) -> tuple[Any, ...]:
    return one.key, as_bytea(one.mark), one.values, as_bytea(one.fingerprint), or_nothing(one.village)


def count_quality(dataset_id: int) -> dict[str, Any]:
    """{"rows", "matched", "filled": {item code: rows}} of all records of the dataset in the running scope."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"dataset": dataset_id})
        rows, matched, filled = cursor.fetchone()
    return {"rows": rows, "matched": matched, "filled": json.loads(filled) if isinstance(filled, str) else filled}
