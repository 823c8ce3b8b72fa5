"""Databases and processes for all tests. Every run needs services of its own: see `make test`."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache, caches
from django.core.signals import request_started

from accounts.connections import forget_before_request
from tests import databases, factories
from tests.stack import LastingStack, PortalStack


def _worker() -> str:
    """Name of this test process, for names that must not clash."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """This process' own copy of the migrated database, reached as portal_app.

    A transactional test cannot empty the tables (the app role may not): the next test gets a fresh copy instead.
    """
    from django.db import connections
    from django.test import TransactionTestCase

    name = f"{databases.MIGRATED}_{_worker()}"
    template = databases.migrated_template()

    def renew(*_: object) -> None:
        connections.close_all()
        databases.copy_database(template, name)

    renew()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", renew)
        yield
    with django_db_blocker.unblock():
        connections.close_all()
    databases.drop_database(name)


@pytest.fixture(scope="session", autouse=True)
def connections_as_they_are() -> Iterator[None]:
    """Requests of the test client leave connections alone: they belong to the test's transaction, or to no database.

    Django's client does the same with its own handler. The running portal of `portal_stack` forgets as it should.
    """
    request_started.disconnect(dispatch_uid="forget_before_request")
    yield
    request_started.connect(forget_before_request, dispatch_uid="forget_before_request")


@pytest.fixture(autouse=True)
def nothing_recalled(monkeypatch) -> None:
    """No test answers with what another one found: both may ask the same of other rows.

    Tests run side by side share a Redis, so each keeps its answers under keys of its own.
    """
    cache.clear()
    monkeypatch.setattr(caches["shared"], "key_prefix", secrets.token_hex(8))


@pytest.fixture
def cast(db) -> factories.Cast:
    """Two villages of one town, and whoever works in, above and beside them."""
    return factories.make_cast()


@pytest.fixture
def items(db) -> None:
    """The catalogue of data items, as shipped."""
    factories.load_items()


@pytest.fixture(scope="module")
def stack_settings() -> dict[str, str]:
    """Variables of the environment that a test file wants otherwise for its portal."""
    return {}


@pytest.fixture(scope="module")
def portal_stack(tmp_path_factory: pytest.TempPathFactory, stack_settings: dict[str, str]) -> Iterator[PortalStack]:
    """The running portal with the demo data, one for the tests of a file."""
    name = databases.copy_database(databases.demo_template(), f"portal_stack_{_worker()}")
    stack = PortalStack(name, tmp_path_factory.mktemp("stack"), stack_settings)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        databases.drop_database(name)


@pytest.fixture(scope="module")
def lasting_stack(tmp_path_factory: pytest.TempPathFactory, stack_settings: dict[str, str]) -> Iterator[LastingStack]:
    """The same with a PostgreSQL of its own that can be killed; its environment may be changed before a restart."""
    folder = tmp_path_factory.mktemp("lasting")
    stack = LastingStack(folder, stack_settings)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        stack.remove()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Folder for the pictures that a person looks at."""
    folder = databases.ROOT / ".run" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
