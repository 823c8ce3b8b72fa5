from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from accounts.actors import Actor
from accounts.models import Department
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.models import Dataset, Grant
from tests.data_return.marking import BORN, LOW_INCOME_HEAD, LOW_INCOME_ITEMS
from tests.departments.postgresql import DepartmentPostgres
from tests.factories import (
    DISTRICT,
    EAST,
    EAST_GRID,
    WEST,
    make_actor,
    make_dataset,
    make_grant,
    make_id_number,
    make_person,
)


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


@pytest.fixture
def low_income(cast, officers):
    made = make_dataset(officers.disabled, cast.district, name="低保名单", items=tuple(LOW_INCOME_ITEMS))
    make_grant(cast.town, made, officers.disabled, cast.district, items=LOW_INCOME_ITEMS)
    return made


@pytest.fixture
def world(cast, officers, low_income):
    """东村: one the same, one other, one without a number, one unknown here, one unknown there; 西村: one."""
    numbers = {name: make_id_number(BORN) for name in ("同", "异", "缺", "无号", "外", "西")}
    with acting_as(cast.town):
        people = {
            "同": make_person(EAST, id_number=numbers["同"], name="同", phone="13900000001"),
            "异": make_person(EAST_GRID, id_number=numbers["异"], name="异", phone="13900000002"),
            "缺": make_person(EAST, id_number=numbers["缺"], name="缺"),
            "无号": make_person(EAST, name="无号", phone="13900000004"),
            "漏": make_person(EAST, id_number=make_id_number(BORN), name="漏"),
            "年轻": make_person(EAST, name="年轻", birth_date=date(1990, 1, 1)),
            "西": make_person(WEST, id_number=numbers["西"], name="西", phone="13900000006"),
        }
    phones = {"同": "13900000001", "异": "13900000009", "缺": "13900000003", "无号": "13900000004", "外": "13900000005"}
    rows = [
        [
            number,
            name,
            BORN.isoformat(),
            phones.get(name, "13900000007"),
            None,
            "城桥镇",
            "西村" if name == "西" else "东村",
        ]
        for name, number in numbers.items()
    ]
    from tests.data_return.test_load_records import load

    assert load(officers.disabled, low_income, rows, head=LOW_INCOME_HEAD).error_count == 0
    return people
