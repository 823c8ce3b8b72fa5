"""Who may be at work on a report at the same time."""

from django.db import connection

from accounts.errors import Conflict, NotFound
from forms_engine.models import Report


class ReportClosed(Conflict):
    code = "report_closed"
    default = "这张表已经提交,不能再改。如需修改,请联系审核人退回。"


def enter(report: Report, *, alone: bool = False) -> None:
    """Work on an open report: workers side by side, whoever closes it `alone`. Held to the end of the transaction.

    Raises ReportClosed, NotFound outside the scope. The state is read after the lock: a submit that came first has
    committed by then. A lock on the report's row would not do: a grid worker may read the report, not lock it.
    """
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended('forms_engine.report', %s))", [report.pk])
    current = Report.objects.filter(pk=report.pk).only("state").first()
    if current is None:
        raise NotFound
    if not current.is_open:
        raise ReportClosed
