"""What reports cost their villages, in cells: what arrived filled, what was typed, what was confirmed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import JSONObject

from forms_engine.models import FormColumn, FormVersion
from forms_engine.selectors.reports import get_columns
from registry.catalogue import is_stored, model_of
from registry.changes import SourceKind
from registry.expressions import NotReachable, path_to


@dataclass(frozen=True, slots=True)
class Effort:
    """Counts of one report, removed rows left out; all but `rows` are cells of columns that ask something.

    fresh: of new asks (新要). known: bound cells that arrived with a value; returned: of these, whose value the
    registry has from a department. last_period: new asks that arrived with the last period's answer. typed: entered by
    hand; retyped: of these, that had arrived with a value. confirmed: let stand with one click.
    """

    rows: int = 0
    cells: int = 0
    fresh: int = 0
    known: int = 0
    returned: int = 0
    last_period: int = 0
    typed: int = 0
    retyped: int = 0
    confirmed: int = 0


NAMES = tuple(field.name for field in fields(Effort))

# A cell that was never edited arrived with what it holds; else "was" says what it held. An edit marked "ok" stands as
# it was, unless something had been typed before it was confirmed.
_EFFORT = """
SELECT w.report_id, count(*), count(*) * cardinality(%(asked)s::text[]), count(*) * cardinality(%(fresh)s::text[]),
       sum(c.known), sum(c.returned), sum(c.last_period), sum(c.typed), sum(c.retyped), sum(c.confirmed)
FROM forms_engine_reportrow w
LEFT JOIN ({sources}) s ON s.id = w.subject_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE arrived AND NOT is_fresh) AS known,
           count(*) FILTER (WHERE arrived AND s.kinds->>letter = %(returned)s) AS returned,
           count(*) FILTER (WHERE arrived AND is_fresh) AS last_period,
           count(*) FILTER (WHERE typed) AS typed, count(*) FILTER (WHERE typed AND arrived) AS retyped,
           count(*) FILTER (WHERE edit ? 'ok' AND NOT edit ? 'undone' AND NOT typed) AS confirmed
    FROM (
        SELECT letter, edit, letter = ANY(%(fresh)s::text[]) AS is_fresh,
               CASE WHEN edit IS NULL THEN w."values" ? letter
                    ELSE coalesce(jsonb_typeof(edit->'was'), 'null') <> 'null' END AS arrived,
               edit IS NOT NULL AND (NOT edit ? 'ok' OR holds <> coalesce(edit->'was', 'null')) AS typed
        FROM (
            SELECT letter, w.edits->letter AS edit, coalesce(w."values"->letter, 'null') AS holds
            FROM unnest(%(asked)s::text[]) letter
        ) of_row
    ) cell
) c
WHERE w.report_id = ANY(%(reports)s) AND w.state <> 'removed'
GROUP BY w.report_id
"""


def measure_effort(*, version: FormVersion, report_ids: Sequence[int]) -> dict[int, Effort]:
    """Efforts of reports of one version in two queries; a report without rows is missing from the answer.

    It reads every row of them: for a job, not for a page.
    """
    asked = [column for column in get_columns(version) if column.kind != FormColumn.Kind.NUMBER]
    sources, params = _sources(version, asked, report_ids)
    given: dict[str, Any] = {
        "asked": [column.letter for column in asked],
        "fresh": [column.letter for column in asked if column.kind == FormColumn.Kind.NEW_ASK],
        "returned": SourceKind.DEPARTMENT.value,
        "reports": list(report_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_EFFORT.format(sources=sources), given | params)
        return {row[0]: Effort(*(int(count) for count in row[1:])) for row in cursor.fetchall()}


def _sources(
    version: FormVersion, columns: Iterable[FormColumn], report_ids: Sequence[int]
) -> tuple[str, dict[str, Any]]:
    """Subquery of (id, kinds): column letter -> kind of source of the registered value, of everybody in the reports."""
    kinds = dict(_kinds(version, columns))
    subjects = model_of(version.subject)._default_manager.order_by()
    chosen: QuerySet[Any] = subjects.annotate(kinds=JSONObject(**kinds)).values_list("pk", "kinds")
    inner, params = chosen.query.sql_with_params()
    names = iter(f"source{nth}" for nth in range(len(params)))
    sql = re.sub("%s", lambda _: f"%({next(names)})s", inner)
    listed = "SELECT subject_id FROM forms_engine_reportrow WHERE report_id = ANY(%(reports)s)"
    limited = f"SELECT q.id, q.kinds FROM ({sql}) q (id, kinds) WHERE q.id IN ({listed})"  # noqa: S608 - from the ORM
    return limited, {f"source{nth}": value for nth, value in enumerate(params)}


def _kinds(version: FormVersion, columns: Iterable[FormColumn]) -> Iterable[tuple[str, Any]]:
    for column in columns:
        if column.item is None or not is_stored(column.item):
            continue
        try:
            stamps = f"{path_to(column.item, version.subject)}provenance"
        except NotReachable:
            continue
        yield column.letter, KeyTextTransform("s", KeyTransform(column.item.code, stamps))
