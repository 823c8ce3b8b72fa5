"""Count what villages handed in, each report once: when it is handed in, or when somebody first asks."""

from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from psycopg2.sql import SQL, Composable, Literal

from accounts.actors import Actor
from forms_engine.measures import Measures
from forms_engine.models import Dispatch, FormVersion, Report, ReportTotals
from forms_engine.selectors.aggregate import Aggregate, get_aggregate
from forms_engine.selectors.exports import HANDED_IN
from forms_engine.selectors.reports import get_columns


@transaction.atomic
def take_totals(*, actor: Actor, dispatch: Dispatch, **wanted: Any) -> Aggregate:
    """`get_aggregate`, after counting what was handed in and not counted yet. Raises NotFound."""
    inside = Report.objects.filter(dispatch=dispatch, state__in=HANDED_IN, area_code__range=actor.scope or (0, -1))
    current = ReportTotals.objects.filter(report=OuterRef("pk"), submitted_at=OuterRef("submitted_at"))
    waiting = list(inside.exclude(Exists(current)).order_by("pk").values_list("pk", flat=True))
    if waiting:
        count_reports(dispatch.version, waiting)
    return get_aggregate(actor=actor, dispatch=dispatch, **wanted)


def count_reports(version: FormVersion, report_ids: list[int]) -> None:
    """Count reports of one form version as they stand now. The scope must hold their communities whole."""
    measures = Measures.of(get_columns(version))
    statement = _COUNT.format(
        empty=Literal(ReportTotals.EMPTY),
        counted=_cells([column.letter for column in measures.counted]),
        summed=_cells([column.letter for column in measures.summed]),
        reports=Literal(report_ids),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.cursor))


def _cells(letters: list[str]) -> Composable:
    """Rows (letter, text of the cell) of one report row; of no letters, no rows."""
    cells = [SQL("""({0}, w."values"->>{0})""").format(Literal(letter)) for letter in letters]
    if not cells:
        return SQL("(SELECT NULL::text, NULL::text WHERE false)")
    return SQL("(VALUES {})").format(SQL(", ").join(cells))


_COUNT = SQL(
    """
INSERT INTO forms_engine_reporttotals (district, area_code, report_id, submitted_at, subjects, counts, sums)
SELECT r.district, r.area_code, r.id, r.submitted_at, n.subjects, coalesce(c.counts, '{{}}'), coalesce(s.sums, '{{}}')
FROM forms_engine_report r
CROSS JOIN LATERAL (
    SELECT count(*) AS subjects FROM forms_engine_reportrow w
    WHERE w.district = r.district AND w.report_id = r.id AND w.state <> 'removed'
) n
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(letter, found) AS counts FROM (
        SELECT letter, jsonb_object_agg(value, subjects) AS found FROM (
            SELECT v.letter, coalesce(v.value, {empty}) AS value, count(*) AS subjects FROM forms_engine_reportrow w
            CROSS JOIN LATERAL {counted} AS v(letter, value)
            WHERE w.district = r.district AND w.report_id = r.id AND w.state <> 'removed' GROUP BY 1, 2
        ) g GROUP BY letter
    ) l
) c
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(letter, total) AS sums FROM (
        SELECT v.letter, sum(v.value::numeric)::text AS total FROM forms_engine_reportrow w
        CROSS JOIN LATERAL {summed} AS v(letter, value)
        WHERE w.district = r.district AND w.report_id = r.id AND w.state <> 'removed'
          AND v.value ~ '^-?[0-9]+([.][0-9]+)?$' GROUP BY 1
    ) l
) s
WHERE r.id = ANY({reports})
ON CONFLICT (district, report_id) DO UPDATE SET
    submitted_at = excluded.submitted_at, subjects = excluded.subjects, counts = excluded.counts, sums = excluded.sums
"""
)
