"""The starting catalogue as a file, for work without a database."""

import csv
from pathlib import Path

from registry.rules import ItemSpec

CATALOGUE = Path(__file__).resolve().parent.parent / "data" / "data_items.csv"


def load_items(path: Path = CATALOGUE) -> list[ItemSpec]:
    """Items of a data_items.csv in its order. Raises OSError, KeyError for a file of another shape."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_item(row) for row in csv.DictReader(file)]


def _item(row: dict[str, str]) -> ItemSpec:
    synonyms = tuple(part for part in row["synonyms"].split(";") if part)
    return ItemSpec(
        row["code"], row["name"], row["entity"], row["type"], row["format"], int(row["level"]), synonyms
    )
