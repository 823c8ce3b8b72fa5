"""Constants of a condition in the type of their item. Exact: nothing is rounded, cut off or guessed."""

from datetime import date
from decimal import Decimal
from typing import Any

from registry.catalogue import Catalogue
from registry.models import DataItem, ItemType
from registry.rules import ValueRefused
from registry.rules.numbers import parse_decimal, parse_integer


def typed_value(item: DataItem, raw: Any, catalogue: Catalogue) -> Any:
    """raw: as it came out of JSON. Numbers as a worker would write them: 3.0 is whole, 3.7 is not.

    Raises ValueRefused, which says what to mend; ValueError, TypeError, KeyError for what is none of the type.
    """
    if item.type == ItemType.BOOLEAN:
        return _boolean(raw)
    if item.type == ItemType.INTEGER:
        return parse_integer(raw)
    if item.type == ItemType.DECIMAL:
        return Decimal(parse_decimal(raw))
    if item.type == ItemType.DATE:
        return date.fromisoformat(raw)
    text = _text(raw)
    spellings = catalogue.spellings(item.code) if item.type == ItemType.CODE else {}
    return spellings[text] if spellings else text


def _boolean(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def _text(raw: Any) -> str:
    """Numbers too, since codes are often digits. What PostgreSQL cannot store is compared with nothing."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise TypeError
    text = str(raw)
    if "\0" in text:
        raise ValueRefused("no_text", "请去掉看不见的字符。")
    text.encode()  # half of a surrogate pair is a ValueError
    return text
