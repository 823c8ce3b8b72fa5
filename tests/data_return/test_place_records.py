"""A record whose subject is not registered goes to the village that the file names, if that is one village."""

import pytest

from accounts.scope import acting_as
from data_return.models import ReturnedRecord
from data_return.placing import Villages
from tests.data_return.test_load_records import load
from tests.factories import DISTRICT, EAST, WEST, make_dataset, make_id_number, make_person

VILLAGES = Villages.of([
    (1, "南门居委会", "城桥镇"), (2, "北门社区居委会", "城桥镇"), (3, "城桥村", "城桥镇"), (4, "城桥居委会", "城桥镇"),
    (5, "南门居委会", "堡镇"), (6, "新村", "堡镇"),
])  # fmt: skip
HEAD = ["身份证号码", "姓名", "联系电话", "镇街", "村居"]


@pytest.mark.parametrize(
    ("town", "community", "code"),
    [
        ("城桥镇", "南门居委会", 1),
        ("城桥", "南门", 1),
        ("堡镇", "南门居民委员会", 5),
        (None, "南门居委会", None),
        (None, "北门", 2),
        ("城桥镇", "城桥村", 3),
        ("城桥镇", "城桥", None),
        (None, "新村", 6),
        ("城桥镇", "新村", None),
        ("城桥镇", "不存在村", None),
        ("城桥镇", None, None),
    ],
)
def test_names_that_lead_to_one_village_find_it(town, community, code):
    assert VILLAGES.find(town, community) == code


@pytest.mark.django_db
def test_a_stranger_is_put_into_the_village_of_the_file_and_a_resident_where_they_live(cast, officers):
    resident, stranger, nowhere = make_id_number(), make_id_number(), make_id_number()
    with acting_as(cast.neighbour):
        make_person(WEST, id_number=resident)
    officer = officers.disabled
    dataset = make_dataset(officer, cast.district)
    rows = [
        [resident, "张三", None, "城桥镇", "东村"],
        [stranger, "李四", None, "城桥镇", "东村"],
        [nowhere, "王五", None, None, "北村"],
    ]
    assert load(officer, dataset, rows, head=HEAD).error_count == 0
    with acting_as(officer):
        found = {one.values["person.name"]: one.area_code for one in ReturnedRecord.objects.visible_to(officer)}
        assert "area.community" not in ReturnedRecord.objects.visible_to(officer)[0].values
    assert found == {"张三": WEST, "李四": EAST, "王五": DISTRICT}
