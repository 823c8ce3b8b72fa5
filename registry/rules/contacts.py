"""Telephones, vehicle plates, credit codes."""

import re

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from .refusals import ValueRefused

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"(010|02\d|0[3-9]\d\d)?([2-9]\d{6,7})(?:[-转#*](\d{1,6}))?")
SERVICE = re.compile(r"(?:400|800)\d{7}|1[012]\d{3}|1[12]\d")
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE = re.compile(rf"[{PROVINCES}][A-Z](?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJ-NP-Z0-9]{{6}})")
BIKE_PLATE = re.compile(rf"(?:[{PROVINCES}]?[A-Z]?|[\u4e00-\u9fa5]{{1,3}}[A-Z]?)\d{{5,8}}")
BREAKS = re.compile(r"[\s()\-–—]")


def parse_phone(text: str) -> str:
    """A mobile number as 11 digits, or a landline as area code-number(-extension).

    text: as `compact` leaves it. Raises ValueRefused: two_phones, phone.
    """
    if MOBILE.fullmatch(text):
        return text
    if any(mark in text for mark in "/、,;") and sum(char.isdigit() for char in text) > 12:
        raise ValueRefused("two_phones", "这里只能填一个号码,请把第二个号码写到“备注”。")
    bare = BREAKS.sub("", text)
    bare = bare.removeprefix("+86").removeprefix("0086")
    bare = bare[2:] if len(bare) == 13 and bare.startswith("86") else bare
    if MOBILE.fullmatch(bare) or SERVICE.fullmatch(bare):
        return bare
    found = LANDLINE.fullmatch(_with_extension(text))
    if found is None:
        raise ValueRefused("phone", "应为 11 位手机号码,或带区号的固定电话(如 021-69611234),请核对。")
    return "-".join(part for part in found.groups() if part)


def _with_extension(text: str) -> str:
    """Drop the hyphen behind the area code, keep the one before an extension."""
    text = text.replace("(", "").replace(")", "-").replace("–", "-").replace("—", "-")
    return re.sub(r"^(010|02\d|0[3-9]\d\d)-+", r"\1", text)


def parse_plate(text: str) -> str:
    """A vehicle plate (GA 36-2018, new-energy ones of 8 characters too) or the plate of an electric bicycle."""
    plate = re.sub(r"[·•.\-]", "", text).upper()
    if PLATE.fullmatch(plate) or BIKE_PLATE.fullmatch(plate):
        return plate
    raise ValueRefused("plate", "车牌号不合规则(如 沪A12345、沪AD12345),请核对后重新填写。")


def parse_uscc(text: str) -> str:
    """A unified social credit code, 18 characters with check character (GB 32100-2015)."""
    number = text.upper()
    if len(number) != 18:
        raise ValueRefused("shape", f"统一社会信用代码应为 18 位,现在是 {len(number)} 位,请对照执照核对。")
    try:
        return str(uscc.validate(number))
    except ValidationError:
        raise ValueRefused("check_digit", "统一社会信用代码校验位不符,请对照执照核对后重新填写。") from None
