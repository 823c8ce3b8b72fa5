"""Returned data: a roster from four sources against the plain joins, and records under grants against no wall.

Three datasets of 100,000 records each are kept in the seeded database: other lines do not look at them.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg2
from django.db import connection
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import SPAN, Level, Range, subtree
from accounts.models import Department, Post, User
from accounts.roles import Role
from accounts.scope import acting_as, telling
from bench.frame import Line, at_most, in_turns, seconds, undone
from bench.roster import DISTRICT, OPEN, SEALED, community_like, count_people, make_form, reports_of, send
from data_return.models import Dataset, DatasetVersion, ReturnedRecord
from data_return.sight import READING, Reading
from forms_engine.models import Report
from forms_engine.services.prefill import Roster, get_roster, insert_rows, list_subjects, select_prefilled
from registry.models import DataItem, Entity

DEPARTMENT, USERNAME = "区残联(测速)", "bench-returned"
RECORDS, ROWS = 100_000, 3_300
PREFILL_BAR, WALL_BAR = 2.0, 1.3
TIMES, TURNS = 7, 25
HELD = {
    "测速残疾": ("person.phone", "person.health_status", "person.is_disabled"),
    "测速养老": ("person.phone", "person.self_care_ability", "person.elderly_allowance_standard"),
    "测速低保": ("person.phone", "person.employment_status", "person.is_low_income"),
}
"""Dataset -> what its records hold: the phone in all of them, so that the newest has to be found."""
_FILL = """
INSERT INTO data_return_returnedrecord
    (district, area_code, dataset_id, source_key, person_id, values, fingerprint, observed_on, received_at)
SELECT p.district, p.area_code, %(dataset)s, p.id::text, p.id,
       jsonb_build_object(%(first)s, '13900000000', %(second)s, '1', %(third)s, '1'), '', %(on)s, now()
FROM registry_person p WHERE p.area_code BETWEEN %(low)s AND %(high)s
   OR p.id IN (SELECT id FROM registry_person WHERE id %% 10 = %(rest)s LIMIT %(records)s)
"""
_BARE = """
INSERT INTO forms_engine_reportrow
    (district, report_id, subject_id, area_code, position, "values", flags, origins, edits, comments, state, reason)
SELECT r.district, r.id, s.id, s.area_code, 0, s.cells || jsonb_strip_nulls(jsonb_build_object({pairs})), s.flags,
       '{{}}', '{{}}', '{{}}', 'listed', ''
FROM ({query}) s (id, area_code, community, cells, flags)
JOIN forms_engine_report r ON r.dispatch_id = %s AND r.area_code = s.community
{joins}
"""


def run() -> list[Line]:
    community = _prepared()
    return [_roster(community), *_walled(community)]


def _prepared() -> int:
    """The community with a record of everybody in each dataset; made once."""
    community = 0
    with undone(), acting_as(_actor(Role.DEPARTMENT_STAFF)):
        community = community_like(count_people(), ROWS)
    if Dataset.objects.filter(name__in=HELD).exists():
        return community
    department = Department.objects.create(name=DEPARTMENT, area_id=DISTRICT)
    user = User.objects.create(username=USERNAME, full_name="测速")
    post = Post.objects.create(user=user, role=Role.DEPARTMENT_STAFF, area_id=DISTRICT, department=department)
    low, high = subtree(community, Level.COMMUNITY)
    admin = psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])
    admin.autocommit = True
    with admin.cursor() as cursor:
        for rest, (name, items) in enumerate(HELD.items()):
            dataset = _publish(department, post, name, items)
            cursor.execute(
                _FILL,
                {"dataset": dataset.pk, "low": low, "high": high, "rest": rest, "records": RECORDS, "on": localdate()}
                | dict(zip(("first", "second", "third"), items, strict=True)),
            )
        cursor.execute("VACUUM ANALYZE data_return_returnedrecord")
    admin.close()
    return community


def _publish(department: Department, post: Post, name: str, items: tuple[str, ...]) -> Dataset:
    dataset = Dataset.objects.create(
        name=name, department=department, system="测速", subject=Entity.PERSON, created_by=post
    )
    version = DatasetVersion.objects.create(dataset=dataset, state=DatasetVersion.State.PUBLISHED)
    version.items.set(DataItem.objects.filter(pk__in=items))
    dataset.live = version
    dataset.save(update_fields=["live"])
    return dataset


def _actor(role: Role, area: int = DISTRICT, level: Level = Level.DISTRICT) -> Actor:
    """In nobody's post: what it reads is told, not looked up."""
    return Actor(0, 0, "bench", role, area, level, "bench", second_factor=True)


