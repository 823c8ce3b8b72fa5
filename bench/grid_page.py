"""The first page of the fill grid of a 3,300-row report: the whole request, against reading and dumping the same rows.

Ours finds the session and the post, opens the scope, masks every cell, opens seals and tells each cell's state.
"""

import json

from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor
from accounts.middleware import POST_KEY
from accounts.models import Post, User
from accounts.roles import Role
from accounts.scope import acting_as
from bench.frame import Line, at_most, seconds, undone
from bench.roster import OPEN, SEALED, community_like, count_people, make_department, make_form, reports_of, send
from forms_engine.models import Report
from forms_engine.services.prefill import get_roster, insert_rows

ROWS, PAGE = 3_300, 200  # the page that static/js/grid asks for first
TIMES = 7
BAR = 40.0  # ours to choose: about 0.1 s on an idle machine of the smallest kind


def run() -> list[Line]:
    lines: list[Line] = []
    with undone():
        department = make_department()
        with acting_as(department):
            lines = _measure(department)
    return lines


def _measure(department: Actor) -> list[Line]:
    people = count_people()
    community = community_like(people, ROWS)
    dispatch = send(department, make_form(department, [*OPEN, *SEALED]), [community], "网格")
    insert_rows(get_roster(dispatch), reports_of(dispatch))
    Report.objects.filter(dispatch=dispatch).update(state=Report.State.FILLING)
    (report,) = reports_of(dispatch)
    client, url = _worker(community), reverse("forms_engine:report_rows", args=[report.pk])
    ours = seconds(lambda: _ask(client, url), times=TIMES)
    plain = seconds(lambda: _dump(report.pk), times=TIMES)
    name = (
        f"first page of the grid, {PAGE} of {people[community]:,} rows x {len(OPEN) + len(SEALED)}, the whole request"
    )
    return [at_most(f"{name} / reading and dumping the same rows", ours, plain, BAR)]


def _worker(community: int) -> Client:
    user = User.objects.create(username="bench-worker", full_name="测速")
    post = Post.objects.create(user=user, role=Role.COMMUNITY_WORKER, area_id=community)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[POST_KEY] = post.pk
    session.save()
    return client


def _ask(client: Client, url: str) -> None:
    response = client.get(url, {"limit": PAGE})
    assert len(response.json()["rows"]) == min(PAGE, ROWS), response.content[:200]


def _dump(report_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT subject_id, position, state, "values", flags, edits, comments FROM forms_engine_reportrow'
            " WHERE report_id = %s ORDER BY position LIMIT %s",
            [report_id, PAGE],
        )
        json.dumps(cursor.fetchall(), default=str)
