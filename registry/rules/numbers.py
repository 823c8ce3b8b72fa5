"""Whole and decimal numbers, with the units that workers write behind them."""

import re
from decimal import Decimal
from math import isfinite

from .refusals import ValueRefused
from .text import EXACT_DIGITS, compact

THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
UNITS = re.compile(r"(元/月|元/年|元|亩|平方米|平米|㎡|m2|m²|人|个|户|间|层|岁|周岁|年|小时|台|辆|只|具)$")


def parse_decimal(raw: object) -> str:
    """Canonical plain decimal, such as "1234.5": no exponent, no trailing zeros.

    A float of Excel is read with 15 significant digits, which is what Excel shows.
    """
    if isinstance(raw, float) and isfinite(raw):
        return _plain(Decimal(f"{raw:.15g}"))
    if isinstance(raw, int) and not isinstance(raw, bool):
        return _plain(Decimal(raw))
    text = UNITS.sub("", compact(str(raw)))
    text = text.removeprefix("¥")
    if THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not NUMBER.fullmatch(text) or not text.isascii():
        raise ValueRefused("not_a_number", "不是数字,请只填写数字(不带单位和文字)。")
    return _plain(Decimal(text))


def parse_integer(raw: object) -> int:
    """A whole number. Raises ValueRefused: not_a_number, not_whole, too_large."""
    if type(raw) is float and raw.is_integer() and abs(raw) < EXACT_DIGITS:
        return int(raw)
    number = Decimal(parse_decimal(raw))
    if number != number.to_integral_value():
        raise ValueRefused("not_whole", "应为整数,请去掉小数部分。")
    if abs(number) >= 2**31:
        raise ValueRefused("too_large", "数字太大,请核对后重新填写。")
    return int(number)


def _plain(number: Decimal) -> str:
    if number.adjusted() > 15:
        raise ValueRefused("too_large", "数字太大,请核对后重新填写。")
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text
