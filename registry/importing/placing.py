"""Where the people of a sheet live and are registered."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.codes import Level, Range, ancestor, district_of, subtree
from registry.importing.reading import AREA_ITEMS, Reading
from registry.models import ImportBatch

RESIDENCY = "person.residency_type"
FROM_ELSEWHERE = frozenset({"floating", "overseas"})
OUTSIDE = 0


@dataclass
class Place:
    """community: 18-digit code of the batch. codes: by position; a row that names no area lives in the community."""

    community: int
    codes: dict[int, int]
    register: str
    residency: list[str | None] | None

    @property
    def district(self) -> int:
        return district_of(self.community)

    @property
    def range(self) -> Range:
        return subtree(self.community, Level.COMMUNITY)

    def code_at(self, position: int) -> int:
        return self.codes.get(position, self.community)

    def register_of(self, position: int, area: int) -> int:
        """Where the person is registered (户籍), as the worker said for the whole sheet."""
        if self.register == ImportBatch.Register.BY_TYPE:
            away = self.residency is not None and self.residency[position] in FROM_ELSEWHERE
        else:
            away = self.register == ImportBatch.Register.ELSEWHERE
        return OUTSIDE if away else ancestor(area, Level.COMMUNITY)


def place_rows(reading: Reading, batch: ImportBatch, areas: Mapping[str, int]) -> Place:
    """Find the area of each row by the narrowest name it gives; a name that is not one of this community is refused.

    areas: names of the community and of everything in it -> code.
    """
    codes: dict[int, int] = {}
    for item in reversed(AREA_ITEMS):
        for position, name in enumerate(reading.values.get(item, [])):
            if name is None:
                continue
            if name in areas:
                codes[position] = areas[name]
            else:
                reading.refuse(position, item, "不是本村居的网格或微网格名称,请按网格名单改正,或清空这一格。")
    return Place(batch.area_code, codes, batch.register, reading.values.get(RESIDENCY))
