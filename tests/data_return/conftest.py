from dataclasses import dataclass

import pytest

from accounts.actors import Actor
from accounts.models import Department
from accounts.roles import Role
from tests.factories import DISTRICT, make_actor


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
