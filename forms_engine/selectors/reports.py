"""Reports as their workers, reviewers and collectors may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.audit import Subjects
from accounts.errors import NotFound
from forms_engine.models import FormColumn, FormVersion, Report
from registry.catalogue import model_of

JOINED = ("dispatch__version__template__department",)
HEAVY = ("dispatch__version__workbook", "dispatch__version__layout")
"""Left where they are until somebody asks."""


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
    found = Report.objects.visible_to(actor).with_required().select_related(*JOINED).defer(*HEAVY)
    report: Report | None = found.filter(pk=pk).first()
    if report is None:
        raise NotFound
    return report


def subjects_of(report: Report, ids: Iterable[int]) -> Subjects:
    """Rows of a report as `subjects` of an audit line: the residents, households or things that they are about."""
    return (model_of(report.dispatch.version.subject)._meta.label_lower, sorted(ids))


def list_reports(*, actor: Actor, states: Iterable[str] = ()) -> QuerySet[Report]:
    """Reports the actor may see, the nearest deadline first; those still being prepared are left out."""
    found = Report.objects.visible_to(actor).with_required().select_related(*JOINED).defer(*HEAVY)
    found = found.exclude(state=Report.State.PREPARING)
    if states:
        found = found.filter(state__in=list(states))
    return found.order_by("dispatch__due_at", "area_code", "pk")


def get_columns(version: FormVersion) -> list[FormColumn]:
    """Columns in the order of the sheet, items joined."""
    return list(version.columns.select_related("item").order_by("position"))


# The letters stand in the statement: to unnest an array of them for each row takes four times as long.
_SUMMARY = """
SELECT w.report_id, count(*), count(*) * %s, count(*) * %s - coalesce(sum({known}), 0),
       sum(jsonb_array_length(jsonb_path_query_array(w.flags, '$.* ? (@ == "confirm")')))
           FILTER (WHERE w.flags <> '{{}}'),
       sum(jsonb_array_length(jsonb_path_query_array(w.flags, '$.* ? (@ == "conflict")')))
           FILTER (WHERE w.flags <> '{{}}'),
       sum(jsonb_array_length(jsonb_path_query_array(w.edits, '$.* ? (!exists(@.ok))')))
           FILTER (WHERE w.edits <> '{{}}'),
       sum(jsonb_array_length(jsonb_path_query_array(w.comments, '$.* ? (!exists(@.done))')))
           FILTER (WHERE w.comments <> '{{}}')
FROM forms_engine_reportrow w
WHERE w.report_id = ANY(%s) AND w.state <> 'removed'
GROUP BY w.report_id
"""
_HOLDS = '(w."values" ? %s)::int'
_ALL = """jsonb_array_length(jsonb_path_query_array(w."values", '$.*'))"""
_COUNTING = 20
"""How many letters may be asked for one by one in the time that counting all of a row takes."""


def summarize(reports: Iterable[Report]) -> dict[int, Summary]:
    """Counts of several reports in one query; a report without rows is missing from the answer.

    reports: as `with_required` gives them. A grid worker's counts are those of the own grid: row-level security hides
    the other rows.
    """
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for report in reports:
        form = (tuple(report.required_letters), tuple(report.optional_letters))  # type: ignore[attr-defined]
        alike.setdefault(form, []).append(report.pk)
    if not alike:
        return {}
    parts = [_of_form(required, optional, ids) for (required, optional), ids in alike.items()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql for sql, _ in parts), [one for _, params in parts for one in params])
        return {row[0]: Summary(*(int(count or 0) for count in row[1:])) for row in cursor.fetchall()}


def _of_form(required: Sequence[str], optional: Sequence[str], report_ids: list[int]) -> tuple[str, list[Any]]:
    """SQL and parameters for reports of the same form."""
    known, letters = _known(required, optional)
    return _SUMMARY.format(known=known), [len(required), len(required), *letters, report_ids]


def _known(required: Sequence[str], optional: Sequence[str]) -> tuple[str, Sequence[str]]:
    """SQL for how many required cells of a row hold something, and the letters it asks for."""
    if len(required) <= len(optional) + _COUNTING:
        return " + ".join([_HOLDS] * len(required)) or "0", required
    return " - ".join([_ALL, *[_HOLDS] * len(optional)]), optional
