"""The code lists as files: complete, without double meanings, and every coded item has one."""

import csv
from pathlib import Path

import pytest

from registry.rules import ItemSpec, parse_value

DATA = Path(__file__).parents[2] / "registry" / "data"
AREA_ITEMS = {"person.native_place", "person.registered_area", "person.residence_area"}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LISTS = {path.stem: rows(path) for path in sorted((DATA / "code_lists").glob("*.csv"))}
ITEM_LISTS = {row["item"]: row["code_list"] for row in rows(DATA / "item_code_lists.csv")}


def codes(name: str) -> list[str]:
    return [row["code"] for row in LISTS[name]]


def spellings(name: str) -> dict[str, str]:
    return {
        text: row["code"]
        for row in LISTS[name]
        for text in [row["code"], row["name"], *row["synonyms"].split(";")]
        if text
    }


@pytest.mark.parametrize("name", LISTS)
def test_no_spelling_of_a_list_means_two_codes(name):
    told: dict[str, str] = {}
    for row in LISTS[name]:
        for text in {row["code"], row["name"], *filter(None, row["synonyms"].split(";"))}:
            assert told.setdefault(text, row["code"]) == row["code"], text


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_codes_names_and_a_title(name):
    titles = {row["code"]: row for row in rows(DATA / "code_list_titles.csv")}
    assert all(row["code"] and row["name"] for row in LISTS[name])
    assert titles[name]["origin"] in {"standard", "catalogue"}
    assert set(titles) == set(LISTS)


def test_every_coded_item_has_a_list_except_those_that_point_into_the_area_tree():
    coded = {row["code"] for row in rows(DATA / "data_items.csv") if row["type"] == "code"}
    assert coded - set(ITEM_LISTS) == AREA_ITEMS
    assert set(ITEM_LISTS) <= coded
    assert set(ITEM_LISTS.values()) == set(LISTS)


def test_every_value_that_the_catalogue_spells_out_is_in_its_list():
    for row in rows(DATA / "data_items.csv"):
        values = row["format"].split(" (")[0].replace(" ", "/").split("/")
        if row["code"] in ITEM_LISTS and "/" in row["format"] and values[0] not in ("GB", "GA"):
            known = spellings(ITEM_LISTS[row["code"]])
            assert [value for value in values if value not in known] == [], row["code"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gbt_2261_1", "0 1 2 9"),
        ("gbt_2261_2", "10 20 21 22 23 30 40 90"),
        ("gbt_2261_3", "10 20 30 31 32 33 34 35 36 37 38 41 49 60 61 62 63 64 65 66 67 69"),
        ("gbt_4762", "01 02 03 04 05 06 07 08 09 10 11 12 13"),
        ("gbt_26341_category", "1 2 3 4 5 6 7"),
        ("gbt_26341_level", "1 2 3 4"),
        ("ga_214_12", "00 10 20 30 40 50 60 70 99"),
    ],
)
def test_short_standards_are_complete(name, expected):
    assert codes(name) == expected.split()


def test_there_are_56_ethnic_groups_each_with_a_letter_code_of_its_own():
    groups = [row for row in LISTS["gbt_3304"] if row["code"] < "97"]
    assert [row["code"] for row in groups] == [f"{number:02d}" for number in range(1, 57)]
    letters = {row["synonyms"].split(";")[-1] for row in groups}
    assert len(letters) == 56
    assert all(len(letter) == 2 and letter.isupper() for letter in letters)


def test_education_and_family_relations_have_every_code_of_the_standard():
    with_all_endings = [f"{tens}{end}" for tens in (1, 4) for end in range(10)]
    others = "20 21 22 23 28 30 31 32 33 60 61 62 63 70 71 73 80 81 83 90".split()  # noqa: SIM905
    assert codes("gbt_4658") == sorted(with_all_endings + others)
    gone_since_2008 = {"03", "98"}
    wanted = {"01", "02", "10", "11", "12"} | {str(number) for number in range(20, 100)}
    assert set(codes("gbt_4761")) == wanted - gone_since_2008


@pytest.mark.parametrize(
    ("item", "typed", "code"),
    [
        ("person.sex", "男性", "1"),
        ("person.education", "大专", "30"),
        ("person.education", "文盲", "90"),
        ("person.political_status", "党员", "01"),
        ("person.relation_to_head", "儿子", "20"),
        ("person.ethnicity", "维吾尔", "05"),
        ("person.ethnicity", "1", "01"),
        ("person.disability_level", "二级", "2"),
        ("person.low_income_category", "低保户", "01"),
        ("dwelling.gas_type", "液化气", "02"),
    ],
)
def test_words_that_people_write_become_codes(item, typed, code):
    spec = ItemSpec(item, item, item.split(".")[0], "code")
    assert parse_value(spec, typed, spellings(ITEM_LISTS[item])) == code
