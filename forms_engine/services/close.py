"""Close a sending (收表): villages that have not handed in are no longer asked. Can be taken back."""

from contextlib import suppress

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict
from accounts.rights import COLLECT_REPORTS, require
from forms_engine.models import Dispatch, Report
from forms_engine.selectors.dispatches import get_dispatch
from forms_engine.services.fill import ReportClosed, enter

OPEN_STATES = (Report.State.FILLING, Report.State.RETURNED)


@transaction.atomic
def close_dispatch(*, actor: Actor, dispatch: Dispatch) -> int:
    """Close every open report of the sending; what was handed in stays as it is. Returns how many were closed.

    Waits for edits that are being written. Raises Conflict while prefilling or when closed already, NotFound.
    """
    dispatch = _lock(actor, dispatch)
    if dispatch.closed_at is not None:
        raise Conflict("这一期已经收表了,请刷新页面。")
    if dispatch.reports.filter(state=Report.State.PREPARING).exists():
        raise Conflict("这一期还在预填,等预填完成后再收表。")
    still_open = dispatch.reports.filter(state__in=OPEN_STATES).order_by("pk")
    for report in still_open:
        with suppress(ReportClosed):  # handed in while we waited for its lock
            enter(report, alone=True)
    closed = still_open.update(state=Report.State.CLOSED)
    _keep(actor, dispatch, "form.closed", reports=closed, closed=True)
    return closed


@transaction.atomic
def reopen_dispatch(*, actor: Actor, dispatch: Dispatch) -> int:
    """Take the closing back: reports are open again in the state they had. Raises Conflict, NotFound."""
    dispatch = _lock(actor, dispatch)
    if dispatch.closed_at is None:
        raise Conflict("这一期没有收表,不用重新开放。")
    was_returned = When(reviewed_at__isnull=False, then=Value(Report.State.RETURNED))
    before = Case(was_returned, default=Value(Report.State.FILLING))
    opened = dispatch.reports.filter(state=Report.State.CLOSED).update(state=before)
    _keep(actor, dispatch, "form.reopened", reports=opened, closed=False)
    return opened


def _lock(actor: Actor, dispatch: Dispatch) -> Dispatch:
    require(actor, COLLECT_REPORTS)
    get_dispatch(actor=actor, pk=dispatch.pk)
    return Dispatch.objects.select_for_update().get(pk=dispatch.pk)


def _keep(actor: Actor, dispatch: Dispatch, action: str, *, reports: int, closed: bool) -> None:
    dispatch.closed_at = now() if closed else None
    dispatch.save(update_fields=["closed_at"])
    record(actor, action, dispatch, reports=reports)
