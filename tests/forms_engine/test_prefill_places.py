"""Forms about households, dwellings and organizations are prefilled from returned data, by what names the subject."""

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.jobs import run_job
from accounts.models import Department
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.models import GrantUse, ReturnedRecord
from data_return.services.writing import open_writing
from forms_engine.models import ReportRow
from registry.models import Dwelling, Household, Organization
from tests.factories import DISTRICT, EAST, WEST, make_actor, make_dataset, make_form, make_grant, send_form

pytestmark = pytest.mark.django_db
ADDRESS, FLOORS, USE = "dwelling.address", "dwelling.floors", "dwelling.area_sqm"
COLUMNS = {"B": ADDRESS, "C": FLOORS}


@pytest.fixture
def officer(cast, items):
    disabled = Department.objects.get(pk=cast.other_department.department_id)
    return make_actor(Role.DATA_OFFICER, DISTRICT, department=disabled)


@pytest.fixture
def dataset(cast, officer):
    return make_dataset(officer, cast.district, name="房屋普查", subject="dwelling", items=(ADDRESS, FLOORS))


@pytest.fixture
def dwelling(cast):
    with acting_as(cast.worker):
        return Dwelling.objects.create(area_code=EAST, address="东街1号", floors=2)


def returned(officer, dataset, area, **values):
    subject = dataset.subject
    with acting_as(officer):
        open_writing(actor=officer, dataset=dataset)
        ReturnedRecord(
            area_code=area, dataset=dataset, source_key=f"{values}", fingerprint=b"1", observed_on=localdate(),
            received_at=timezone.now(), values={f"{subject}.{key}": value for key, value in values.items()},
        ).save(force_insert=True)  # fmt: skip


def rows(cast, *areas, columns=COLUMNS, subject="dwelling") -> dict[int, ReportRow]:
    version = make_form(cast.department, columns, subject=subject)
    run_job(send_form(cast.department, version, *areas).job_id)
    with acting_as(cast.town):
        return {row.subject_id: row for row in ReportRow.objects.filter(report__dispatch__version=version)}


def grant(cast, officer, dataset, *, to=None, items=(ADDRESS, FLOORS)):
    make_grant(to or cast.worker, dataset, officer, cast.district, items=list(items))


def test_a_dwelling_is_filled_by_its_address_under_the_grant(cast, officer, dataset, dwelling):
    grant(cast, officer, dataset)
    returned(officer, dataset, EAST, address="东街1号", floors=6)
    row = rows(cast, EAST)[dwelling.pk]
    assert row.values == {"B": "东街1号", "C": 6}
    assert row.origins["C"] == [dataset.pk, localdate().isoformat()]
    assert GrantUse.objects.get(how="prefill").rows == 1


def test_without_a_grant_it_keeps_what_is_registered(cast, officer, dataset, dwelling):
    grant(cast, officer, dataset, to=cast.neighbour)
    returned(officer, dataset, EAST, address="东街1号", floors=6)
    row = rows(cast, EAST, WEST)[dwelling.pk]
    assert (row.values["C"], row.origins) == (2, {})


def test_the_same_address_in_another_village_fills_nothing(cast, officer, dataset, dwelling):
    grant(cast, officer, dataset, to=cast.town)
    returned(officer, dataset, WEST, address="东街1号", floors=6)
    assert rows(cast, EAST, WEST)[dwelling.pk].values["C"] == 2


def test_an_address_that_two_dwellings_have_fills_neither(cast, officer, dataset, dwelling):
    grant(cast, officer, dataset)
    with acting_as(cast.worker):
        Dwelling.objects.create(area_code=EAST, address="东街1号", floors=3)
    returned(officer, dataset, EAST, address="东街1号", floors=6)
    assert {row.values["C"] for row in rows(cast, EAST).values()} == {2, 3}


def test_a_household_and_an_organization_are_filled_by_number_and_code(cast, officer):
    with acting_as(cast.worker):
        household = Household.objects.create(area_code=EAST, number="310000001")
        organization = Organization.objects.create(area_code=EAST, name="东村便利店", uscc="91310000MA1FL0000X")
    homes = make_dataset(
        officer, cast.district, name="承包地", subject="household", items=("household.number", "household.land_area")
    )
    shops = make_dataset(
        officer, cast.district, name="单位", subject="organization",
        items=("organization.uscc", "organization.employee_count"),
    )  # fmt: skip
    grant(cast, officer, homes, items=("household.number", "household.land_area"))
    grant(cast, officer, shops, items=("organization.uscc", "organization.employee_count"))
    returned(officer, homes, EAST, number="310000001", land_area="2.50")
    returned(officer, shops, EAST, uscc="91310000MA1FL0000X", employee_count=3)
    columns = {"B": "household.number", "C": "household.land_area"}
    assert rows(cast, EAST, columns=columns, subject="household")[household.pk].values["C"] == "2.5"
    columns = {"B": "organization.name", "C": "organization.employee_count"}
    assert rows(cast, EAST, columns=columns, subject="organization")[organization.pk].values["C"] == 3


def test_a_dataset_about_people_fills_no_form_about_dwellings(cast, officer, dwelling):
    people = make_dataset(officer, cast.district)
    make_grant(cast.worker, people, officer, cast.district)
    assert rows(cast, EAST)[dwelling.pk].origins == {}
