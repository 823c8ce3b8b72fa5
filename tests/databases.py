"""Test databases: a template is prepared once per run, whoever needs one gets a copy.

Templates are made as portal_owner; tests connect as portal_app, so row-level security is real.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extensions
import pytest
from psycopg2.sql import SQL, Identifier

from portal.embedded.postgres import apply_roles
from portal.places import ROOT

MIGRATED = "portal_test"
DEMO = "portal_demo"
_READY = "ready"
_BUILDING = 72_0001


def at(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def admin_url(database: str = "postgres") -> str:
    """Superuser address of a database. Fails the test run with what to do where there are no services."""
    if "DATABASE_ADMIN_URL" not in os.environ:
        pytest.exit("No services. Run `make test`, or: python -m portal.supervisor with-services -- pytest ...", 4)
    return at(os.environ["DATABASE_ADMIN_URL"], database)


@contextmanager
def server() -> Iterator[psycopg2.extensions.connection]:
    """An autocommit connection as superuser to the maintenance database."""
    connection = psycopg2.connect(admin_url())
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def environment(database: str) -> dict[str, str]:
    """The environment of a process that works on a database."""
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_AUDIT_URL", "DATABASE_ADMIN_URL")
    addresses = {name: at(os.environ[name], database) for name in names}
    return os.environ | addresses | {"DJANGO_SETTINGS_MODULE": "portal.settings.test"}


def manage(database: str, *arguments: str, owner: bool = False) -> str:
    """Run a manage.py command on a database. Returns what it printed; raises AssertionError with it on failure."""
    return manage_in(environment(database), *arguments, owner=owner)


def manage_in(env: Mapping[str, str], *arguments: str, owner: bool = False) -> str:
    """The same in the environment of a portal."""
    env = {**env} | ({"PORTAL_DB_ROLE": "owner"} if owner else {})
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def migrated_template() -> str:
    """Name of the database with every migration and nothing else; made by the first who asks."""
    with _building(MIGRATED) as missing:
        if missing:
            copy_database("template0", MIGRATED)
            apply_roles(admin_url(MIGRATED))
            manage(MIGRATED, "migrate", "--noinput", "--verbosity", "0", owner=True)
    return MIGRATED


def demo_template() -> str:
    """Name of the database with the demo data; made by the first who asks."""
    source = migrated_template()
    with _building(DEMO) as missing:
        if missing:
            copy_database(source, DEMO)
            manage(DEMO, "seed", "--demo", owner=True)
    return DEMO


def copy_database(source: str, name: str) -> str:
    """Make `name` anew as a copy of `source`. Returns the name."""
    with server() as connection:
        _drop(connection, name)
        statement = SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        owner = Identifier("postgres" if source == "template0" else "portal_owner")
        _execute(connection, statement.format(Identifier(name), Identifier(source), owner))
    return name


def drop_database(name: str) -> None:
    """Remove a database with whoever is connected to it."""
    with server() as connection:
        _drop(connection, name)


@contextmanager
def _building(name: str) -> Iterator[bool]:
    """Alone among all test processes; yields whether the template has to be made, marks it ready at the end."""
    with server() as connection:
        _execute(connection, "SELECT pg_advisory_lock(%s)", _BUILDING)
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        missing = _execute(connection, query, name) != [(_READY,)]
        yield missing
        if missing:
            _execute(connection, SQL("COMMENT ON DATABASE {} IS 'ready'").format(Identifier(name)))


def _drop(connection: psycopg2.extensions.connection, name: str) -> None:
    _execute(connection, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def _execute(connection: psycopg2.extensions.connection, statement: Any, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []
