"""Keeping fifty dynamic tags true, against one hand-written statement that writes the same without a wall."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg2
import psycopg2.extensions
from django.db import connection
from django.utils.timezone import localdate

from accounts.codes import HIGHEST_CODE, LOWEST_CODE, Level, Range, subtree
from accounts.scope import limited_to
from bench.frame import Line, at_most, seconds, undone
from bench.roster import DISTRICT, community_like, count_people
from bench.tag_rules import list_rules
from tagging.evaluation.keeping import OVERLAP, list_steps, refresh_changed, refresh_chunk
from tagging.models import Tag, TagWatch

BAR, MINUTE = 1.3, 60.0
TIMES = 3
AT_NIGHT = timedelta(days=30)
"""What stands written is a month old, so that a pass has birthdays to find."""
_CHANGE = """
UPDATE registry_person SET is_low_income = is_low_income IS NOT TRUE, version = version + 1, updated_at = now()
WHERE district = {district} AND area_code BETWEEN {low} AND {high}
"""
_BARE = """
WITH made AS MATERIALIZED (
    SELECT district, id, area_code, registered_area_code, version,
        CASE WHEN closed_on IS NULL THEN array_remove(ARRAY[{cases}]::smallint[], NULL) ELSE '{{}}' END AS tags
    FROM registry_person p WHERE district = {district} AND area_code BETWEEN {low} AND {high}
),
differing AS MATERIALIZED (
    SELECT m.*, coalesce(k.tags, '{{}}') AS old FROM made m
    LEFT JOIN bench_kept k ON k.district = m.district AND k.entity = 'person' AND k.subject_id = m.id
    WHERE m.tags <> coalesce(k.tags, '{{}}')
),
traced AS (
    INSERT INTO bench_trace
        (district, area_code, registered_area_code, entity, subject_id, gained, lost, subject_version, at)
    SELECT district, area_code, registered_area_code, 'person', id,
        ARRAY(SELECT unnest(tags) EXCEPT SELECT unnest(old)), ARRAY(SELECT unnest(old) EXCEPT SELECT unnest(tags)),
        version, now()
    FROM differing
)
INSERT INTO bench_kept (district, entity, subject_id, area_code, registered_area_code, tags)
SELECT district, 'person', id, area_code, registered_area_code, tags FROM differing
ON CONFLICT (district, entity, subject_id) DO UPDATE SET tags = excluded.tags
"""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds: of the first pass, of one that finds a month of birthdays, of one community after a change."""

    first: float
    night: float
    community: float


def run() -> list[Line]:
    with undone(), limited_to((LOWEST_CODE, HIGHEST_CODE)):
        people = count_people()
    place = community_like(people, 3_300)
    with _looked_after():
        ours, watched = _ours(place)
    bare = _bare(place)
    whole = f"{sum(people.values()):,} persons x 50 tags"
    one = f"one community of {people[place]:,} changed"
    return [
        at_most(f"first full pass, {whole} / bare SQL", ours.first, bare.first, BAR),
        at_most(f"nightly full pass, {whole} / bare SQL", ours.night, bare.night, BAR),
        at_most(f"{one}, 50 tags worked out again / bare SQL", ours.community, bare.community, BAR),
        at_most(f"{one}, found and worked out again / a minute", watched, MINUTE, 1.0),
    ]


@contextmanager
def _looked_after() -> Iterator[None]:
    """Kept in the state of a portal that has run for a day: no rows of earlier runs, which were undone, and statistics
    when they are asked for (`ANALYZE`), as autovacuum takes them. It cannot see into a transaction that stays open.
    """
    session = psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            cursor.execute("VACUUM tagging_subjecttags, tagging_tagevent, registry_person")
            cursor.execute("GRANT MAINTAIN ON tagging_subjecttags TO portal_app")
            yield
            cursor.execute("REVOKE MAINTAIN ON tagging_subjecttags FROM portal_app")
    finally:
        session.close()


def _ours(place: int) -> tuple[Took, float]:
    """The passes as the portal runs them, behind the wall; and the look at what changed."""
    inside, village = subtree(DISTRICT, Level.DISTRICT), subtree(place, Level.COMMUNITY)
    with undone(), limited_to((LOWEST_CODE, HIGHEST_CODE)):
        _make_tags()
        first = seconds(lambda: _pass(inside, days_ago=AT_NIGHT))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE tagging_subjecttags")
        night = seconds(_undoing(lambda: _pass(inside)), times=TIMES)
        _pass(inside)
        _change(village)
        community = seconds(_undoing(lambda: _pass(village)), times=TIMES)
        watched = seconds(_undoing(refresh_changed), times=TIMES)
    return Took(first, night, community), watched


def _bare(place: int) -> Took:
    """The same in a session of the server's own user, to whom no policy applies."""
    inside, village = subtree(DISTRICT, Level.DISTRICT), subtree(place, Level.COMMUNITY)
    session = psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])
    try:
        with session.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_kept (LIKE tagging_subjecttags INCLUDING ALL)")
            cursor.execute("CREATE TABLE bench_trace (LIKE tagging_tagevent INCLUDING ALL)")
            first = seconds(lambda: cursor.execute(_statement(inside, days_ago=AT_NIGHT)))
            cursor.execute("ANALYZE bench_kept")
            night = seconds(_rolled_back(cursor, _statement(inside)), times=TIMES)
            cursor.execute(_statement(inside))
            cursor.execute(_filled(_CHANGE, village))
            community = seconds(_rolled_back(cursor, _statement(village)), times=TIMES)
        return Took(first, night, community)
    finally:
        session.rollback()
        session.close()


def _make_tags() -> None:
    given = {"kind": "dynamic", "level": 3, "meaning": "测速", "purpose": "测速", "area_id": DISTRICT}
    rules = enumerate(list_rules(), start=1)
    Tag.objects.bulk_create(Tag(name=f"测速{n}", condition=tree, **given) for n, (tree, _) in rules)


def _change(village: Range) -> None:
    """Everybody there, and the look at what changed begins with this transaction: the seed may be minutes old."""
    with connection.cursor() as cursor:
        cursor.execute(_filled(_CHANGE, village))
        cursor.execute("SELECT transaction_timestamp()")
        TagWatch.objects.update_or_create(pk=1, defaults={"looked_until": cursor.fetchone()[0] + OVERLAP})


def _pass(area: Range, *, days_ago: timedelta = timedelta()) -> None:
    for layer, chunk in list_steps(area, on=localdate() - days_ago):
        refresh_chunk(layer, chunk)


def _statement(area: Range, *, days_ago: timedelta = timedelta()) -> str:
    on = (localdate() - days_ago).isoformat()
    written = [sql.format(on=on) for _, sql in list_rules()]
    cases = ", ".join(f"CASE WHEN {sql} THEN {n} END" for n, sql in enumerate(written, start=1))
    return _filled(_BARE.replace("{cases}", cases), area)


def _filled(statement: str, area: Range) -> str:
    return statement.format(district=DISTRICT // 10**12, low=area[0], high=area[1])


def _undoing(work: Callable[[], object]) -> Callable[[], None]:
    def undoing() -> None:
        with undone():
            work()

    return undoing


def _rolled_back(cursor: psycopg2.extensions.cursor, statement: str) -> Callable[[], None]:
    def work() -> None:
        cursor.execute("SAVEPOINT measured")
        cursor.execute(statement)
        cursor.execute("ROLLBACK TO SAVEPOINT measured")

    return work
