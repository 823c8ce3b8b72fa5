"""The starting catalogue and the further wordings as files, for work without a database."""

import csv
from functools import cache
from pathlib import Path

from registry.rules import ItemSpec

DATA = Path(__file__).resolve().parent.parent / "data"
CATALOGUE = DATA / "data_items.csv"
WORDINGS = DATA / "header_wordings.csv"


def load_items(path: Path = CATALOGUE) -> list[ItemSpec]:
    """Items of a data_items.csv in its order. Raises OSError, KeyError for a file of another shape."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_item(row) for row in csv.DictReader(file)]


@cache
def load_wordings() -> dict[str, tuple[str, ...]]:
    """Item code -> header wordings that departments use for it, beside the synonyms of the catalogue."""
    with WORDINGS.open(encoding="utf-8", newline="") as file:
        return {row["item"]: tuple(row["wordings"].split(";")) for row in csv.DictReader(file)}


def _item(row: dict[str, str]) -> ItemSpec:
    synonyms = tuple(part for part in row["synonyms"].split(";") if part)
    return ItemSpec(row["code"], row["name"], row["entity"], row["type"], row["format"], int(row["level"]), synonyms)
