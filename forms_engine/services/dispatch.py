"""Send an admitted form to chosen communities (下发). The prefilling itself runs in the background."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.timezone import localdate, localtime

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import Level, district_of
from accounts.errors import Conflict, DomainError, NotAllowed
from accounts.jobs import Progress, Steps, start_job
from accounts.models import Area, Job
from accounts.rights import COLLECT_REPORTS, require
from forms_engine.models import Dispatch, FormVersion, Report
from forms_engine.services.prefill import get_roster, insert_rows

PREFILL = "forms_engine.prefill"
CHUNK = 10  # communities a step: about 33,000 rows, a second or two, far below the lease


class BadDispatch(DomainError):
    code = "bad_dispatch"


@transaction.atomic
def dispatch_form(
    *,
    actor: Actor,
    version: FormVersion,
    period: str,
    reporting_date: date,
    due_at: datetime,
    area_codes: Sequence[int],
) -> Dispatch:
    """Send the version to communities for one period and start the prefilling.

    area_codes: 18-digit codes of communities inside the actor's scope. due_at: aware. Raises BadDispatch (not admitted
    or expired, too short notice, no community), NotFound (a community outside the scope), NotAllowed (another
    department's form), Conflict (the period was sent before).
    """
    version = FormVersion.objects.select_for_update(of=("self",)).select_related("template").get(pk=version.pk)
    require(actor, COLLECT_REPORTS, *area_codes)
    if version.template.department_id != actor.department_id:
        raise NotAllowed
    _check(version, due_at)
    communities = Area.objects.filter(code__in=area_codes, level=Level.COMMUNITY)
    if not communities or len(communities) != len(set(area_codes)):
        raise BadDispatch("请至少选择一个村居,并且只选村居。", field="area_codes")
    dispatch = _create(actor, version, period, reporting_date, due_at)
    Report.objects.bulk_create(
        Report(dispatch=dispatch, area_code=area.code, district=district_of(area.code)) for area in communities
    )
    dispatch.job = start_job(actor, PREFILL, total=len(communities), dispatch_id=dispatch.pk)
    dispatch.save(update_fields=["job"])
    record(actor, "form.dispatched", dispatch, communities=len(communities))
    return dispatch


def prefill_reports(actor: Actor, job: Job, *, dispatch_id: int) -> Steps:
    """Job handler: a chunk of communities a step. What is still `preparing` is what is left to do."""
    dispatch = Dispatch.objects.select_related("version__template").get(pk=dispatch_id)
    roster = get_roster(dispatch, actor=actor)
    waiting = Report.objects.filter(dispatch=dispatch, state=Report.State.PREPARING)
    from_data = dispatch.version.answer_mode == FormVersion.AnswerMode.DATA
    ready = Report.State.ACCEPTED if from_data else Report.State.FILLING
    while reports := list(waiting.select_for_update().order_by("area_code")[:CHUNK]):
        insert_rows(roster, reports)
        Report.objects.filter(pk__in=[report.pk for report in reports]).update(state=ready)
        yield Progress(done=job.total - waiting.count(), total=job.total)
    return {"dispatch": dispatch.pk}


def _check(version: FormVersion, due_at: datetime) -> None:
    if version.state != FormVersion.State.ADMITTED:
        raise BadDispatch("这一版表单还没有准入,不能下发。请先提交准入。")
    if version.valid_until and version.valid_until < localdate():
        raise BadDispatch("表单的准入有效期已过,请重新申请准入。")
    earliest = localdate() + timedelta(days=version.lead_days)
    if version.answer_mode == FormVersion.AnswerMode.FILL and localtime(due_at).date() < earliest:
        raise BadDispatch(f"截止日期太近:准入时承诺提前 {version.lead_days} 天,最早可选 {earliest}。", field="due_at")
    if due_at <= timezone.now():
        raise BadDispatch("截止时间已经过去,请重新选择。", field="due_at")


def _create(actor: Actor, version: FormVersion, period: str, reporting_date: date, due_at: datetime) -> Dispatch:
    try:
        with transaction.atomic():
            return Dispatch.objects.create(
                version=version,
                period=period,
                reporting_date=reporting_date,
                due_at=due_at,
                created_by_id=actor.post_id,
            )
    except IntegrityError:
        raise Conflict(f"“{period}”已经下发过,请换一个期次名称。", field="period") from None
