from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from accounts.actors import Actor
from accounts.models import Department
from accounts.roles import Role
from data_return.models import Dataset, Grant
from tests.departments.postgresql import DepartmentPostgres
from tests.factories import DISTRICT, make_actor, make_dataset, make_grant


@dataclass(frozen=True)
class Officers:
    """Data officers: of the source department, of another one, and of none."""

    disabled: Actor
    civil: Actor
    nowhere: Actor


@pytest.fixture
def officers(cast, items) -> Officers:
    def officer(of: Actor | None) -> Actor:
        department = Department.objects.get(pk=of.department_id) if of else None
        return make_actor(Role.DATA_OFFICER, DISTRICT, department=department)

    return Officers(officer(cast.other_department), officer(cast.department), officer(None))


@pytest.fixture
def dataset(cast, officers) -> Dataset:
    """Published by 区残联: number, name, phone."""
    return make_dataset(officers.disabled, cast.district)


@pytest.fixture
def grant_to(cast, officers, dataset):
    """Give an actor's unit the dataset, with what is told of the terms."""

    def give(actor: Actor, **terms) -> Grant:
        return make_grant(actor, dataset, officers.disabled, cast.district, **terms)

    return give


@pytest.fixture(scope="session")
def department_postgres(tmp_path_factory) -> Iterator[DepartmentPostgres]:
    """A department's own database server."""
    server = DepartmentPostgres(tmp_path_factory.mktemp("department"))
    server.start()
    try:
        yield server
    finally:
        server.stop()
