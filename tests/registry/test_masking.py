import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.sealing import seal
from registry.catalogue import get_catalogue
from registry.masking import HIDDEN, mask, show


@pytest.mark.parametrize(
    ("rule", "text", "shown"),
    [
        ("keep:6,4", "310230194001010028", "310230********0028"),
        ("keep:0,4", "6222000000004471", "************4471"),
        ("keep:3,4", "13900002207", "139****2207"),
        ("keep:6,4", "12345", "*****"),
        ("name", "施桂兰", "施**"),
        ("name", "阿卜杜热合曼·买买提", "阿*********"),
        ("name", "单", "单*"),
        ("year", "1940-01-01", "1940-**-**"),
        ("address", "南门路58弄3号201", "南门路***"),
        ("hidden", "是", HIDDEN),
        ("none", "回族", HIDDEN),
    ],
)
def test_each_rule_shows_its_part_only(rule, text, shown):
    assert mask(rule, text) == shown


@given(st.text(min_size=1, max_size=40), st.sampled_from(["keep:6,4", "keep:0,4", "keep:3,4", "keep:4,4", "keep:2,2"]))
def test_at_least_four_characters_are_hidden_whatever_is_masked(text, rule):
    assert mask(rule, text).count("*") >= 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "value", "clearance", "shown"),
    [
        ("person.name", "施桂兰", 3, "施桂兰"),
        ("person.name", "施桂兰", 2, "施**"),
        ("person.sex", "2", 2, "女"),
        ("person.is_low_income", True, 3, "是"),
        ("person.is_low_income", True, 2, HIDDEN),
        ("person.is_drug_user", False, 3, HIDDEN),
        ("person.elderly_allowance_standard", 180.0, 3, "180"),
        ("person.phone", None, 0, ""),
    ],
)
def test_level_and_clearance_decide_what_is_shown(items, code, value, clearance, shown):
    assert show(get_catalogue().item(code), value, clearance) == shown


@pytest.mark.django_db
def test_a_sealed_number_is_opened_only_to_be_masked(items):
    sealed = seal("person.id_number", "310230194001010028")
    assert show(get_catalogue().item("person.id_number"), sealed, 3) == "310230********0028"


@pytest.mark.django_db
def test_level_four_is_above_every_clearance(items):
    item = get_catalogue().item("person.id_number")
    assert all("*" in show(item, seal(item.code, "310230194001010028"), clearance) for clearance in range(4))
