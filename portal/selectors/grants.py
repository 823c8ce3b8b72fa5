"""Grants of returned data on the workbench: requests that wait for the post, and grants of its unit that end soon."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from accounts.actors import Actor
from accounts.models import Approval
from data_return.models import Grant, GrantRequest
from data_return.selectors.grants import GRANT, list_ending_grants, list_open_requests
from portal.selectors.reports import SHOWN


@dataclass(frozen=True, slots=True)
class GrantTasks:
    """requests: to decide or to mend, each with `due_on`, the first due first. ending: the first to end first."""

    requests: list[GrantRequest] = field(default_factory=list)
    ending: list[Grant] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.requests or self.ending)


def get_grant_tasks(*, actor: Actor, todo: Mapping[str, int]) -> GrantTasks:
    """todo: what `count_todo` counted; what it found none of is not asked for again."""
    return GrantTasks(
        _list_requests(actor) if todo.get("grants") else [],
        _list_ending(actor) if todo.get("ending_grants") else [],
    )


def _list_requests(actor: Actor) -> list[GrantRequest]:
    due = Approval.objects.filter(kind=GRANT, subject_id=OuterRef("pk")).values("due_on")
    found = list_open_requests(actor=actor).annotate(due_on=Subquery(due))
    return list(found.select_related("dataset__department", "area", "department").order_by("due_on", "pk")[:SHOWN])


def _list_ending(actor: Actor) -> list[Grant]:
    found = list_ending_grants(actor=actor).select_related("dataset__department", "area", "department")
    return list(found.order_by("until", "pk")[:SHOWN])
