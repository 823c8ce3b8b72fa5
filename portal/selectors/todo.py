"""What waits for a post: the numbers of the badges and of the workbench."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Value

from accounts import rights
from accounts.actors import Actor
from accounts.rights import holds
from accounts.roles import UNSCOPED_ROLES
from accounts.sight_reading import list_unnoted
from data_return.selectors.datasets import list_versions_to_decide
from forms_engine.models import FormVersion, Report
from forms_engine.selectors.admissions import list_opinions_to_give, list_versions_to_admit
from registry.models import Difference, Event

OPEN_REPORTS = (Report.State.FILLING, Report.State.RETURNED)


def count_todo(*, actor: Actor) -> dict[str, int]:
    """Open work by kind and "all", in one query. Kinds: those of `_waiting`.

    Empty outside the scope of the actor, as on error pages: better no badge than a wrong one.
    """
    if actor.role in UNSCOPED_ROLES or getattr(connection, "portal_scope", None) != actor.scope:
        return {}
    parts = [_counted(kind, rows) for kind, rows in _waiting(actor)]
    if not parts:
        return {}
    counts = {row["kind"]: row["n"] for row in parts[0].union(*parts[1:], all=True)}
    return {**counts, "all": sum(counts.values())}


def list_events_to_handle(*, actor: Actor) -> QuerySet[Event]:
    """Events that wait for the post: open ones for who handles, returned ones for who reported them."""
    mine = Q(state=Event.State.RETURNED, reporter_id=actor.post_id)
    if holds(actor, rights.HANDLE_EVENTS):
        mine |= Q(state__in=(Event.State.REPORTED, Event.State.HANDLING))
    events: QuerySet[Event] = Event.objects.visible_to(actor).filter(mine)
    return events


def list_versions_to_mend(*, actor: Actor) -> QuerySet[FormVersion]:
    """Versions of the actor's department that the admission desk gave back."""
    return FormVersion.objects.filter(
        state=FormVersion.State.RETURNED, template__department_id=actor.department_id or 0
    )


def list_open_differences(*, actor: Actor) -> QuerySet[Difference]:
    differences: QuerySet[Difference] = Difference.objects.visible_to(actor).filter(state=Difference.State.OPEN)
    return differences


def _waiting(actor: Actor) -> Iterator[tuple[str, QuerySet[Any]]]:
    if holds(actor, rights.WATCH_UNMASKING):
        yield "emergencies", list_unnoted(actor=actor)
    reports = Report.objects.visible_to(actor)
    if holds(actor, rights.FILL_REPORTS):
        yield "reports", reports.filter(state__in=OPEN_REPORTS)
    if holds(actor, rights.REVIEW_REPORTS):
        yield "reviews", reports.filter(state=Report.State.SUBMITTED)
    if holds(actor, rights.ADMIT_FORMS):
        yield "admissions", list_versions_to_admit(actor=actor)
    if holds(actor, rights.DECIDE_DATASETS):
        yield "datasets", list_versions_to_decide(actor=actor)
    if holds(actor, rights.GIVE_OPINIONS):
        yield "opinions", list_opinions_to_give(actor=actor)
    if holds(actor, rights.DESIGN_FORMS):
        yield "forms", list_versions_to_mend(actor=actor)
    if holds(actor, rights.HANDLE_EVENTS) or holds(actor, rights.REPORT_EVENTS):
        yield "events", list_events_to_handle(actor=actor)
    if holds(actor, rights.CHANGE_RESIDENTS):
        yield "differences", list_open_differences(actor=actor)


def _counted(kind: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """One row (kind, n), or none where there is nothing; `rows` loses its order and its columns."""
    counted: QuerySet[Any, Any] = rows.order_by().annotate(kind=Value(kind)).values("kind").annotate(n=Count("pk"))
    return counted
