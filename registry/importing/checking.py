"""Checks across the columns of a row and across the rows of a sheet. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from registry.rules.identity import sex_of

if TYPE_CHECKING:
    from registry.importing.reading import Reading

NAME, ID_NUMBER, BIRTH_DATE, SEX = "person.name", "person.id_number", "person.birth_date", "person.sex"
NOT_OF_NUMBER = "出生日期与身份证号码不符,请对照证件核对。"


@dataclass(frozen=True, slots=True)
class RowError:
    """row: as Excel shows it; column: letters, "" for the row as a whole. message: Chinese, without the value."""

    sheet: str
    row: int
    column: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def check_rows(reading: Reading) -> None:
    """Refuse rows without a name, twice the same number, and facts that contradict the ID number; fill such facts."""
    _need_names(reading)
    _settle_months(reading)
    if ID_NUMBER in reading.values:
        _refuse_doubles(reading)
        _follow_id_numbers(reading)


def _need_names(reading: Reading) -> None:
    for position, name in enumerate(reading.values[NAME]):
        if name is None and position not in reading.wrong:
            reading.refuse(position, NAME, "“姓名”没有填写,请补上姓名。")


def _settle_months(reading: Reading) -> None:
    """A column 出生年月 tells no day: the ID number of the row does, if it agrees. No day is made up."""
    numbers = reading.values.get(ID_NUMBER) or [None] * len(reading.numbers)
    for position, (month, refusal) in reading.births.items():
        number = numbers[position]
        if number is None:
            reading.refuse(position, BIRTH_DATE, refusal)
        elif month != f"{number[6:10]}-{number[10:12]}":
            reading.refuse(position, BIRTH_DATE, NOT_OF_NUMBER)


def _refuse_doubles(reading: Reading) -> None:
    first: dict[str, int] = {}
    for position, number in enumerate(reading.values[ID_NUMBER]):
        if number is None:
            continue
        before = first.setdefault(number, position)
        if before != position:
            message = f"身份证号码与第 {reading.numbers[before]} 行相同,请核对后只留一行。"
            reading.refuse(position, ID_NUMBER, message)


def _follow_id_numbers(reading: Reading) -> None:
    """Birth date and sex as the number says: compared where they were filled in, taken from it where they were not."""
    count = len(reading.numbers)
    births = reading.values.setdefault(BIRTH_DATE, [None] * count)
    sexes = reading.values.setdefault(SEX, [None] * count)
    for position, number in enumerate(reading.values[ID_NUMBER]):
        if number is None:
            continue
        birth, sex = f"{number[6:10]}-{number[10:12]}-{number[12:14]}", sex_of(number)  # the number was checked
        if births[position] not in (None, birth):
            reading.refuse(position, BIRTH_DATE, NOT_OF_NUMBER)
        if sexes[position] not in (None, sex):
            reading.refuse(position, SEX, "性别与身份证号码不符,请对照证件核对。")
        births[position], sexes[position] = birth, sex
