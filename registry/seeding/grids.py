"""Grids (网格) and microgrids (微网格): every made-up community is cut the same way, so its code is enough."""

from accounts.codes import SPAN, Level

GRIDS, MICROGRIDS = 3, 3
NUMERALS = "一二三"


def grid_areas(code: int) -> list[tuple[int, str, Level, int]]:
    """Grids and microgrids of a community: code, name, level, parent."""
    areas = []
    for grid in range(1, GRIDS + 1):
        grid_code = code + grid * SPAN[Level.GRID]
        areas.append((grid_code, f"第{NUMERALS[grid - 1]}网格", Level.GRID, code))
        for nth in range(1, MICROGRIDS + 1):
            name = f"第{NUMERALS[grid - 1]}网格{nth}号微网格"
            areas.append((grid_code + nth, name, Level.MICROGRID, grid_code))
    return areas


def microgrids_of(code: int) -> tuple[int, ...]:
    return tuple(area for area, _, level, _ in grid_areas(code) if level == Level.MICROGRID)
