"""Shared strings (ECMA-376 part 1, 18.4): those of the rows that gave way do not travel along unseen."""

import re
from collections.abc import Iterable

STRING = re.compile(rb"<((?:[\w.-]+:)?)si(?:\s[^>]*)?(?:/>|>.*?</\1si\s*>)", re.DOTALL)
SHARED_CELL = re.compile(rb"<(?:[\w.-]+:)?c\s[^>]*?\bt=[\"']s[\"'][^>]*>(.*?)</(?:[\w.-]+:)?c\s*>", re.DOTALL)
INDEX = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>\s*(\d+)")


def used_strings(xmls: Iterable[bytes]) -> frozenset[int]:
    """Indexes of the shared strings that some pieces of sheets show."""
    found = (INDEX.search(cell) for xml in xmls for cell in SHARED_CELL.findall(xml))
    return frozenset(int(index[1]) for index in found if index)


def forget_strings(xml: bytes, used: frozenset[int]) -> bytes:
    """xl/sharedStrings.xml with every other string emptied; the indexes stay."""
    index = -1

    def kept(found: re.Match[bytes]) -> bytes:
        nonlocal index
        index += 1
        return found[0] if index in used else b"<%bsi><%bt/></%bsi>" % (found[1], found[1], found[1])

    return STRING.sub(kept, xml)
