"""The one statement of a pass: tags of some people as the rules say, written where they differ from what is kept."""

from collections.abc import Sequence
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Case, Func, Q, QuerySet, SmallIntegerField, Value, When

from registry.catalogue import get_catalogue
from registry.conditions import compile_condition
from registry.models import Entity, Person
from tagging.models import Kind, Tag
from tagging.selectors.counts import range_of

COLUMNS = ("pk", "district", "area_code", "registered_area_code", "version", "made")
ARRAY = ArrayField(SmallIntegerField())
_DIFFERENCE = """
WITH made (person_id, district, area_code, registered_area_code, version, tags) AS MATERIALIZED ({made}),
differing AS MATERIALIZED (
    SELECT m.*, coalesce(k.tags, '{{}}') AS old
    FROM made m LEFT JOIN tagging_persontags k ON k.district = m.district AND k.person_id = m.person_id
    WHERE m.tags <> coalesce(k.tags, '{{}}')
       OR k.area_code <> m.area_code OR k.registered_area_code <> m.registered_area_code
),
traced AS (
    INSERT INTO tagging_tagevent
        (district, area_code, registered_area_code, person_id, gained, lost, person_version, at)
    SELECT district, area_code, registered_area_code, person_id,
           ARRAY(SELECT unnest(tags) EXCEPT SELECT unnest(old) ORDER BY 1),
           ARRAY(SELECT unnest(old) EXCEPT SELECT unnest(tags) ORDER BY 1), version, now()
    FROM differing WHERE tags <> old
    RETURNING 1
),
written AS (
    INSERT INTO tagging_persontags (district, person_id, area_code, registered_area_code, tags)
    SELECT district, person_id, area_code, registered_area_code, tags FROM differing
    ON CONFLICT (district, person_id) DO UPDATE
    SET tags = excluded.tags, area_code = excluded.area_code, registered_area_code = excluded.registered_area_code
)
SELECT count(*) FROM traced
"""


def write_difference(people: QuerySet[Person], tags: Sequence[Tag], *, on: date) -> int:
    """Bring the tags of those people up to date; who left carries none. Returns how many people gained or lost one."""
    made = people.order_by().annotate(made=_carried(tags, on)).values_list(*COLUMNS)
    select, params = made.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCE.format(made=select), params)
        return int(cursor.fetchone()[0])


def list_rules(*, on: date) -> list[Tag]:
    """Dynamic tags in use on that day, by key."""
    tags = Tag.objects.live().filter(kind=Kind.DYNAMIC).exclude(valid_until__lt=on)
    return list(tags.order_by("pk"))


def _carried(tags: Sequence[Tag], on: date) -> Case:
    """Sorted keys of the tags whose condition the person meets inside the tag's area."""
    met = [Case(When(_holds(tag, on), then=Value(tag.pk)), output_field=SmallIntegerField()) for tag in tags]
    listed = Func(*met, template="array_remove(ARRAY[%(expressions)s]::smallint[], NULL)", output_field=ARRAY)
    none = Value([], output_field=ARRAY)
    return Case(When(Q(closed_on=None), then=listed), default=none, output_field=ARRAY) if tags else Case(default=none)


def _holds(tag: Tag, on: date) -> Q:
    inside = Q(area_code__range=range_of(tag.area_id))
    return inside & compile_condition(tag.condition, Entity.PERSON, get_catalogue(), on=on)
