from datetime import date

import pytest

from accounts.scope import acting_as
from registry.models import Dwelling, Organization, Person
from registry.rules.identity import sex_of
from tests.doors import sign_in
from tests.factories import EAST, EAST_GRID, WEST, make_household, make_id_number, make_person

GUILAN_NUMBER = make_id_number(date(1940, 2, 29))


@pytest.fixture
def village(cast, items):
    """People of both villages: three in 东村, one registered there who lives in 西村, one of 西村 alone."""
    with acting_as(cast.town):
        household = make_household(EAST, number="000000001")
        made = {
            "guilan": make_person(
                EAST_GRID,
                name="单桂兰",
                pinyin="shan gui lan",
                initials="sgl",
                sex=sex_of(GUILAN_NUMBER),
                birth_date=date(1940, 2, 29),
                phone="13900002207",
                residence_address="城桥镇南门路58弄3号",
                is_elderly_alone=True,
                id_number=GUILAN_NUMBER,
                household=household,
                relation_to_head="02",
            ),
            "long": make_person(EAST, name="阿卜杜热合曼·买买提", initials="abdrhmmmt", birth_date=date(1990, 1, 1)),
            "closed": make_person(EAST, name="已故者", closed_on=date(2026, 1, 1), closed_reason="死亡"),
            "away": make_person(WEST, registered=EAST, name="倪永昌", birth_date=date(2000, 1, 1)),
            "west": make_person(WEST, name="沈阿妹", id_number=make_id_number()),
        }
        household.head = made["guilan"]
        household.save()
        made["household"] = household
        made["dwelling"] = Dwelling.objects.create(area_code=EAST, address="南门路58弄3号", owner_name="施建国")
        made["organization"] = Organization.objects.create(area_code=EAST, name="南门小吃店")
    return made


@pytest.fixture
def worker_client(client, cast, items):
    return sign_in(client, cast.worker)


@pytest.fixture
def fresh(cast):
    """Read a person again, as the town sees them."""

    def read(person):
        with acting_as(cast.town):
            return Person.objects.get(pk=person.pk)

    return read
