"""What an export takes out of the reports, and the exports of a department."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.timezone import now
from psycopg2.sql import SQL, Composable, Composed, Literal

from accounts.actors import Actor
from accounts.errors import NotFound
from forms_engine.export.copy_text import RowBlocks
from forms_engine.models import Dispatch, Export, Report, ReportRow
from forms_engine.selectors.templates import list_collectable

REVIEWED = (Report.State.ACCEPTED,)
HANDED_IN = (Report.State.ACCEPTED, Report.State.SUBMITTED)
"""With 包括未审核的: what a village is still filling in is nobody's answer yet."""


@dataclass(frozen=True, slots=True)
class ReportSize:
    """One report that goes into an export, with its number of rows."""

    report_id: int
    district: int
    rows: int


def handed_in(*, unreviewed: bool) -> tuple[Report.State, ...]:
    """States whose rows count as answers."""
    return HANDED_IN if unreviewed else REVIEWED


def list_exports(*, actor: Actor, dispatch: Dispatch, state: str = "") -> QuerySet[Export]:
    """Exports of a sending that the actor's department made inside the actor's scope, the last first.

    state: of the job, only those in it.
    """
    found = _exports(actor).filter(dispatch=dispatch).order_by("-pk")
    return found.filter(job__state=state) if state else found


def find_export(*, actor: Actor, pk: int) -> Export:
    """One export of a form the department may still collect, finished or not. Raises NotFound."""
    granted = list_collectable(actor=actor).values("pk")
    export = _exports(actor).filter(dispatch__version__template__in=granted, pk=pk).first()
    if export is None:
        raise NotFound
    return export


def get_export(*, actor: Actor, pk: int) -> Export:
    """A finished export that has not expired, of a form the department may still collect. Raises NotFound."""
    granted = list_collectable(actor=actor).values("pk")
    ready = Q(expires_at__gt=now(), dispatch__version__template__in=granted) & ~Q(file="")
    export = _exports(actor).filter(ready, pk=pk).first()
    if export is None:
        raise NotFound("这个导出文件不存在,或已过 7 天保存期被删除。需要时请重新导出。")
    return export


def _exports(actor: Actor) -> QuerySet[Export]:
    """Made by a post of the same department whose area lies inside the actor's: never rows from beyond the scope."""
    if actor.scope is None:
        return Export.objects.none()
    own = Export.objects.filter(post__department_id=actor.department_id or 0, post__area__code__range=actor.scope)
    return own.select_related("job", "post__user", "dispatch__version__template").defer(
        "dispatch__version__workbook", "dispatch__version__layout"
    )


# Counted report by report: rows written a minute ago have no statistics yet, and a join would be planned for a few.
_SIZES = """
SELECT r.id, r.district, (
    SELECT count(*) FROM forms_engine_reportrow w
    WHERE w.district = r.district AND w.report_id = r.id AND w.state <> %s
)
FROM forms_engine_report r WHERE r.dispatch_id = %s AND r.state = ANY(%s) ORDER BY r.area_code
"""


def list_report_sizes(dispatch_id: int, *, unreviewed: bool) -> list[ReportSize]:
    """Reports of a sending inside the scope that are handed in, in the order of their communities."""
    states = [str(state) for state in handed_in(unreviewed=unreviewed)]
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [ReportRow.State.REMOVED, dispatch_id, states])
        return [ReportSize(*row) for row in cursor.fetchall()]


# The inner query is not flattened: values are sorted once and read by key afterwards.
_ROWS = SQL(
    """COPY (
    SELECT {cells} FROM (
        SELECT w."values" FROM forms_engine_reportrow w
        WHERE w.district = {district} AND w.report_id = {report} AND w.state <> {removed}
        ORDER BY w.position, w.subject_id OFFSET 0
    ) q
) TO STDOUT WITH (NULL '')"""
)


def copy_rows(blocks: RowBlocks, batch: Sequence[ReportSize], letters: Sequence[str], *, unreviewed: bool) -> int:
    """Stream the cells of some reports as COPY text, report by report. Returns how many rows.

    A report that is no longer handed in gives none.
    """
    states = handed_in(unreviewed=unreviewed)
    ids = [size.report_id for size in batch]
    still = set(Report.objects.filter(pk__in=ids, state__in=states).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        rows = 0
        for size in batch:
            if size.report_id in still:
                cursor.copy_expert(_copy_statement(size, letters).as_string(cursor.cursor), blocks)
                rows += cursor.rowcount
        blocks.flush()
        return rows


def list_copied_subjects(batch: Sequence[ReportSize], *, unreviewed: bool) -> list[int]:
    """Whom the rows that `copy_rows` takes are about."""
    still = Report.objects.filter(pk__in=[size.report_id for size in batch], state__in=handed_in(unreviewed=unreviewed))
    districts = {size.district for size in batch}
    rows = ReportRow.objects.filter(district__in=districts, report_id__in=still.values("pk"))
    return list(rows.exclude(state=ReportRow.State.REMOVED).values_list("subject_id", flat=True))


def _copy_statement(size: ReportSize, letters: Sequence[str]) -> Composed:
    cells: list[Composable] = [SQL('q."values"->>{}').format(Literal(letter)) for letter in letters]
    return _ROWS.format(
        cells=SQL(", ").join(cells),
        district=Literal(size.district),
        report=Literal(size.report_id),
        removed=Literal(str(ReportRow.State.REMOVED)),
    )
