"""Reports as the town reviews them: what waits, who is late, what was said, what changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.actors import Actor
from accounts.models import Area
from forms_engine.models import Report
from forms_engine.selectors.cells import Comment, name_posts, read_comment
from forms_engine.selectors.grid import ROW_FIELDS, Lens, report_rows
from forms_engine.selectors.reports import list_reports

FILTERS: Mapping[str, str] = {
    "waiting": "待审核",
    "late": "已逾期",
    "open": "填报中",
    "returned": "已退回",
    "accepted": "已通过",
}


@dataclass(frozen=True, slots=True)
class CommentedCell:
    """A cell with what the reviewer said about it. header: last part of the header path."""

    subject_id: int
    letter: str
    subject: str
    header: str
    comment: Comment


def list_reviews(*, actor: Actor, wanted: str, now: datetime) -> QuerySet[Report]:
    """Reports of the scope by one of FILTERS, each with `community_name`; an unknown filter is "waiting"."""
    found = list_reports(actor=actor).filter(_conditions(now).get(wanted, _conditions(now)["waiting"]))
    name = Area.objects.filter(code=OuterRef("area_code")).values("name")
    return found.annotate(community_name=Subquery(name))


def count_reviews(*, actor: Actor, now: datetime) -> dict[str, int]:
    """How many reports each of FILTERS holds, in one query."""
    counts = {name: Count("pk", filter=condition) for name, condition in _conditions(now).items()}
    found: dict[str, int] = list_reports(actor=actor).order_by().aggregate(**counts)
    return found


def list_comments(*, lens: Lens, report: Report) -> list[CommentedCell]:
    """Everything said about cells of the report, in the order of the sheet."""
    rows = list(report_rows(actor=lens.actor, report=report).exclude(comments={}).values(*ROW_FIELDS))
    names = name_posts(said["by"] for row in rows for said in row["comments"].values())
    columns = {column.letter: column for column in lens.columns}
    return [
        CommentedCell(
            row["subject_id"],
            letter,
            lens.name(row),
            columns[letter].short_header,
            read_comment(said, names),
        )
        for row in rows
        for letter, said in row["comments"].items()
        if letter in columns
    ]


_CHANGED = """
SELECT count(*) FROM forms_engine_reportrow w CROSS JOIN LATERAL jsonb_each(w.edits) e
WHERE w.report_id = %s AND w.district = %s AND w.state <> 'removed'
  AND NOT e.value ? 'ok' AND (e.value->>'at')::timestamptz > %s
"""


def count_changes(report: Report) -> int:
    """Cells changed since the last review; 0 before the first."""
    if report.reviewed_at is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [report.pk, report.district, report.reviewed_at])
        return int(cursor.fetchone()[0])


def get_community_name(report: Report) -> str:
    return Area.objects.values_list("name", flat=True).get(code=report.area_code)


def _conditions(now: datetime) -> dict[str, Q]:
    unfinished = Q(state__in=[Report.State.FILLING, Report.State.RETURNED])
    return {
        "waiting": Q(state=Report.State.SUBMITTED),
        "late": unfinished & Q(dispatch__due_at__lt=now),
        "open": Q(state=Report.State.FILLING),
        "returned": Q(state=Report.State.RETURNED),
        "accepted": Q(state=Report.State.ACCEPTED),
    }
