"""Loading the catalogue (数据项目录) and the code lists (代码表) from registry/data, set-based and safe to repeat.

Rows that left the files stay in the database: values may still be kept under them.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from registry.catalogue import forget_catalogue
from registry.models import Code, CodeList, DataItem

DATA = Path(__file__).parent / "data"
DERIVED_ITEMS = frozenset({"person.age", "person.household_consistency"})
"""Computed from other items wherever they are asked, so never stored; with the ones whose format says "derived"."""
DERIVED_HEAD_ITEMS = frozenset({"household.head_name", "household.head_id_number", "household.head_phone"})


@dataclass(frozen=True, slots=True)
class LoadedCatalogue:
    items: int
    code_lists: int
    codes: int


@transaction.atomic
def load_catalogue(folder: Path = DATA) -> LoadedCatalogue:
    """Add and update every code list, code and data item of the folder."""
    code_lists = list(_read_code_lists(folder))
    CodeList.objects.bulk_create(code_lists, update_conflicts=True, unique_fields=["code"], update_fields=["name"])
    codes = [code for code_list in code_lists for code in _read_codes(folder, code_list.code)]
    Code.objects.bulk_create(
        codes,
        update_conflicts=True,
        unique_fields=["code_list", "code"],
        update_fields=["name", "synonyms", "position"],
    )
    items = list(_read_items(folder))
    DataItem.objects.bulk_create(
        items, update_conflicts=True, unique_fields=["code"], update_fields=_fields_to_update()
    )
    forget_catalogue()
    return LoadedCatalogue(len(items), len(code_lists), len(codes))


def _fields_to_update() -> list[str]:
    return [field.name for field in DataItem._meta.concrete_fields if not field.primary_key]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _read_code_lists(folder: Path) -> Iterator[CodeList]:
    for row in _rows(folder / "code_list_titles.csv"):
        yield CodeList(code=row["code"], name=row["name"])


def _read_codes(folder: Path, code_list: str) -> Iterator[Code]:
    for position, row in enumerate(_rows(folder / "code_lists" / f"{code_list}.csv")):
        yield Code(
            code_list_id=code_list,
            code=row["code"],
            name=row["name"],
            synonyms=_split(row["synonyms"]),
            position=position,
        )


def _read_items(folder: Path) -> Iterator[DataItem]:
    lists = {row["item"]: row["code_list"] for row in _rows(folder / "item_code_lists.csv")}
    recheck = {row["item"]: int(row["days"]) for row in _rows(folder / "item_recheck_days.csv")}
    for position, row in enumerate(_rows(folder / "data_items.csv")):
        code = row["code"]
        yield DataItem(
            code=code,
            name=row["name"],
            entity=row["entity"],
            type=row["type"],
            format=row["format"],
            level=int(row["level"]),
            mask=row["mask"],
            steward=row["steward"],
            synonyms=_split(row["synonyms"]),
            code_list_id=lists.get(code),
            derived=_is_derived(row),
            recheck_days=recheck.get(code),
            position=position,
        )


def _is_derived(row: dict[str, str]) -> bool:
    return (
        row["type"] == "derived"
        or row["format"].startswith("derived")
        or row["code"] in DERIVED_ITEMS | DERIVED_HEAD_ITEMS
    )


def _split(text: str) -> list[str]:
    return [part for part in text.split(";") if part]