def _roster(community: int) -> Line:
    """The department's own datasets fill its own form, as granted ones would: the statement is the same."""
    post = Post.objects.with_context().get(user__username=USERNAME)
    actor = post.as_actor(second_factor=True)
    bare = ours = 0.0
    with undone(), acting_as(actor):
        dispatch = send(actor, make_form(actor, [*OPEN, *SEALED]), [community], "四个来源")
        roster, reports = get_roster(dispatch, actor=actor), reports_of(dispatch)
        bare = seconds(lambda: _insert_bare(roster, community), times=TIMES)
        ours = seconds(lambda: _insert(roster, reports), times=TIMES)
    name = f"roster of one community from the registry and three datasets of {RECORDS:,}, written / the plain joins"
    return at_most(name, ours, bare, PREFILL_BAR)


def _insert(roster: Roster, reports: list[Report]) -> None:
    with undone():
        insert_rows(roster, reports)


def _insert_bare(roster: Roster, community: int) -> None:
    """What one would write by hand: no precedence by date, no origins, no flags of what was taken over."""
    home = roster.homes[0]
    subjects = list_subjects(roster).filter(**{f"{home}__range": subtree(community, Level.COMMUNITY)})
    query, params = select_prefilled(roster, subjects, home).query.sql_with_params()
    names = dict(Dataset.objects.filter(name__in=HELD).values_list("name", "pk"))
    letters = {column.item_id: column.letter for column in roster.columns if column.item_id}
    joins: list[str] = []
    found: dict[str, list[str]] = {}
    for number, (name, items) in enumerate(HELD.items()):
        joins.append(
            f"LEFT JOIN data_return_returnedrecord d{number}"
            f" ON d{number}.dataset_id = {names[name]} AND d{number}.person_id = s.id"
        )
        for item in items:
            found.setdefault(letters[item], []).append(f"d{number}.values->'{item}'")
    pairs = ", ".join(f"'{letter}', coalesce({', '.join(values)})" for letter, values in found.items())
    assert roster.filling is not None
    with undone(), roster.filling.told(), connection.cursor() as cursor:
        cursor.execute(_BARE.format(query=query, pairs=pairs, joins="\n".join(joins)), [*params, roster.dispatch.pk])


def _walled(community: int) -> list[Line]:
    town = community - community % SPAN[Level.TOWN]
    dataset = Dataset.objects.get(name=next(iter(HELD))).pk
    worker = _actor(Role.COMMUNITY_WORKER, community, Level.COMMUNITY)
    whole = Reading(whole=frozenset({dataset}))
    # A town that was granted every other of its communities: what a range of places costs.
    granted: list[int] = []
    with undone(), acting_as(_actor(Role.DEPARTMENT_STAFF)):
        granted = [code for code in count_people() if code - code % SPAN[Level.TOWN] == town][::2]
    parts = Reading(parts=tuple((dataset, subtree(code, Level.COMMUNITY)) for code in granted))
    return [
        _wall_line("records of one community, granted whole", worker, subtree(community, Level.COMMUNITY), whole),
        _wall_line(
            f"records of a town, {len(granted)} communities granted",
            _actor(Role.TOWN_ADMIN, town, Level.TOWN),
            subtree(town, Level.TOWN),
            parts,
        ),
    ]


def _wall_line(what: str, actor: Actor, scope: Range, reading: Reading) -> Line:
    with acting_as(actor), telling(actor, READING, reading), connection.cursor() as cursor:
        found = ReturnedRecord.objects.visible_to(actor).values_list("pk", "person_id", "values", "observed_on")
        sql, params = found.order_by().query.sql_with_params()
        query = str(cursor.mogrify(sql, params).decode())
    told = {"app.scope_lo": scope[0], "app.scope_hi": scope[1]} | {
        name: "{" + ",".join(f"[{one[0]},{one[1]}]" if isinstance(one, tuple) else str(one) for one in values) + "}"
        for name, values in reading.settings().items()
    }
    with _reading("DATABASE_URL", query, told) as walled, _reading("DATABASE_ADMIN_URL", query, told) as free:
        ours, limit = in_turns(walled, free, times=TURNS)
    return at_most(f"{what}, under grants / without row-level security", ours, limit, WALL_BAR)


@contextmanager
def _reading(variable: str, query: str, told: Mapping[str, object]) -> Iterator[Callable[[], object]]:
    """Asks and fetches, in a session of that role that was told the settings."""
    session = psycopg2.connect(os.environ[variable])
    try:
        with session.cursor() as cursor:
            for name, value in told.items():
                cursor.execute(f"SET LOCAL {name} = %s", [str(value)])

            def read() -> None:
                cursor.execute(query)
                cursor.fetchall()

            yield read
    finally:
        session.close()
