"""Monitoring points in tests."""

from typing import Any

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.models import Area, Department
from accounts.scope import acting_as
from portal.models import MonitoringPoint, OutsideAsk
from portal.services.monitoring import choose_point, tell_outside


def choose(district: Actor, area: int) -> MonitoringPoint:
    with acting_as(district):
        return choose_point(actor=district, area=Area.objects.get(code=area))


def tell(worker: Actor, department: Department, **more: Any) -> OutsideAsk:
    given = {"channel": "chat", "title": "统计独居老人名单", "received_on": localdate()}
    with acting_as(worker):
        return tell_outside(actor=worker, department=department, **(given | more))
