"""Monitoring points (监测点): chosen by the district; what reached them past the portal is told by their workers."""

from datetime import date

from django.db import transaction
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import Level
from accounts.errors import Conflict, DomainError, NotFound
from accounts.models import Area, Department
from accounts.rights import CHOOSE_POINTS, REPORT_OUTSIDE, require
from portal.models import MonitoringPoint, OutsideAsk
from portal.selectors.monitoring import get_point, is_point


class NoPoint(DomainError):
    code = "no_point"
    default = "本村居不是监测点,不用上报。要反映问题请用“监督举报”。"


@transaction.atomic
def choose_point(*, actor: Actor, area: Area) -> MonitoringPoint:
    """Raises NotFound outside the district, DomainError for what is no village, Conflict for one that is a point."""
    require(actor, CHOOSE_POINTS, area.code)
    if area.level != Level.COMMUNITY:
        raise DomainError("监测点请选村居。", field="area")
    if is_point(area.code):
        raise Conflict("这个村居已经是监测点。请刷新后再看。")
    point = MonitoringPoint.objects.create(area=area, chosen_by_id=actor.post_id, chosen_on=localdate())
    record(actor, "burden.point_chosen", point, area=area.code)
    return point


@transaction.atomic
def end_point(*, actor: Actor, pk: int) -> MonitoringPoint:
    """It tells no more; what it told stays. Raises NotFound, also for one that has ended."""
    require(actor, CHOOSE_POINTS)
    point = get_point(actor=actor, pk=pk)
    point.ended_on = localdate()
    point.save(update_fields=["ended_on"])
    record(actor, "burden.point_ended", point, area=point.area_id)
    return point


@transaction.atomic
def tell_outside(
    *, actor: Actor, department: Department, channel: str, title: str, received_on: date, due_on: date | None = None,
    minutes: int | None = None, repeated: bool = False,
) -> OutsideAsk:  # fmt: skip
    """Raises NoPoint, NotAllowed, DomainError for a day ahead."""
    require(actor, REPORT_OUTSIDE, actor.area_code)
    if not is_point(actor.area_code):
        raise NoPoint
    if received_on > localdate():
        raise DomainError("收到日期不能晚于今天。", field="received_on")
    told = OutsideAsk(
        area_code=actor.area_code, department=department, channel=channel, title=title, received_on=received_on,
        due_on=due_on, minutes=minutes, repeated=repeated,
    )  # fmt: skip
    told.save(force_insert=True)
    record(actor, "burden.outside_told", told, department=department.pk)
    return told


@transaction.atomic
def remove_outside(*, actor: Actor, pk: int) -> None:
    """What was told by mistake. Raises NotFound outside the own village."""
    require(actor, REPORT_OUTSIDE)
    told: OutsideAsk | None = OutsideAsk.objects.visible_to(actor).filter(pk=pk).first()
    if told is None:
        raise NotFound
    record(actor, "burden.outside_removed", told, department=told.department_id)
    told.delete()
