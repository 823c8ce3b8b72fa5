"""Prefilling one community's roster against COPY of the same query to a file."""

from tempfile import TemporaryFile

from django.db import connection

from accounts.actors import Actor
from accounts.scope import acting_as
from bench.frame import Line, at_most, seconds, undone
from bench.roster import OPEN, SEALED, community_like, count_people, make_department, make_form, reports_of, send
from forms_engine.services.prefill import Roster, get_roster, insert_rows, list_subjects, select_prefilled

ROWS = 3_300
READ_BAR, WRITE_BAR = 1.5, 3.0
TIMES = 7


def run() -> list[Line]:
    lines: list[Line] = []
    with undone():
        actor = make_department()
        with acting_as(actor):
            lines = _measure(actor)
    return lines


def _measure(actor: Actor) -> list[Line]:
    people = count_people()
    community = community_like(people, ROWS)
    items = [*OPEN, *SEALED]
    dispatch = send(actor, make_form(actor, items), [community], "预填")
    roster, reports = get_roster(dispatch), reports_of(dispatch)
    query = _query(roster, community)
    copied = seconds(lambda: _copy(query), times=TIMES)
    read = seconds(lambda: _read(query), times=TIMES)
    written = seconds(lambda: _write(roster, reports), times=TIMES)
    name = f"prefill of one community, {people[community]:,} x {len(items)}"
    return [
        at_most(f"{name}, read / COPY of the same query", read, copied, READ_BAR),
        at_most(f"{name}, report rows written / COPY of the same query", written, copied, WRITE_BAR),
    ]


def _query(roster: Roster, community: int) -> str:
    """The prefilling query with its parameters filled in, so that both ways run the same text."""
    home = roster.homes[0]
    subjects = list_subjects(roster).filter(**{f"{home}__range": (community, community + 10**6 - 1)})
    sql, params = select_prefilled(roster, subjects, home).query.sql_with_params()
    with connection.cursor() as cursor:
        return str(cursor.mogrify(sql, params).decode())


def _copy(query: str) -> None:
    with TemporaryFile() as file, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT", file)


def _read(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)
        cursor.fetchall()


def _write(roster: Roster, reports: list) -> None:  # type: ignore[type-arg]
    with undone():
        insert_rows(roster, reports)
