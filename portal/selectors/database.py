"""The database as the portal's role sees it: its connections, the longest transaction, its size."""

from dataclasses import dataclass

from django.db import connection

_CONNECTIONS = """
    SELECT coalesce(state, 'starting'), count(*), coalesce(max(extract(epoch FROM now() - xact_start)), 0)
      FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user
     GROUP BY 1
"""
_LIMITS = """
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
           pg_database_size(current_database())
"""


@dataclass(frozen=True, slots=True)
class Database:
    """connections: state as PostgreSQL names it, such as "idle" -> how many of web and workers. limit: for everybody
    together. longest: seconds of the longest transaction. size: bytes."""

    connections: dict[str, int]
    limit: int
    longest: float
    size: int

    @property
    def in_use(self) -> int:
        return sum(self.connections.values())


def get_database() -> Database:
    """Two statements. Of other roles' connections PostgreSQL tells nothing, nor are they counted."""
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS)
        states = cursor.fetchall()
        cursor.execute(_LIMITS)
        limit, size = cursor.fetchone()
    return Database(
        connections={state: count for state, count, _ in states},
        limit=limit,
        longest=max((float(seconds) for *_, seconds in states), default=0.0),
        size=size,
    )
