"""A seeded PostgreSQL of its own under .run/bench, kept so that the next run is quick."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from portal import programs
from portal.embedded.keys import kept_keys
from portal.embedded.postgres import SUPERUSER, Postgres
from portal.places import STATE

FOLDER = STATE / "bench"
DATABASE = "bench"


@contextmanager
def seeded(persons: int) -> Iterator[Postgres]:
    """The server, migrated, with about so many people in one district; the environment points at it.

    Raises SystemExit when a migration or the seed fails.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    FOLDER.parent.chmod(0o711)
    FOLDER.chmod(0o711)
    postgres = server(persons, throwaway=True)
    postgres.start()
    try:
        postgres.make_database(DATABASE)
        os.environ.update(environment(postgres, DATABASE))
        _prepare(persons)
        yield postgres
    finally:
        postgres.stop()


def server(persons: int, *, throwaway: bool) -> Postgres:
    """The server of that size, not started. throwaway: without care for a crash of the machine, and so quicker."""
    return Postgres(FOLDER / f"postgres-{persons}", throwaway=throwaway)


def environment(postgres: Postgres, database: str) -> dict[str, str]:
    """Variables for a program that works on one database of the server, with the keys it was seeded under."""
    return kept_keys(FOLDER / "keys.env") | {
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "DATABASE_URL": postgres.url("portal_app", database),
        "DATABASE_OWNER_URL": postgres.url("portal_owner", database),
        "DATABASE_AUDIT_URL": postgres.url("portal_audit", database),
        "DATABASE_ADMIN_URL": postgres.url(SUPERUSER, database),
        "REDIS_URL": os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0"),
        "MEDIA_ROOT": str(FOLDER / "media"),
    }


def _prepare(persons: int) -> None:
    """Both steps do nothing the second time."""
    for arguments, owner in ((["migrate", "--noinput", "-v", "0"], True), (["seed", "--persons", str(persons)], False)):
        if programs.manage(os.environ, *arguments, owner=owner) != 0:
            raise SystemExit(f"{arguments[0]} failed, see above")
