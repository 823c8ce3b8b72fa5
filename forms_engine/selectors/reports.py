"""Reports as their workers, reviewers and collectors may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.audit import Subjects
from accounts.errors import NotFound
from forms_engine.models import FormColumn, FormVersion, Report
from registry.catalogue import model_of

JOINED = ("dispatch__version__template__department",)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one report. rows without the removed ones; the rest are cells."""

    rows: int = 0
    needed: int = 0
    missing: int = 0
    confirm: int = 0
    conflict: int = 0
    changed: int = 0
    returned: int = 0

    @property
    def known_percent(self) -> int:
        """Share of required cells that hold a value, in whole percent, rounded down: 100 means none is missing."""
        return 100 if not self.needed else 100 * (self.needed - self.missing) // self.needed

    @property
    def left(self) -> int:
        """Cells that keep the report from being submitted."""
        return self.missing + self.returned


def get_report(*, actor: Actor, pk: int) -> Report:
    """One report with dispatch, version, form and department joined. Raises NotFound outside the scope."""
    report: Report | None = Report.objects.visible_to(actor).select_related(*JOINED).filter(pk=pk).first()
    if report is None:
        raise NotFound
    return report


def subjects_of(report: Report, ids: Iterable[int]) -> Subjects:
    """Rows of a report as `subjects` of an audit line: the residents, households or things that they are about."""
    return (model_of(report.dispatch.version.subject)._meta.label_lower, sorted(ids))


def list_reports(*, actor: Actor, states: Iterable[str] = ()) -> QuerySet[Report]:
    """Reports the actor may see, the nearest deadline first; those still being prepared are left out."""
    found = Report.objects.visible_to(actor).select_related(*JOINED).exclude(state=Report.State.PREPARING)
    if states:
        found = found.filter(state__in=list(states))
    return found.order_by("dispatch__due_at", "area_code", "pk")


def get_columns(version: FormVersion) -> list[FormColumn]:
    """Columns in the order of the sheet, items joined."""
    return list(version.columns.select_related("item").order_by("position"))


_SUMMARY = """
SELECT w.report_id, count(*), coalesce(sum(cardinality(q.letters)), 0),
       coalesce(sum(cardinality(q.letters) - k.known), 0),
       coalesce(sum(f.confirm), 0), coalesce(sum(f.conflict), 0), coalesce(sum(e.changed), 0), coalesce(sum(c.open), 0)
FROM forms_engine_reportrow w
JOIN forms_engine_report r ON r.id = w.report_id AND r.district = w.district
JOIN forms_engine_dispatch d ON d.id = r.dispatch_id
LEFT JOIN (
    SELECT version_id, array_agg(letter::text) AS letters
    FROM forms_engine_formcolumn WHERE required GROUP BY version_id
) q ON q.version_id = d.version_id
CROSS JOIN LATERAL (SELECT count(*) AS known FROM unnest(q.letters) l WHERE w.values ? l) k
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE value = 'confirm') AS confirm, count(*) FILTER (WHERE value = 'conflict') AS conflict
    FROM jsonb_each_text(w.flags)
) f
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE NOT value ? 'ok') AS changed FROM jsonb_each(w.edits)) e
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE NOT value ? 'done') AS open FROM jsonb_each(w.comments)) c
WHERE w.report_id = ANY(%s) AND w.state <> 'removed'
GROUP BY w.report_id
"""


def summarize(report_ids: Iterable[int]) -> dict[int, Summary]:
    """Counts of several reports in one query; a report without rows is missing from the answer.

    A grid worker's counts are those of the own grid: row-level security hides the other rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, [list(report_ids)])
        return {row[0]: Summary(*(int(count) for count in row[1:])) for row in cursor.fetchall()}
