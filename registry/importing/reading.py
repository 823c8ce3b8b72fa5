"""From a workbook and its confirmed binding to parsed columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import Any

from accounts.errors import DomainError
from accounts.xlsx import Workbook, read_rows
from registry.binding import ColumnBinding, SheetBinding
from registry.catalogue import Catalogue, is_stored
from registry.importing.checking import BIRTH_DATE, RowError, check_rows
from registry.models import Entity
from registry.rules import ItemSpec, parse_column
from registry.rules.dates import parse_month

AREA_ITEMS = ("area.microgrid", "area.grid", "area.community")
NAME = "person.name"


class NothingToImport(DomainError):
    code = "nothing_to_import"
    default = "表里没有可以导入的行。请确认数据写在表头下面,并且“姓名”列已经对上。"


@dataclass
class Reading:
    """numbers: Excel row of each position. values: item code -> canonical values, None where empty. errors: refused
    rows, in the order found. Positions are 0-based and the same in every list.

    births: position -> month of birth where no day is written, and the refusal that stands unless the ID number
    knows the day.
    """

    sheet: str
    numbers: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    wrong: set[int] = field(default_factory=set)
    births: dict[int, tuple[str, str]] = field(default_factory=dict)

    def refuse(self, position: int, item: str, message: str) -> None:
        """A row with an error is out whole, but all its errors are told."""
        self.wrong.add(position)
        self.errors.append(RowError(self.sheet, self.numbers[position], self.letters.get(item, ""), message))

    def good(self) -> Iterator[int]:
        return (position for position in range(len(self.numbers)) if position not in self.wrong)

    def at(self, item: str, position: int) -> Any:
        column = self.values.get(item)
        return column[position] if column is not None else None


def is_importable(code: str, catalogue: Catalogue) -> bool:
    """Items of a person that are kept, and the names of areas that say where the person lives."""
    if code in AREA_ITEMS:
        return True
    item = catalogue.items.get(code)
    return item is not None and item.entity == Entity.PERSON and is_stored(item)


def read_sheet(workbook: Workbook, binding: SheetBinding, catalogue: Catalogue) -> Iterator[Reading]:
    """Yields the reading after every column, complete at the last. Raises NothingToImport, UploadRefused."""
    columns = [column for column in binding.columns if column.item and is_importable(column.item, catalogue)]
    rows = list(read_rows(workbook, binding))
    if not rows or not any(column.item == NAME for column in columns):
        raise NothingToImport
    reading = Reading(binding.sheet, [row.number for row in rows])
    positions = {number: nth for nth, number in enumerate(binding.column_numbers)}
    table = list(zip(*map(attrgetter("values"), rows), strict=True))
    del rows
    for column in columns:
        _read_column(reading, column, table[positions[column.number]], catalogue)
        yield reading
    check_rows(reading)
    yield reading


def _read_column(reading: Reading, column: ColumnBinding, raws: tuple[object, ...], catalogue: Catalogue) -> None:
    code = str(column.item)
    item = catalogue.item(code)
    parsed = parse_column(ItemSpec.of(item), raws, catalogue.spellings(code) or None)
    reading.letters[code] = column.letter
    reading.values[code] = _scaled(parsed.values, column)
    for position, refusal in parsed.refused.items():
        # Messages that name the item themselves would name it twice behind the header.
        message = refusal.message.removeprefix(f"“{item.name}”").removeprefix("身份证号码")
        told = f"“{column.header}”{message}"
        if code == BIRTH_DATE and refusal.code == "month_only":
            reading.births[position] = parse_month(raws[position]), told
        else:
            reading.refuse(position, code, told)


def _scaled(values: list[Any], column: ColumnBinding) -> list[Any]:
    """Numbers in the unit of the item: a column in 万元 holds a ten-thousandth."""
    if column.scale in ("", "1"):
        return values
    scale = Decimal(column.scale)
    return [None if value is None else f"{(Decimal(str(value)) / scale).normalize():f}" for value in values]
