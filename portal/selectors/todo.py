"""What waits for a post: the numbers of the badges and of the workbench."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet, Value
from django.utils.timezone import localdate
from psycopg2.extensions import Binary

from accounts import rights
from accounts.actors import Actor
from accounts.approvals.selectors import list_waiting
from accounts.models import Approval
from accounts.rights import holds
from accounts.roles import UNSCOPED_ROLES
from accounts.sight_reading import list_unnoted
from data_return.selectors.corrections import list_waiting as list_waiting_corrections
from data_return.selectors.datasets import list_versions_to_decide
from data_return.selectors.grants import list_ending_grants, list_open_requests
from data_return.selectors.pull import list_alarms
from data_return.selectors.push import list_refused
from forms_engine.models import FormVersion, Report
from forms_engine.selectors.admissions import list_opinions_to_give, list_versions_to_admit
from portal.selectors.complaints import list_asked_back, list_to_answer, list_waiting_at_desk
from portal.selectors.low_use import list_letters_to_answer
from portal.selectors.notices import list_notices_to_decide, list_unread
from portal.selectors.system_todos import list_waiting_todos
from portal.selectors.systems import list_filings_to_decide, list_filings_to_mend
from portal.selectors.systems import list_opinions_to_give as list_system_opinions_to_give
from registry.models import Difference, Event
from tagging.selectors.changes import TAG
from tagging.selectors.rechecks import list_due

OPEN_REPORTS = (Report.State.FILLING, Report.State.RETURNED)
MOST_POSTS = 2000
"""Whose SQL a process keeps: about 10 KB each."""

Rows = Callable[[Actor], QuerySet[Any]]
KINDS: dict[str, tuple[tuple[str, ...], Rows]] = {
    "emergencies": ((rights.WATCH_UNMASKING,), lambda actor: list_unnoted(actor=actor)),
    "reports": ((rights.FILL_REPORTS,), lambda actor: _reports(actor, *OPEN_REPORTS)),
    "reviews": ((rights.REVIEW_REPORTS,), lambda actor: _reports(actor, Report.State.SUBMITTED)),
    "admissions": ((rights.ADMIT_FORMS,), lambda actor: list_versions_to_admit(actor=actor)),
    "datasets": ((rights.DECIDE_DATASETS,), lambda actor: list_versions_to_decide(actor=actor)),
    "grants": ((rights.REQUEST_GRANTS, rights.DECIDE_GRANTS), lambda actor: list_open_requests(actor=actor)),
    "ending_grants": ((rights.REQUEST_GRANTS,), lambda actor: list_ending_grants(actor=actor)),
    "pulls": ((rights.CONNECT_SYSTEMS,), lambda actor: list_alarms(actor=actor)),
    "pushes": ((rights.CONNECT_SYSTEMS,), lambda actor: list_refused(actor=actor)),
    "corrections": (
        (rights.MARK_RECORDS, rights.ANSWER_CORRECTIONS, rights.WATCH_CORRECTIONS),
        lambda actor: list_waiting_corrections(actor=actor),
    ),
    "system_todos": ((rights.RECEIVE_TODOS,), lambda actor: list_waiting_todos(actor=actor)),
    "opinions": ((rights.GIVE_OPINIONS,), lambda actor: list_opinions_to_give(actor=actor)),
    "system_opinions": ((rights.GIVE_OPINIONS,), lambda actor: list_system_opinions_to_give(actor=actor)),
    "systems": ((rights.ADMIT_SYSTEMS,), lambda actor: list_filings_to_decide(actor=actor)),
    "own_systems": ((rights.APPLY_SYSTEMS,), lambda actor: list_filings_to_mend(actor=actor)),
    "notices": ((rights.READ_NOTICES,), lambda actor: list_unread(actor=actor)),
    "sent_notices": ((rights.DECIDE_NOTICES,), lambda actor: list_notices_to_decide(actor=actor)),
    "discipline": ((rights.HANDLE_COMPLAINTS,), lambda actor: list_waiting_at_desk(actor=actor)),
    "inquiries": ((rights.ANSWER_COMPLAINTS,), lambda actor: list_to_answer(actor=actor)),
    "complaints": ((rights.FILE_COMPLAINTS,), lambda actor: list_asked_back(actor=actor)),
    "letters": ((rights.APPLY_SYSTEMS,), lambda actor: list_letters_to_answer(actor=actor)),
    "forms": ((rights.DESIGN_FORMS,), lambda actor: list_versions_to_mend(actor=actor)),
    # Requests for the desk, assignments to look at again for the village: no post does both.
    "tags": (
        (rights.DECIDE_TAGS, rights.ATTACH_TAGS),
        lambda actor: list_tags_to_decide(actor=actor) if holds(actor, rights.DECIDE_TAGS) else list_due(actor=actor),
    ),
    "events": ((rights.HANDLE_EVENTS, rights.REPORT_EVENTS), lambda actor: list_events_to_handle(actor=actor)),
    "differences": ((rights.CHANGE_RESIDENTS,), lambda actor: list_open_differences(actor=actor)),
}
"""Kind -> rights of which one is enough, and what waits."""
MADE_ANEW = frozenset({"corrections", "pulls", "pushes"})
"""Kinds whose querysets ask whose data the post deals with, and tell the policies of the transaction."""
Counting = tuple[str, tuple[Any, ...]]


def count_todo(*, actor: Actor) -> dict[str, int]:
    """Open work by kind and "all", in one query. Kinds: those of KINDS.

    Empty outside the scope of the actor, as on error pages: better no badge than a wrong one.
    """
    if actor.role in UNSCOPED_ROLES or getattr(connection, "portal_scope", None) != actor.scope:
        return {}
    parts = [*_kept(actor, localdate()), *_counted(actor, MADE_ANEW)]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql for sql, _ in parts), [one for _, params in parts for one in params])
        counts = dict(cursor.fetchall())
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


def list_tags_to_decide(*, actor: Actor) -> QuerySet[Approval]:
    return list_waiting(actor=actor, kind=TAG)


@lru_cache(maxsize=MOST_POSTS)
def _kept(actor: Actor, day: date) -> list[Counting]:  # noqa: ARG001 - the days in them are of that day
    """What counts all kinds but MADE_ANEW.

    Every page asks this, and to put a dozen querysets together takes ten times as long as PostgreSQL to answer them.
    They may be kept because they say nothing but who asks and on which day: none of these querysets asks the database
    while it is made, tells the policies anything, or knows a moment.
    """
    return list(_counted(actor, KINDS.keys() - MADE_ANEW))


def _counted(actor: Actor, kinds: Collection[str]) -> Iterator[Counting]:
    """SQL of one row (kind, number), or of none, for those of the kinds that can wait for the post."""
    for kind, (entitling, rows) in KINDS.items():
        if kind in kinds and any(holds(actor, right) for right in entitling):
            counted = rows(actor).order_by().annotate(waits=Value(kind)).values("waits").annotate(n=Count("*"))
            with suppress(EmptyResultSet):  # of `none()`
                sql, params = counted.query.sql_with_params()
                yield sql, tuple(_unwrapped(one) for one in params)


def _unwrapped(param: Any) -> Any:
    """Bytes as they are: psycopg2's wrapper around them keeps the connection it was last sent over."""
    return param.adapted if isinstance(param, Binary) else param


def _reports(actor: Actor, *states: Report.State) -> QuerySet[Report]:
    reports: QuerySet[Report] = Report.objects.visible_to(actor).filter(state__in=states)
    return reports
