"""Arithmetic of area codes (行政区划代码): one 18-digit integer, zeros where it ends.

The official 12-digit code (GB/T 2260-2007 and the statistical codes for towns and communities: province 2,
city 2, district 2, town 3, community 3) is followed by grid 3 and microgrid 3. A subtree is a range.
"""

from django.db.models import TextChoices


class Level(TextChoices):
    """Level of an area (区划级别), widest first."""

    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区县"
    TOWN = "town", "镇街"
    COMMUNITY = "community", "村居"
    GRID = "grid", "网格"
    MICROGRID = "microgrid", "微网格"


SPAN: dict[Level, int] = {
    Level.PROVINCE: 10**16,
    Level.CITY: 10**14,
    Level.DISTRICT: 10**12,
    Level.TOWN: 10**9,
    Level.COMMUNITY: 10**6,
    Level.GRID: 10**3,
    Level.MICROGRID: 1,
}
DISTRICT_SPAN = SPAN[Level.DISTRICT]
LOWEST_CODE, HIGHEST_CODE = 0, 10**18 - 1

Range = tuple[int, int]


def subtree(code: int, level: Level | str) -> Range:
    """First and last code inside the area, both inclusive."""
    return code, code + SPAN[Level(level)] - 1


def ancestor(code: int, level: Level | str) -> int:
    """Code of the area of that level which holds `code`; `code` itself where it already is of that level."""
    return code - code % SPAN[Level(level)]


def level_of(code: int) -> Level:
    """Level of the area that a code names: the widest one whose zeros it has."""
    return next(level for level, span in SPAN.items() if code % span == 0)


def around(code: int) -> list[int]:
    """Codes of the areas of every level that hold `code`, itself included."""
    return [ancestor(code, level) for level in Level]


def district_of(code: int) -> int:
    """First six digits: the shard key that every scoped table carries."""
    return code // DISTRICT_SPAN


def from_official(code: str) -> int:
    """18-digit code of an official 12-digit one. Raises ValueError for any other shape."""
    if len(code) != 12 or not (code.isascii() and code.isdigit()):
        raise ValueError("an official area code has 12 ASCII digits")
    return int(code) * 10**6


def contains(area: Range, code: int) -> bool:
    return area[0] <= code <= area[1]
