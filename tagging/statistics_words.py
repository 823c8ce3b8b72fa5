"""Statistics of tags as people and charts read them: one set of lines for page, chart and Excel. Pure."""

from collections.abc import Iterator, Sequence

from tagging.selectors.overlap import Overlap
from tagging.selectors.statistics import MonthCount, Table

TOTAL, WITHHELD = "合计", "—"
IN_CHART = 12
"""Tags, or areas, that a chart shows: the largest; the table has all of them."""


def text_of(number: int | None) -> str:
    return WITHHELD if number is None else str(number)


def list_rows(table: Table) -> list[tuple[object, list[tuple[str, str]]]]:
    """(tag line, (header, text) of each number) for the table on the page."""
    headers = [TOTAL, *(part.name for part in table.parts)]
    return [(line, list(zip(headers, map(text_of, (line.total, *line.counts)), strict=True))) for line in table.lines]


def sheet_headers(table: Table) -> list[str]:
    """Areas by name and official code, because two of one table may have the same name."""
    return ["标签", "代码", "分组", TOTAL, *(f"{part.name} {part.code // 10**6}" for part in table.parts)]


def sheet_rows(table: Table) -> Iterator[list[str]]:
    for line in table.lines:
        yield [line.tag.name, line.tag.code, line.tag.group, *map(text_of, (line.total, *line.counts))]


def chart_of_tags(table: Table, unit: str) -> dict[str, object]:
    """For static/js/charts.js: the tags that most carry."""
    lines = sorted((line for line in table.lines if line.total), key=lambda line: -(line.total or 0))[:IN_CHART]
    return _chart([line.tag.name for line in lines], [unit], [[line.total] for line in lines])


def chart_of_tag(table: Table, months: Sequence[MonthCount], unit: str) -> dict[str, object]:
    """The same of one tag: the areas where most carry it, and how it went by month."""
    [line] = table.lines
    areas = [(part.name, count) for part, count in zip(table.parts, line.counts, strict=True) if count]
    areas.sort(key=lambda area: -area[1])
    chart = _chart([name for name, _ in areas[:IN_CHART]], [unit], [[count] for _, count in areas[:IN_CHART]])
    trend = {f"{line.tag.name}({unit})": [month.count for month in months]}
    return chart | {"months": [f"{month.first:%Y-%m}" for month in months], "trend": trend}


def overlap_rows(overlap: Overlap) -> list[tuple[str, list[tuple[str, str]]]]:
    """(area, (header, text)), the sum of all first."""
    headers = ("两个都有", f"只有“{overlap.first.name}”", f"只有“{overlap.second.name}”")
    lines = [(TOTAL, overlap.total), *((line.name, line) for line in overlap.areas)]
    return [
        (name, list(zip(headers, map(text_of, (line.both, line.first_only, line.second_only)), strict=True)))
        for name, line in lines
    ]


def _chart(names: list[str], kinds: list[str], bars: list[list[int | None]]) -> dict[str, object]:
    return {"names": names, "kinds": kinds, "bars": bars, "months": [], "trend": {}}
