"""The data item catalogue, loaded from the files and shown."""

import pytest
from django.urls import reverse

from registry.catalogue_loading import load_catalogue
from registry.models import Code, DataItem
from registry.selectors.items import ItemFilter, list_items
from registry.views.items import format_words, mask_words
from tests.doors import sign_in

pytestmark = pytest.mark.django_db


def test_loading_twice_changes_nothing(items):
    before = list(DataItem.objects.values()), list(Code.objects.order_by("pk").values())
    load_catalogue()
    assert (list(DataItem.objects.values()), list(Code.objects.order_by("pk").values())) == before


def test_what_is_computed_is_marked_derived(items):
    derived = set(DataItem.objects.filter(derived=True).values_list("code", flat=True))
    assert {"person.age", "household.head_name", "household.resident_count", "area.grid"} <= derived
    assert "person.name" not in derived


def test_items_are_found_by_synonym_entity_and_level(items):
    assert "person.phone" in {item.code for item in list_items(ItemFilter(text="手机号"))}
    assert {item.entity for item in list_items(ItemFilter(entity="dwelling"))} == {"dwelling"}
    assert {item.level for item in list_items(ItemFilter(level=4))} == {4}


@pytest.mark.parametrize(
    ("rule", "words"),
    [("keep:6,4", "留前 6 位、后 4 位"), ("keep:0,4", "只留后 4 位"), ("name", "只留姓"), ("new", "全部遮盖")],
)
def test_a_mask_is_told_in_words(rule, words):
    assert mask_words(rule) == words


@pytest.mark.parametrize(
    ("shape", "words"),
    [("len<=50", "不超过 50 个字"), ("CNY per month", "元/月"), ("GB/T 3304", "GB/T 3304"), ("", "")],
)
def test_a_format_is_told_in_words(shape, words):
    assert format_words(shape) == words


def test_the_pages_show_level_steward_and_codes(client, cast, items):
    sign_in(client, cast.department)
    assert "主管部门" in client.get(reverse("registry:item_list")).content.decode()
    text = client.get(reverse("registry:item_detail", args=["person.sex"])).content.decode()
    assert "人的性别代码" in text
    assert "未说明的性别" in text
    assert client.get(reverse("registry:item_detail", args=["person.nothing"])).status_code == 404


def test_a_worker_does_not_need_it(worker_client):
    assert worker_client.get(reverse("registry:item_list")).status_code == 403
