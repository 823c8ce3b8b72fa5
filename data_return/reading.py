"""From a workbook to the records of a dataset: columns bound to its own items, every row checked. No database."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from accounts.errors import DomainError
from accounts.sealing import blind_index
from accounts.xlsx import Workbook, read_rows
from data_return.placing import COMMUNITY, PLACE_ITEMS, TOWN, Villages
from registry.binding import ColumnBinding, SheetBinding
from registry.binding.binder import bind_opened
from registry.catalogue import Catalogue, get_catalogue
from registry.changes import seal_values
from registry.importing import RowError
from registry.models import DataItem
from registry.rules import ItemSpec, parse_column

SOURCE_KEY, FINGERPRINT = "data_return.source_key", "data_return.fingerprint"


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


class NewRecord(NamedTuple):
    """key: of the source. mark: blind index of an ID number. values: JSON. village: the one that the file names."""

    key: str
    mark: bytes | None
    values: str
    fingerprint: bytes
    village: int | None


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


def make_records(table: Table, named_by: str, items: Sequence[DataItem], villages: Villages) -> Iterator[NewRecord]:
    """One for each right row."""
    for position in range(len(table.numbers)):
        if position in table.wrong:
            continue
        values = {item.code: table.values[item.code][position] for item in items}
        values = {code: value for code, value in values.items() if value is not None}
        plain = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
        stored, marks = seal_values(values)
        mark = bytes.fromhex(marks[named_by]) if named_by in marks else None
        key = blind_index(SOURCE_KEY, str(values[named_by])).hex()
        text = json.dumps(stored, ensure_ascii=False, default=str)
        village = villages.find(table.at(TOWN, position), table.at(COMMUNITY, position))
        yield NewRecord(key, mark, text, blind_index(FINGERPRINT, plain), village)


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
