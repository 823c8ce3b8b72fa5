"""A page and its cursor, written in one transaction: records, quarantine, deletions, and how far the run has come."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from accounts.actors import Actor
from accounts.codes import district_of
from data_return.connectors.codec import read_back, write_down
from data_return.connectors.kinds import Mark, Page
from data_return.connectors.shaping import order_of
from data_return.models import Connector, PullRun
from data_return.pull.preparing import BadRow, Prepared
from data_return.services.writing import open_writing
from data_return.storing import Belonging, brought_records, upsert_brought

KEPT_OF_MOSTLY_BAD = 100
_QUARANTINE = """
INSERT INTO data_return_quarantinedrow AS kept
  (district, area_code, dataset_id, connector_id, mark, sealed, fingerprint, reasons, state, came_at)
SELECT %(district)s, %(area)s, %(dataset)s, %(connector)s, r.mark, r.sealed, decode(r.print, 'hex'), r.reasons,
       'waiting', now()
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(mark text, sealed text, print text, reasons jsonb)
ON CONFLICT (district, connector_id, mark) DO UPDATE
SET sealed = excluded.sealed, fingerprint = excluded.fingerprint, reasons = excluded.reasons, state = 'waiting',
    came_at = excluded.came_at
WHERE kept.fingerprint <> excluded.fingerprint
"""
_SETTLE = """
DELETE FROM data_return_quarantinedrow
WHERE district = %(district)s AND connector_id = %(connector)s AND mark = ANY (%(good)s)
"""
_REMOVE = """
DELETE FROM data_return_returnedrecord
WHERE district = %(district)s AND dataset_id = %(dataset)s AND source_key = ANY (%(gone)s)
"""
SHORT = "('x' || left({key}, 16))::bit(64)::bigint"
"""64 bits of a source key."""
_HEARD_BEFORE = f"""
DELETE FROM brought_records b USING data_return_pullseen s
WHERE s.run_id = %(run)s AND s.key = {SHORT.format(key="b.key")}
"""  # noqa: S608  (our own names)
_HEARD = f"""
INSERT INTO data_return_pullseen (run_id, key) SELECT %(run)s, {SHORT.format(key="b.key")} FROM brought_records b
"""  # noqa: S608
_HEARD_BAD = f"""
INSERT INTO data_return_pullseen (run_id, key) SELECT %(run)s, {SHORT.format(key="k")} FROM unnest(%(bad)s) AS k
ON CONFLICT DO NOTHING
"""  # noqa: S608


def keep_page(*, actor: Actor, connector: Connector, run: PullRun, page: Page, prepared: Prepared) -> None:
    """In the actor's scope, while the connector is locked."""
    open_writing(actor=actor, dataset=connector.dataset)
    writing = _Writing(actor, connector, run if page.whole else None)
    told = writing.all(prepared)
    run.pages, run.came = run.pages + 1, run.came + prepared.came
    run.written, run.gone, run.bad = run.written + told["written"], run.gone + told["gone"], run.bad + told["bad"]
    run.doubled, run.known = run.doubled + told["doubled"], run.known + told["known"]
    run.nameless, run.drift = run.nameless + prepared.nameless, prepared.drift.added_to(run.drift)
    run.is_whole = page.whole
    run.at, run.since = write_down(page.at or {}), write_down(page.mark) if page.mark else run.since
    run.save()
    _move_on(connector, page.mark)


def keep_bad_ones(*, actor: Actor, connector: Connector, prepared: Prepared) -> None:
    """Of a page that is not kept: some of its bad rows, for people to see what is wrong."""
    open_writing(actor=actor, dataset=connector.dataset)
    with connection.cursor() as cursor:
        _Writing(actor, connector, None).quarantine(cursor, prepared.bad[:KEPT_OF_MOSTLY_BAD])


def keep_again(*, actor: Actor, connector: Connector, prepared: Prepared) -> int:
    """Rows from quarantine; those that are fit leave it. Returns how many records are new or changed."""
    open_writing(actor=actor, dataset=connector.dataset)
    return _Writing(actor, connector, None).all(prepared)["written"]


class _Writing:
    """run: of a page of everything there is, of which it must be known whom it told of."""

    def __init__(self, actor: Actor, connector: Connector, run: PullRun | None) -> None:
        self._connector, self._run = connector, run
        self._given: dict[str, Any] = {
            "district": district_of(actor.area_code),
            "area": actor.area_code,
            "dataset": connector.dataset_id,
            "connector": connector.pk,
            "run": run.pk if run else None,
        }

    def all(self, prepared: Prepared) -> dict[str, int]:
        belonging = Belonging(
            self._connector.dataset_id, self._given["area"], confirms=False, staying=prepared.drift.staying
        )
        with brought_records(prepared.pieces) as cursor:
            doubled, known = self._hear(cursor, prepared.bad)
            written = upsert_brought(cursor, belonging)
            gone = self._run_on(cursor, _REMOVE, gone=prepared.gone) if prepared.gone else 0
            if prepared.good:
                self._run_on(cursor, _SETTLE, good=prepared.good)
            bad = self.quarantine(cursor, prepared.bad)
        doubled += prepared.doubled
        return {"written": written, "gone": gone, "bad": bad, "doubled": doubled, "known": known}

    def quarantine(self, cursor: CursorWrapper, bad: Sequence[BadRow]) -> int:
        """How many of them are new there, or changed."""
        rows = {
            one.mark: {"mark": one.mark, "sealed": one.sealed, "print": one.print, "reasons": one.reasons}
            for one in bad
        }
        return self._run_on(cursor, _QUARANTINE, rows=json.dumps(list(rows.values()))) if rows else 0

    def _hear(self, cursor: CursorWrapper, bad: Sequence[BadRow]) -> tuple[int, int]:
        """Of a subject that an earlier page told of, nothing more is taken. Returns (left out, newly heard of)."""
        if self._run is None:
            return 0, 0
        doubled = self._run_on(cursor, _HEARD_BEFORE)
        known = self._run_on(cursor, _HEARD)
        names = [one.key for one in bad if one.key]
        return doubled, known + (self._run_on(cursor, _HEARD_BAD, bad=names) if names else 0)

    def _run_on(self, cursor: CursorWrapper, statement: str, **given: Any) -> int:
        cursor.execute(statement, self._given | given)
        return int(cursor.rowcount)


def _move_on(connector: Connector, mark: Mark | None) -> None:
    """Everything up to the mark is kept; it never goes back. The source answers, so it is not failing."""
    changed: dict[str, Any] = {"failures": 0, "failing_since": None, "fault": ""}
    if mark and (not connector.mark or _is_later(mark, read_back(connector.mark))):
        changed["mark"] = connector.mark = write_down(mark)
    Connector.objects.filter(pk=connector.pk).update(**changed)


def _is_later(mark: Mark, other: Mark) -> bool:
    one, before = ([order_of(part) for part in place] for place in (mark, other))
    return one > before
