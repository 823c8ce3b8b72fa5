"""Which village a record belongs to whose subject is not registered: by the names of town and village in the file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TOWN, COMMUNITY = "area.town", "area.community"
PLACE_ITEMS = (TOWN, COMMUNITY)
"""Columns that a file may have beside the items of its dataset."""
ENDINGS = {
    TOWN: ("街道办事处", "街道", "镇", "乡"),
    COMMUNITY: ("居民委员会", "村民委员会", "居委会", "村委会", "社区", "村"),
}
Names = tuple[str, str]


@dataclass(frozen=True)
class Villages:
    """Codes of communities by (town, community), each name as it stands and without its ending.

    Only names that lead to one community are kept; ("", community) stands for a row that names no town.
    """

    by_names: Mapping[Names, int] = field(default_factory=dict)

    @classmethod
    def of(cls, communities: Iterable[tuple[int, str, str]]) -> "Villages":
        """communities: (code, name, name of the town)."""
        found: dict[Names, set[int]] = {}
        for code, name, town in communities:
            for one in {name, _short(name, COMMUNITY)}:
                for around in {town, _short(town, TOWN), ""}:
                    found.setdefault((around, one), set()).add(code)
        return cls({names: next(iter(codes)) for names, codes in found.items() if len(codes) == 1})

    def find(self, town: str | None, community: str | None) -> int | None:
        """The community that both names lead to; None where they lead to none or to several."""
        if not community:
            return None
        around = (town, _short(town, TOWN)) if town else ("",)
        tried = ((one, name) for name in (community, _short(community, COMMUNITY)) for one in around)
        return next((self.by_names[names] for names in tried if names in self.by_names), None)


def _short(name: str, item: str) -> str:
    """北门社区居委会 -> 北门; a name that is nothing but an ending stays."""
    for ending in ENDINGS[item]:
        if name.endswith(ending) and name != ending:
            return _short(name.removesuffix(ending), item)
    return name
