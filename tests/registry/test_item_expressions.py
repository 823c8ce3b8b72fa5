"""Every item of the catalogue, seen from every kind of subject: it runs as SQL, or says that it cannot be seen."""

from datetime import date

import pytest
from django.db.models import F, Value
from django.db.models.functions import JSONObject

from accounts.models import Post
from accounts.scope import acting_as
from registry.catalogue import SUBJECTS, get_catalogue, model_of
from registry.expressions import NotReachable, item_expression
from registry.models import Person
from tests.factories import EAST, EAST_GRID, WEST, make_household, make_person

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 22)


def seen(person, *codes):
    found = {code.replace(".", "_"): item_expression(get_catalogue().item(code), "person", on=ON) for code in codes}
    row = Person.objects.filter(pk=person.pk).annotate(shown=JSONObject(**found)).values_list("shown", flat=True).get()
    return [row[code.replace(".", "_")] for code in codes]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_reachable_item_runs_as_sql(cast, items, subject):
    with acting_as(cast.worker):
        rows = model_of(subject)._default_manager.all()
        for item in get_catalogue().items.values():
            try:
                expression = item_expression(item, subject, on=ON)
            except NotReachable:
                continue
            list(rows.annotate(shown=expression).values_list("shown"))


@pytest.mark.parametrize(
    ("born", "age"), [(date(1946, 11, 22), 80), (date(1946, 11, 23), 79), (date(2024, 2, 29), 2), (ON, 0)]
)
def test_age_is_whole_years_at_the_reporting_date(cast, items, born, age):
    with acting_as(cast.worker):
        assert seen(make_person(EAST, birth_date=born), "person.age") == [age]


def test_areas_and_the_grid_worker_in_charge_come_by_name(cast, items):
    with acting_as(cast.worker):
        person = make_person(EAST_GRID + 1)
        assert Post.objects.filter(area_id=EAST_GRID).exists()
        names = seen(person, "area.town", "area.community", "area.grid", "area.grid_worker", "area.microgrid")
    assert names == ["城桥镇", "东村", "东村第一网格", "施卫东", "东村第一网格1号微网格"]


def test_a_household_is_counted_by_registration_and_by_residence(cast, items):
    with acting_as(cast.town):
        household = make_household(EAST, number="0001")
        head = make_person(EAST, name="施桂兰", household=household, phone="13900000001")
        household.head = head
        household.save()
        make_person(WEST, registered=EAST, household=household)
        codes = [
            "household.head_name",
            "household.head_phone",
            "household.registered_count",
            "household.resident_count",
        ]
        assert seen(head, *codes) == ["施桂兰", "13900000001", 2, 1]


@pytest.mark.parametrize(("registered", "code"), [(EAST + 1000, "01"), (WEST, "02"), (0, "02")])
def test_living_where_registered_is_told_from_living_apart(cast, items, registered, code):
    with acting_as(cast.worker):
        assert seen(make_person(EAST, registered=registered), "person.household_consistency") == [code]


def test_an_item_of_another_kind_of_subject_cannot_be_seen(items):
    with pytest.raises(NotReachable):
        item_expression(get_catalogue().item("vehicle.plate"), "person", on=ON)


def test_an_unknown_value_is_null_whatever_its_column_holds(cast, items):
    with acting_as(cast.worker):
        person = make_person(EAST, phone="")
        assert seen(person, "person.phone", "person.bank_name", "person.is_disabled") == [None, None, None]
        assert Person.objects.annotate(same=F("phone")).filter(same=Value("")).exists()
