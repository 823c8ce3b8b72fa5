"""Search by the beginning of a name, in one community and in the district: under row-level security and without it."""

import os
from collections.abc import Callable

import psycopg2
import psycopg2.extensions
from django.db import connection
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import Level, Range, subtree
from accounts.roles import Role
from accounts.scope import acting_as
from bench.frame import Line, at_most, seconds, undone
from bench.roster import DISTRICT, community_like, count_people, make_department
from registry.selectors.people import PeopleFilter, list_people

NAME = "施秀"
PAGE = 50
BAR = 1.5
ROUNDS, TIMES = 20, 7


def run() -> list[Line]:
    community = 0
    with undone(), acting_as(make_department()):
        community = community_like(count_people(), 3_300)
    return [
        _line("one community", Level.COMMUNITY, community, Role.COMMUNITY_WORKER),
        # A role that may read names: the district's own may not, and so may not search by them.
        _line("the district", Level.DISTRICT, DISTRICT, Role.TOWN_ADMIN),
    ]


def _line(where: str, level: Level, code: int, role: Role) -> Line:
    actor = Actor(0, 0, "bench", role, code, level, "bench", second_factor=True)
    query = _query(actor)
    scope = subtree(code, level)
    walled, free = _timed("DATABASE_URL", query, scope), _timed("DATABASE_ADMIN_URL", query, scope)
    return at_most(f"search “{NAME}…” in {where}, first {PAGE} / without row-level security", walled, free, BAR)


def _query(actor: Actor) -> str:
    """The page's own query, with its range of area codes: what both roles run."""
    with acting_as(actor), connection.cursor() as cursor:
        people = list_people(actor=actor, wanted=PeopleFilter(text=NAME), on=localdate()).order_by("pk")[:PAGE]
        sql, params = people.query.sql_with_params()
        return str(cursor.mogrify(sql, params).decode())


def _timed(variable: str, query: str, scope: Range) -> float:
    """Seconds of one run, out of rounds of many. The scope is set for both: the search function reads it too."""
    session = psycopg2.connect(os.environ[variable])
    try:
        with session.cursor() as cursor:
            cursor.execute(f"SET LOCAL app.scope_lo = {scope[0]}; SET LOCAL app.scope_hi = {scope[1]}")
            return seconds(_round(cursor, query), times=TIMES) / ROUNDS
    finally:
        session.close()


def _round(cursor: psycopg2.extensions.cursor, query: str) -> Callable[[], None]:
    def work() -> None:
        for _ in range(ROUNDS):
            cursor.execute(query)
            cursor.fetchall()

    return work
