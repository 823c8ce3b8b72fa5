import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.sealing import SealBroken, blind_index, is_sealed, open_sealed, seal

ITEM = "person.id_number"


@given(st.text(max_size=200))
def test_what_was_sealed_opens_to_the_same_text(text):
    assert open_sealed(ITEM, seal(ITEM, text)) == text


def test_two_seals_of_one_text_differ_and_their_index_is_one():
    assert seal(ITEM, "1") != seal(ITEM, "1")
    assert blind_index(ITEM, "1") == blind_index(ITEM, "1")


def test_a_seal_does_not_open_under_another_item():
    with pytest.raises(SealBroken):
        open_sealed("person.bank_account", seal(ITEM, "11010519491231002X"))


@given(st.integers(min_value=3, max_value=40))
def test_a_changed_seal_does_not_open(position):
    sealed = seal(ITEM, "11010519491231002X")
    other = "A" if sealed[position] != "A" else "B"
    with pytest.raises(SealBroken):
        open_sealed(ITEM, sealed[:position] + other + sealed[position + 1 :])


def test_the_refusal_never_carries_the_value():
    with pytest.raises(SealBroken) as refused:
        open_sealed(ITEM, "s1.not-base64")
    assert str(refused.value) == ITEM


def test_after_rotation_old_seals_open_and_new_ones_use_the_new_key(settings):
    old = seal(ITEM, "1")
    settings.SEAL_KEYS = settings.SEAL_KEYS | {7: bytes(range(16))}
    assert open_sealed(ITEM, old) == "1"
    assert seal(ITEM, "1").startswith("s7.")


def test_the_index_depends_on_the_item():
    assert blind_index(ITEM, "1") != blind_index("person.bank_account", "1")


@pytest.mark.parametrize("value", ["张三", "s", "shanghai.", "", None, 5, "s1"])
def test_ordinary_values_are_not_taken_for_sealed(value):
    assert not is_sealed(value)
