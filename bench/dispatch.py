"""Dispatch of a million prefilled rows to 300 communities or more, against one bare INSERT ... SELECT of the same."""

from collections.abc import Mapping
from itertools import accumulate

from django.db import connection

from accounts.actors import Actor
from accounts.scope import acting_as
from bench.frame import Line, at_most, seconds, undone
from bench.roster import OPEN, SEALED, count_people, make_department, make_form, send
from forms_engine.models import Dispatch, FormVersion
from forms_engine.services.dispatch import prefill_reports
from forms_engine.services.prefill import get_roster, list_subjects, select_prefilled

COMMUNITIES, ROWS = 300, 1_000_000
BAR = 1.5
_BARE = """
INSERT INTO forms_engine_reportrow
    (district, report_id, subject_id, area_code, position, "values", flags, edits, comments, state, reason)
SELECT r.district, r.id, s.id, s.area_code, 0, s.cells, s.flags, '{{}}', '{{}}', 'listed', ''
FROM ({query}) s (id, area_code, community, cells, flags)
JOIN forms_engine_report r ON r.dispatch_id = %s AND r.area_code = s.community
"""


def run() -> list[Line]:
    lines: list[Line] = []
    with undone():
        actor = make_department()
        with acting_as(actor):
            lines = _measure(actor)
    _clean_up()
    return lines


def _measure(actor: Actor) -> list[Line]:
    people = count_people()
    communities = _enough(people)
    version = make_form(actor, [*OPEN, *SEALED])
    with undone():
        dispatch = send(actor, version, communities, "一条语句")
        bare = seconds(lambda: _insert_bare(dispatch))
    ours = seconds(lambda: _dispatch(actor, version, communities))
    rows = sum(people[code] for code in communities)
    name = f"dispatch to {len(communities)} communities, {rows:,} rows x {len(OPEN) + len(SEALED)}"
    return [at_most(f"{name} / one bare INSERT ... SELECT", ours, bare, BAR)]


def _enough(people: Mapping[int, int]) -> list[int]:
    """The first 300 communities, and more of them until they hold a million people."""
    reached = accumulate(people.values())
    return [
        code
        for nth, (code, rows) in enumerate(zip(people, reached, strict=True))
        if nth < COMMUNITIES or rows - people[code] < ROWS
    ]


def _dispatch(actor: Actor, version: FormVersion, communities: list[int]) -> None:
    """As a department does it: send, then the job's steps to the last."""
    with undone():
        dispatch = send(actor, version, communities, "下发")
        assert dispatch.job is not None
        for _ in prefill_reports(actor, dispatch.job, **dispatch.job.params):
            pass


def _insert_bare(dispatch: Dispatch) -> None:
    roster = get_roster(dispatch)
    home = roster.homes[0]
    query, params = select_prefilled(roster, list_subjects(roster), home).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_BARE.format(query=query), [*params, dispatch.pk])


def _clean_up() -> None:
    """What was rolled back still lies in the table's file: the next run must not read past it."""
    import os

    import psycopg2

    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("VACUUM forms_engine_reportrow")
    owner.close()
