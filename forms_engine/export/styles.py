"""Which cell styles show a number as a day (ECMA-376 part 1, 18.8.30)."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element  # only the type; parsing is defusedxml's

from defusedxml.ElementTree import fromstring

# Built-in formats that name a day, those of Chinese Excel (27 to 36, 50 to 58) included.
DAY_FORMATS = frozenset([*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58])
NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def day_styles(styles: bytes | None) -> frozenset[str]:
    """Indexes of the cell formats, as cells name them, that show a day. styles: xl/styles.xml."""
    if not styles:
        return frozenset()
    root = fromstring(styles)
    own = {int(found.get("numFmtId", 0)): found.get("formatCode", "") for found in _under(root, "numFmts")}
    formats = [int(found.get("numFmtId", 0)) for found in _under(root, "cellXfs")]
    return frozenset(str(index) for index, number in enumerate(formats) if _shows_day(number, own))


def _shows_day(number: int, own: Mapping[int, str]) -> bool:
    if number not in own:
        return number in DAY_FORMATS
    letters = NOT_LETTERS.sub("", own[number]).lower()
    return "y" in letters or "d" in letters


def _under(root: Element, name: str) -> list[Element]:
    """Children of the element of that local name."""
    parent = next((child for child in root if child.tag.rpartition("}")[2] == name), None)
    return [] if parent is None else list(parent)
