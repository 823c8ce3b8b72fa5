"""Reads of what reached villages past the portal (平台外任务): by the village, and added up per issuing department."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from accounts.actors import Actor
from accounts.codes import Level
from accounts.errors import NotFound
from accounts.models import Area, Department
from accounts.rights import SEE_OUTSIDE, holds
from accounts.roles import Role
from portal.models import MonitoringPoint, OutsideAsk
from portal.periods import Period

ENOUGH_POINTS = 3
"""Villages that must have told of a department before it reads how much: else it could guess which one."""
Channel = OutsideAsk.Channel


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """What one department asked past the portal, as the points told. minutes: estimated by the villages."""

    department: str
    asks: int
    chat: int
    paper: int
    system: int
    phone: int
    repeated: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Outside:
    """points: villages that told something. withheld: too few of them for a department to read the figures."""

    points: int
    lines: Sequence[OutsideLine]
    withheld: bool = False


def is_point(area_code: int) -> bool:
    return MonitoringPoint.objects.filter(area=area_code, ended_on=None).exists()


def list_points(*, actor: Actor) -> QuerySet[MonitoringPoint]:
    """Points of the district that go on, with how many asks each has told; not how it compares."""
    if actor.scope is None:
        return MonitoringPoint.objects.none()
    found = MonitoringPoint.objects.filter(area__code__range=actor.scope, ended_on=None)
    return found.select_related("area__parent").order_by("area")


def get_point(*, actor: Actor, pk: int) -> MonitoringPoint:
    """Raises NotFound."""
    point = list_points(actor=actor).filter(pk=pk).first()
    if point is None:
        raise NotFound
    return point


def list_asks(*, actor: Actor) -> QuerySet[OutsideAsk]:
    """What the own village told, the last first."""
    found: QuerySet[OutsideAsk] = OutsideAsk.objects.visible_to(actor).select_related("department")
    return found.order_by("-received_on", "-pk")


def get_outside(*, actor: Actor, area: Area, period: Period, department: Department | None) -> Outside | None:
    """For the burden account: per issuing department. None for who may not read it, and for a department that looks at
    less than the district.

    Two queries. What points told is a sample: it is not added to the figures of what was sent through the portal.
    """
    if not holds(actor, SEE_OUTSIDE):
        return None
    issuer = actor.role == Role.DEPARTMENT_STAFF
    if issuer and area.level != Level.DISTRICT:
        return None
    found = OutsideAsk.objects.visible_to(actor).within(area.range)
    found = found.filter(received_on__gte=period.since.date(), received_on__lt=period.until.date())
    if department is not None:
        found = found.filter(department=department)
    points = found.aggregate(n=Count("area_code", distinct=True))["n"]
    if issuer and 0 < points < ENOUGH_POINTS:
        return Outside(points, [], withheld=True)
    by_channel = {one.value: Count("pk", filter=Q(channel=one)) for one in Channel}
    counted = (
        found.order_by()
        .values("department__name")
        .annotate(
            asks=Count("pk"), **by_channel, again=Count("pk", filter=Q(repeated=True)), spent=Sum("minutes", default=0)
        )
    )
    lines = [
        OutsideLine(
            department=row["department__name"],
            asks=row["asks"],
            chat=row["chat"],
            paper=row["paper"],
            system=row["system"],
            phone=row["phone"],
            repeated=row["again"],
            minutes=row["spent"],
        )
        for row in counted.order_by("-asks", "department__name")
    ]
    return Outside(points, lines)
