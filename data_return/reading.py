"""From a workbook to the records of a dataset: columns bound to its own items, every row checked. No database."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, NamedTuple

from accounts.errors import DomainError
from accounts.sealing import blind_index, blind_indexes, seal_all
from accounts.xlsx import Workbook, read_rows
from data_return.placing import COMMUNITY, PLACE_ITEMS, TOWN, Villages
from registry.binding import ColumnBinding, SheetBinding
from registry.binding.binder import bind_opened
from registry.catalogue import Catalogue, get_catalogue
from registry.importing import RowError
from registry.models import DataItem
from registry.rules import ItemSpec, parse_column

SOURCE_KEY, FINGERPRINT = "data_return.source_key", "data_return.fingerprint"
CHUNK = 10_000
"""Rows of which records are made at a time."""


class ColumnsMissing(DomainError):
    """The sheet lacks columns of the dataset; the message names them."""

    code = "dataset_columns_missing"


@dataclass
class Table:
    """numbers: Excel row of each position. values: item code -> canonical values. wrong: positions that stay out."""

    numbers: list[int]
    values: dict[str, list[Any]] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    wrong: set[int] = field(default_factory=set)

    def at(self, item: str, position: int) -> Any:
        """None where the file has no such column."""
        column = self.values.get(item)
        return column[position] if column is not None else None


class NewRecords(NamedTuple):
    """Some thousand records, column by column: an object for each would be most of the work of making them.

    keys: blind indexes of who they are about. marks: of ID numbers. values: JSON. villages: those that rows name.
    """

    keys: list[bytes]
    marks: Sequence[bytes | None]
    values: list[str]
    fingerprints: list[bytes]
    villages: Sequence[int | None]
    days: list[date]


def bind_columns(workbook: Workbook, items: Sequence[DataItem]) -> SheetBinding:
    """The sheet, each item of the dataset bound to one column, and those of town and village where it has them.

    Raises ColumnsMissing, UploadRefused.
    """
    catalogue = get_catalogue()
    places = [catalogue.item(code) for code in PLACE_ITEMS]
    binding = bind_opened(workbook, [ItemSpec.of(item) for item in (*items, *places)])
    missing = [item.name for item in items if binding.column_of(item.code) is None]
    if missing:
        raise ColumnsMissing(
            f"表里没有找到这些列:{'、'.join(missing)}。请按数据项的名称写表头后重新上传。", field="file"
        )
    scaled = [column.header for column in binding.columns if column.is_bound and column.scale not in ("", "1")]
    if scaled:
        raise ColumnsMissing(f"“{scaled[0]}”的单位与数据项不一致,请换算后重新上传。", field="file")
    return binding


def read_table(workbook: Workbook, binding: SheetBinding, named_by: str, catalogue: Catalogue) -> Table:
    """Every row checked: types and codes, the item that names the subject, none named twice."""
    rows = list(read_rows(workbook, binding))
    table = Table([row.number for row in rows])
    columns = list(zip(*map(attrgetter("values"), rows), strict=True))
    for position, column in enumerate(binding.columns):
        if column.is_bound and rows:
            _read_column(table, binding.sheet, column, columns[position], catalogue)
    _check_names(table, binding, named_by, catalogue)
    return table


def make_records(
    table: Table, named_by: str, items: Sequence[DataItem], villages: Villages, days: Sequence[date]
) -> Iterator[NewRecords]:
    """A record for each right row. days: what each row was observed on."""
    told = [item for item in items if item.code in table.values]
    right = [position for position in range(len(table.numbers)) if position not in table.wrong]
    for start in range(0, len(right), CHUNK):
        some = right[start : start + CHUNK]
        names = [str(table.values[named_by][position]) for position in some]
        is_sealed = any(item.code == named_by and item.is_sealed for item in told)
        plain, stored = _as_json(table, told, some)
        yield NewRecords(
            keys=blind_indexes(SOURCE_KEY, names),
            marks=blind_indexes(named_by, names) if is_sealed else [None] * len(some),
            values=stored,
            fingerprints=blind_indexes(FINGERPRINT, plain),
            villages=_find_villages(table, some, villages),
            days=[days[position] for position in some],
        )


def key_of(name: str) -> str:
    """The source key of a record about the subject of that name or number."""
    return blind_index(SOURCE_KEY, name).hex()


def _find_villages(table: Table, positions: Sequence[int], villages: Villages) -> Sequence[int | None]:
    if COMMUNITY not in table.values:
        return [None] * len(positions)
    return [villages.find(table.at(TOWN, position), table.at(COMMUNITY, position)) for position in positions]


def _as_json(table: Table, items: Sequence[DataItem], positions: Sequence[int]) -> tuple[list[str], list[str]]:
    """Objects of the rows there, item code -> value where one is known: in clear, and sealed as they are stored."""
    plain, stored = [], []
    for item in sorted(items, key=lambda one: one.code):
        column = [table.values[item.code][position] for position in positions]
        plain.append([None if value is None else f'"{item.code}": {_written(value)}' for value in column])
        stored.append(_sealed_column(item.code, column) if item.is_sealed else plain[-1])
    return _objects(plain), _objects(stored)


def _sealed_column(code: str, column: Sequence[Any]) -> list[str | None]:
    sealed = iter(seal_all(code, [str(value) for value in column if value is not None]))
    return [None if value is None else f'"{code}": "{next(sealed)}"' for value in column]


def _objects(columns: Sequence[Sequence[str | None]]) -> list[str]:
    return ["{" + ", ".join(filter(None, parts)) + "}" for parts in zip(*columns, strict=True)]


def _written(value: Any) -> str:
    """As `json.dumps` writes a canonical value, in a tenth of the time."""
    return encode_basestring(value) if type(value) is str else json.dumps(value, ensure_ascii=False, default=str)


def _read_column(
    table: Table, sheet: str, column: ColumnBinding, raws: tuple[object, ...], catalogue: Catalogue
) -> None:
    code = str(column.item)
    parsed = parse_column(ItemSpec.of(catalogue.item(code)), raws, catalogue.spellings(code) or None)
    table.values[code] = parsed.values
    for position, refusal in parsed.refused.items():
        _refuse(table, sheet, position, column.letter, refusal.message)


def _check_names(table: Table, binding: SheetBinding, named_by: str, catalogue: Catalogue) -> None:
    column, name = binding.column_of(named_by), catalogue.item(named_by).name
    letter, first = (column.letter if column else ""), dict[Any, int]()
    for position, value in enumerate(table.values.get(named_by, [])):
        if position in table.wrong:
            continue
        if value is None:
            _refuse(table, binding.sheet, position, letter, f"“{name}”没有填写,请补上。")
            continue
        before = first.setdefault(value, position)
        if before != position:
            message = f"“{name}”与第 {table.numbers[before]} 行相同,请核对后只留一行。"
            _refuse(table, binding.sheet, position, letter, message)


def _refuse(table: Table, sheet: str, position: int, letter: str, message: str) -> None:
    table.wrong.add(position)
    table.errors.append(RowError(sheet, table.numbers[position], letter, message))
