"""Citizen identity numbers (公民身份号码), GB 11643-1999."""

from datetime import date
from operator import mul

from .refusals import ValueRefused

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
ALL_ZEROS = ord("0") * sum(ID_WEIGHTS)


def id_check_digit(body: str) -> str:
    """Check character of an identity number.

    body: first 17 characters, ASCII digits. Returns "0".."9" or "X".
    Raises ValueError for any other shape. Source: GB 11643-1999 (ISO 7064, MOD 11-2).
    """
    if len(body) != 17 or not (body.isascii() and body.isdigit()):
        raise ValueError("body must be 17 ASCII digits")
    return CHECK_CHARACTERS[(sum(map(mul, body.encode(), ID_WEIGHTS)) - ALL_ZEROS) % 11]


def parse_id_number(text: str) -> str:
    """The number in its stored form: 18 characters, X in capital.

    text: as `compact` leaves it. Only check digit and date are tested: the county code is that of the first
    registration, and counties were renamed and merged since.
    Raises ValueRefused: short_id, shape, date, check_digit.
    """
    number = text.upper()
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise ValueRefused("short_id", "这是 15 位的第一代身份证号码,请按第二代身份证填写 18 位号码。")
    if len(number) != 18:
        raise ValueRefused("shape", f"身份证号码应为 18 位,现在是 {len(number)} 位,请核对后重新填写。")
    body = number[:17]
    if not (body.isascii() and body.isdigit()):
        raise ValueRefused("shape", "身份证号码前 17 位只能是数字,请核对后重新填写。")
    birth_date_of(number)
    if id_check_digit(body) != number[17]:
        raise ValueRefused("check_digit", "身份证号码校验位不符,请对照证件核对后重新填写。")
    return number


def birth_date_of(number: str) -> date:
    """Birth date written in an 18-digit number. Raises ValueRefused("date") where no such day exists."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueRefused("date", "身份证号码中的出生日期不存在,请对照证件核对后重新填写。") from None
    if not 1850 <= born.year <= 2100:
        raise ValueRefused("date", "身份证号码中的出生年份不合理,请对照证件核对后重新填写。")
    return born


def sex_of(number: str) -> str:
    """Sex written in an 18-digit number, as GB/T 2261.1-2003: "1" male, "2" female."""
    return "1" if int(number[16]) % 2 else "2"
