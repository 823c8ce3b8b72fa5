"""The one mask: every value on its way out (page, JSON, Excel, hint) passes `show`.

A value above the reader's clearance is masked by the rule of its item; without a partial form it is hidden.
Level 4 is above every clearance: it is seen only after unmasking, and flows sealed where a purpose sends it.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from accounts.sealing import SealBroken, is_sealed, open_sealed
from registry.catalogue import Catalogue, get_catalogue
from registry.models import DataItem, ItemType

HIDDEN = "***"
BROKEN = "无法读取"
SEALED_AS = {"household.head_id_number": "person.id_number"}
"""Derived items that show another item's sealed value: the head's number was sealed as the person's."""
YES_NO = {True: "是", False: "否"}
ColumnReader = Callable[[Iterable[Any]], list[str]]
"""Values of one column -> their texts, in the same order."""


def show(item: DataItem, value: Any, clearance: int, catalogue: Catalogue | None = None) -> str:
    """Text of a stored value for a reader. value: canonical, sealed or not; None and "" give "".

    Codes become names, booleans 是/否, sealed values are opened here and nowhere earlier.
    """
    return shower(item, clearance, catalogue or get_catalogue())([value])[0]


def shower(item: DataItem, clearance: int, catalogue: Catalogue) -> ColumnReader:
    """`show` for the values of a whole column at once."""
    read, rule = _reader(item, catalogue), item.mask
    if not is_masked(item, clearance):
        return read
    return lambda values: [mask(rule, text) if text else "" for text in read(values)]


def is_masked(item: DataItem, clearance: int) -> bool:
    return item.level > clearance


def readable(item: DataItem, value: Any, catalogue: Catalogue) -> str:
    """The value in full, as people write it. For `show` and for files whose purpose was approved."""
    return _reader(item, catalogue)([value])[0]


def plain_text(value: Any) -> str:
    """A value without an item: nothing is "", a boolean 是 or 否."""
    if value is None:
        return ""
    return YES_NO[value] if isinstance(value, bool) else str(value)


def _reader(item: DataItem, catalogue: Catalogue) -> ColumnReader:
    """`readable` for a whole column. Most values are texts already: a call for each would cost more than the work."""
    if item.type == ItemType.CODE:
        labels = catalogue.labels(item.code)
        return lambda values: [labels.get(text, text) for text in plain_texts(values)]
    if item.is_sealed:
        codes = tuple(dict.fromkeys((SEALED_AS.get(item.code, item.code), item.code)))
        return lambda values: [_opened(codes, text) if is_sealed(text) else text for text in plain_texts(values)]
    if item.type == ItemType.DECIMAL:
        return lambda values: [plain_number(text) if text else "" for text in plain_texts(values)]
    return plain_texts


def plain_texts(values: Iterable[Any]) -> list[str]:
    """`plain_text` for a whole column."""
    return [value if type(value) is str else plain_text(value) for value in values]


def _opened(codes: Sequence[str], sealed: str) -> str:
    """codes: of the items that it may have been sealed for."""
    for code in codes:
        with suppress(SealBroken):
            return open_sealed(code, sealed)
    return BROKEN


def plain_number(value: Any) -> str:
    """A decimal without trailing zeros: 260.00 -> 260. Anything else is given back as it is."""
    try:
        return f"{Decimal(str(value)).normalize():f}"
    except InvalidOperation:
        return str(value)


def mask(rule: str, text: str) -> str:
    """Apply a mask rule of the catalogue; anything without a partial form is hidden whole.

    keep:A,B shows the first A and last B characters; name the surname; year the year; address down to the community.
    """
    if rule.startswith("keep:"):
        return _keep(text, *_ends(rule))
    if rule == "name":
        return text[:1] + "*" * max(len(text) - 1, 1)
    if rule == "year":
        return f"{text[:4]}-**-**"
    if rule == "address":
        return _address(text)
    return HIDDEN


@cache
def _ends(rule: str) -> tuple[int, int]:
    first, last = rule.removeprefix("keep:").split(",")
    return int(first), int(last)


def _keep(text: str, first: int, last: int) -> str:
    hidden = len(text) - first - last
    if hidden < 4:  # too short to hide anything between the ends
        return "*" * max(len(text), 4)
    return text[:first] + "*" * hidden + (text[-last:] if last else "")


def _address(text: str) -> str:
    """Keeps what comes before the first house number."""
    for position, character in enumerate(text):
        if character.isdigit():
            return text[:position] + HIDDEN
    return text[: len(text) // 2] + HIDDEN
