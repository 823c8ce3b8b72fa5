"""Writing made-up rows: COPY to temporary tables, then one INSERT ... SELECT a table, in the order of area codes.

Row-level security forbids COPY into a protected table. Keys come from the tables' own sequences: the temporary tables
draw them as rows arrive, and local numbers become keys in the joins.
"""

import io
from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper

from accounts.codes import SPAN, Level, Range, district_of
from accounts.models import Area
from accounts.scope import whole_tree
from registry.catalogue import model_of
from registry.models import Entity, Person
from registry.seeding.communities import CommunityPlan
from registry.seeding.grids import grid_areas
from registry.seeding.rows import ENTITIES, Layout, MadeRows

REASON = "演示数据"
TARGETS: Mapping[str, Mapping[str, str]] = {
    Entity.PERSON: {"household_id": Entity.HOUSEHOLD, "dwelling_id": Entity.DWELLING},
    Entity.HOUSEHOLD: {"head_id": Entity.PERSON},
    Entity.DWELLING: {},
    Entity.ORGANIZATION: {},
}
"""entity -> column that holds a local number -> entity it points to."""


def store_grids(plans: Sequence[CommunityPlan]) -> None:
    """Grids and microgrids of the communities, where they are not there yet."""
    areas = [
        Area(code=code, name=name, level=level, parent_id=parent)
        for plan in plans
        for code, name, level, parent in grid_areas(plan.code)
    ]
    Area.objects.bulk_create(areas, ignore_conflicts=True, batch_size=5000)


def store_rows(made: Sequence[MadeRows], layout: Layout) -> int:
    """All rows of some communities in one transaction. Returns the number of people."""
    with whole_tree(reason=REASON), connection.cursor() as cursor:
        store_grids([one.plan for one in made])
        for entity in ENTITIES:
            _copy(cursor, entity, layout, made)
        for entity in ENTITIES:
            cursor.execute(_insert(entity, layout))
        for entity in ENTITIES:
            # Dropped at once too: a caller may store twice in one transaction.
            cursor.execute(f"DROP TABLE made_{entity}")
    return sum(one.people for one in made)


def find_settled(district: Range) -> tuple[int, set[int]]:
    """People in the district, and the codes of its communities where anybody lives."""
    with whole_tree(reason=REASON), connection.cursor() as cursor:
        cursor.execute(
            # Names of tables and columns come from the models, here and below.
            f"SELECT area_code - area_code %% {SPAN[Level.COMMUNITY]}, count(*) FROM {Person._meta.db_table}"  # noqa: S608
            " WHERE district = %s AND area_code BETWEEN %s AND %s GROUP BY 1",
            [district_of(district[0]), *district],
        )
        found: dict[int, int] = dict(cursor.fetchall())
    return sum(found.values()), set(found)


def refresh_statistics() -> None:
    """Tell the planner at once; PostgreSQL skips, with a warning, the tables that the role may not analyse."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(_table(entity) for entity in ENTITIES)}")


def _copy(cursor: CursorWrapper, entity: str, layout: Layout, made: Sequence[MadeRows]) -> None:
    columns = ", ".join(layout.shapes[entity].columns)
    cursor.execute(
        f"CREATE TEMPORARY TABLE made_{entity} ON COMMIT DROP AS"  # noqa: S608
        f" SELECT 0::bigint AS local_id, 0::bigint AS id, {columns} FROM {_table(entity)} WITH NO DATA"
    )
    sequence = f"pg_get_serial_sequence('{_table(entity)}', 'id')"
    cursor.execute(f"ALTER TABLE made_{entity} ALTER COLUMN id SET DEFAULT nextval({sequence})")
    for one in made:
        cursor.copy_expert(f"COPY made_{entity} (local_id, {columns}) FROM STDIN", io.StringIO(one.copies[entity]))


def _insert(entity: str, layout: Layout) -> str:
    columns, targets = layout.shapes[entity].columns, TARGETS[entity]
    chosen = [f"{column}_of.id" if column in targets else f"made.{column}" for column in columns]
    joins = [
        f"LEFT JOIN made_{target} {column}_of ON {column}_of.local_id = made.{column}"
        for column, target in targets.items()
    ]
    return (
        f"INSERT INTO {_table(entity)} (id, created_at, updated_at, {', '.join(columns)})"  # noqa: S608
        f" SELECT made.id, now(), now(), {', '.join(chosen)} FROM made_{entity} made {' '.join(joins)}"
        " ORDER BY made.area_code, made.id"
    )


def _table(entity: str) -> str:
    return model_of(entity)._meta.db_table
