"""The return ledger (返还账): what each department took from villages, what it gave back, and how it kept the clocks.

About departments, never about villages or workers. Eight statements whatever the number of departments; corrections are
counted behind their own wall (0026).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.approvals.rules import Side, State
from accounts.models import Approval, ApprovalStep, Area, Department
from accounts.roles import Role
from data_return.models import Dataset, Grant, GrantUse
from data_return.selectors.clocks import Clock, list_clocks
from data_return.selectors.grants import GRANT
from portal.periods import Period
from portal.selectors.burden import Burden, get_account


@dataclass(frozen=True, slots=True)
class Given:
    """datasets: published; records: in them, as last counted; stale: not renewed as often as promised, or empty.

    grants: live today. uses, read: readings under grants in the period and records read; prefilled: rows of forms that
    took a value.
    """

    datasets: int = 0
    records: int = 0
    stale: int = 0
    grants: int = 0
    uses: int = 0
    read: int = 0
    prefilled: int = 0


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests for grants of its datasets. asked, in_time, late: in the period; waiting, overdue: as of today."""

    asked: int = 0
    in_time: int = 0
    late: int = 0
    waiting: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One department: what it took, what it gave, how it answered requests and corrections."""

    department: Department
    taken: Burden = field(default_factory=Burden)
    given: Given = field(default_factory=Given)
    requests: Requests = field(default_factory=Requests)
    corrections: Clock = field(default_factory=lambda: Clock(""))

    @property
    def says_something(self) -> bool:
        asked = self.requests.asked or self.requests.waiting or self.requests.in_time or self.requests.late
        answered = self.corrections.open or self.corrections.in_time or self.corrections.late
        return bool(self.taken.sendings or self.given.datasets or self.given.uses or asked or answered)


def list_lines(*, actor: Actor, period: Period) -> list[Line]:
    """Departments of the post's area that took or gave something, who asked most first; an officer's own alone."""
    departments = list(_departments(actor))
    ids = [one.pk for one in departments]
    taken = _taken(actor, period, departments) if ids else {}
    given, requests = _given(ids, period), _requests(ids, period)
    last_day = localdate(period.until - timedelta(days=1))
    clocks = list_clocks(actor=actor, since=period.first, until=last_day)
    lines = [
        Line(
            one,
            taken.get(one.pk, Burden()),
            given.get(one.pk, Given()),
            requests.get(one.pk, Requests()),
            clocks.get(one.pk, Clock(one.name)),
        )
        for one in departments
    ]
    lines.sort(key=lambda line: (-line.taken.cells, line.department.name))
    return [line for line in lines if line.says_something]


def _departments(actor: Actor) -> QuerySet[Department]:
    if actor.role != Role.DISTRICT_ADMIN or actor.scope is None:
        return Department.objects.filter(pk=actor.department_id or 0)
    return Department.objects.filter(area__code__range=actor.scope)


def _taken(actor: Actor, period: Period, departments: Sequence[Department]) -> dict[int, Burden]:
    """From the burden account (0034)."""
    only = None if actor.role == Role.DISTRICT_ADMIN else departments[0]
    area = Area.objects.get(code=actor.area_code)
    account = get_account(area=area, period=period, department=only)
    return {line.department_id: line.burden for line in account.departments}


def _given(ids: Sequence[int], period: Period) -> dict[int, Given]:
    found: dict[int, dict[str, int]] = {}
    for rows in (_datasets(ids), _grants(ids), _uses(ids, period)):
        for row in rows:
            found.setdefault(row.pop("of"), {}).update({name: count or 0 for name, count in row.items()})
    return {pk: Given(**figures) for pk, figures in found.items()}


def _datasets(ids: Sequence[int]) -> list[dict[str, Any]]:
    promised = ExpressionWrapper(F("live__freshness_days") * Value(timedelta(days=1)), output_field=DurationField())
    stale = Q(loaded_at=None) | Q(loaded_at__lt=now() - promised)
    published = Dataset.objects.filter(department__in=ids, live__isnull=False).order_by()
    found: Any = published.values(of=F("department")).annotate(
        datasets=Count("pk"),
        records=Coalesce(Sum(Cast(KT("quality__rows"), BigIntegerField())), 0),
        stale=Count("pk", filter=stale),
    )
    return list(found)


def _grants(ids: Sequence[int]) -> list[dict[str, Any]]:
    live = Grant.objects.live_on(localdate()).filter(dataset__department__in=ids).order_by()
    found: Any = live.values(of=F("dataset__department")).annotate(grants=Count("pk"))
    return list(found)


def _uses(ids: Sequence[int], period: Period) -> list[dict[str, Any]]:
    uses = GrantUse.objects.filter(grant__dataset__department__in=ids, at__gte=period.since, at__lt=period.until)
    prefill = Q(how=GrantUse.How.PREFILL)
    found: Any = (
        uses.order_by()
        .values(of=F("grant__dataset__department"))
        .annotate(uses=Count("pk"), read=Sum("rows"), prefilled=Sum("rows", filter=prefill))
    )
    return list(found)


def _requests(ids: Sequence[int], period: Period) -> dict[int, Requests]:
    found: dict[int, dict[str, int]] = {}
    for rows in (_asked(ids, period), _answered(ids, period)):
        for row in rows:
            found.setdefault(row.pop("of"), {}).update(row)
    return {pk: Requests(**figures) for pk, figures in found.items()}


def _asked(ids: Sequence[int], period: Period) -> list[dict[str, Any]]:
    """Waiting ones are those that the department's own side has not answered in this round."""
    answered = ApprovalStep.objects.filter(side=Side.PARTNER, round=F("approval__round"), approval__partner__in=ids)
    waits = Q(state=State.SUBMITTED) & ~Q(pk__in=answered.values("approval"))
    approvals = Approval.objects.filter(kind=GRANT, partner__in=ids).order_by()
    found: Any = approvals.values(of=F("partner")).annotate(
        asked=Count("pk", filter=Q(submitted_at__gte=period.since, submitted_at__lt=period.until)),
        waiting=Count("pk", filter=waits),
        overdue=Count("pk", filter=waits & Q(due_on__lt=localdate())),
    )
    return list(found)


def _answered(ids: Sequence[int], period: Period) -> list[dict[str, Any]]:
    """Answers of the department's own side. The clock of an earlier round is not known any more: it is not counted."""
    steps = ApprovalStep.objects.filter(
        side=Side.PARTNER,
        approval__kind=GRANT,
        approval__partner__in=ids,
        round=F("approval__round"),
        at__gte=period.since,
        at__lt=period.until,
    ).order_by()
    in_time = Q(at__date__lte=F("approval__due_on"))
    found: Any = steps.values(of=F("approval__partner")).annotate(
        in_time=Count("pk", filter=in_time), late=Count("pk", filter=~in_time)
    )
    return list(found)
