"""Units named in headers against the units of items."""

import re

from registry.rules import ItemSpec

from .headers import label_of, tidy

MONEY = {"元": "1", "万元": "0.0001"}
COUNTS = re.compile(r"人|个|户|间|层|岁|周岁|台|只|具|辆|处|名|次|栋|套|件")
NEUTRAL = re.compile(r"年|月|天")


def unit_fits(unit: str, item: ItemSpec) -> bool:
    """False where the column's unit measures something else than the item: 亩 for square metres, 元/年 for a month."""
    base, _, per = unit.partition("/")
    if base in MONEY:
        return (
            is_money(item)
            and per not in {"亩", "㎡", "平方米"}
            and (not per or ("月" in per) == ("month" in item.format))
        )
    if unit in {"平方米", "平米", "平方", "㎡", "m2", "m²"}:
        return "square metres" in item.format
    if unit == "亩":
        return item.format == "mu"
    if "小时" in unit:
        return item.format == "hours"
    if COUNTS.fullmatch(unit):
        return item.type == "integer" or (item.type == "decimal" and not item.format)
    return bool(NEUTRAL.fullmatch(unit)) and item.type in {"integer", "date"}


def scale_of(unit: str, item: ItemSpec) -> str:
    """What a stored number is multiplied with for this column, as decimal text; "" for nothing."""
    scale = MONEY.get(unit.partition("/")[0], "1")
    return scale if scale != "1" and is_money(item) else ""


def scale_for(header: str, item: ItemSpec) -> str:
    """`scale_of` the unit that a header names, as a binding has it: "0.0001" for an item in 元 under 年收入(万元)."""
    return scale_of(label_of(tidy(header.rpartition("/")[2])).unit, item)


def is_money(item: ItemSpec) -> bool:
    return item.format.startswith("CNY")
