"""Hand a report over: refused with the list of what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError
from accounts.rights import SUBMIT_REPORTS, require
from forms_engine.models import FormColumn, Report
from forms_engine.selectors.reports import get_columns
from forms_engine.services.fill.gate import enter
from forms_engine.services.totals import count_reports

MOST_GAPS = 200


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell that keeps the report from being submitted."""

    position: int
    subject_id: int
    letter: str
    header: str


class GapsLeft(DomainError):
    """gaps: the first 200 of them; count: all."""

    code = "gaps_left"

    def __init__(self, gaps: list[Gap], count: int) -> None:
        self.gaps, self.count = gaps, count
        super().__init__(f"还有 {count} 格没有填好,请补齐后再提交。")


@transaction.atomic
def submit_report(*, actor: Actor, report: Report) -> Report:
    """Hand the report to the town. Raises GapsLeft with what is missing, ReportClosed on a second submit."""
    require(actor, SUBMIT_REPORTS, report.area_code)
    enter(report, alone=True)
    report = Report.objects.select_for_update(of=("self",)).select_related("dispatch__version").get(pk=report.pk)
    gaps, count = find_gaps(report, get_columns(report.dispatch.version))
    if count:
        raise GapsLeft(gaps, count)
    report.state, report.submitted_by_id, report.submitted_at = Report.State.SUBMITTED, actor.post_id, timezone.now()
    report.version += 1
    report.save(update_fields=["state", "submitted_by", "submitted_at", "version"])
    count_reports(report.dispatch.version, [report.pk])
    record(actor, "report.submitted", report)
    return report


def find_gaps(report: Report, columns: Sequence[FormColumn]) -> tuple[list[Gap], int]:
    """Required cells without a value and returned cells not yet changed: the first 200, and how many in all."""
    headers = {column.letter: column.header for column in columns}
    required = [column.letter for column in columns if column.required]
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, [required, report.pk, report.district, MOST_GAPS])
        found = cursor.fetchall()
    gaps = [Gap(position, subject_id, letter, headers[letter]) for position, subject_id, letter, _ in found]
    return gaps, found[0][3] if found else 0


_GAPS = """
SELECT w.position, w.subject_id, g.letter, count(*) OVER ()
FROM forms_engine_reportrow w
CROSS JOIN LATERAL (
    SELECT l AS letter FROM unnest(%s::text[]) l WHERE NOT w.values ? l
    UNION
    SELECT key FROM jsonb_each(w.comments) WHERE NOT value ? 'done'
) g
WHERE w.report_id = %s AND w.district = %s AND w.state <> 'removed'
ORDER BY w.position, w.subject_id, length(g.letter), g.letter
LIMIT %s
"""
