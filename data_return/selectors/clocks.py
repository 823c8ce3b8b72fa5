"""How departments keep the clock of corrections: counts by department. No values, no names, no workers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Min, Q
from django.utils.timezone import localdate

from accounts.actors import Actor
from data_return.correction_rules import ANSWERS, Action, State
from data_return.models import Correction, CorrectionStep


@dataclass(frozen=True, slots=True)
class Clock:
    """open, overdue: as of today. in_time, late: answers given in the period. oldest: day the oldest open one began."""

    department: str
    open: int = 0
    overdue: int = 0
    in_time: int = 0
    late: int = 0
    accepted: int = 0
    oldest: date | None = None

    @property
    def share_in_time(self) -> int | None:
        """Answers within the clock, in %; open ones that are overdue count as late. None without any."""
        due = self.in_time + self.late + self.overdue
        return self.in_time * 100 // due if due else None


def list_clocks(*, actor: Actor, since: date | None = None, until: date | None = None) -> dict[int, Clock]:
    """By department, of those that were ever asked; since, until: of the answers that count. Two queries."""
    waiting = {row["department"]: row for row in _count_open(actor)}
    answers = {row["department"]: row for row in _count_answers(actor, since, until)}
    found = {}
    for key in waiting.keys() | answers.keys():
        own, given = waiting.get(key, {}), answers.get(key, {})
        oldest = own.get("oldest")
        found[key] = Clock(
            own.get("name") or given["name"],
            own.get("open", 0),
            own.get("overdue", 0),
            given.get("in_time", 0),
            given.get("late", 0),
            given.get("accepted", 0),
            localdate(oldest) if oldest else None,
        )
    return found


def _count_open(actor: Actor) -> list[dict[str, Any]]:
    is_open = Q(state=State.OPEN)
    found = Correction.objects.visible_to(actor).order_by().values("department", name=F("department__name"))
    return list(
        found.annotate(
            open=Count("pk", filter=is_open),
            overdue=Count("pk", filter=is_open & Q(due_on__lt=localdate())),
            oldest=Min("marked_at", filter=is_open),
        )
    )


def _count_answers(actor: Actor, since: date | None, until: date | None) -> list[dict[str, Any]]:
    found = CorrectionStep.objects.visible_to(actor).filter(action__in=ANSWERS)
    if since is not None:
        found = found.filter(at__date__gte=since)
    if until is not None:
        found = found.filter(at__date__lte=until)
    in_time = Q(at__date__lte=F("due_on"))
    return list(
        found.order_by()
        .values("department", name=F("department__name"))
        .annotate(
            in_time=Count("pk", filter=in_time),
            late=Count("pk", filter=~in_time),
            accepted=Count("pk", filter=Q(action=Action.ACCEPT)),
        )
    )
