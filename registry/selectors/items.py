"""Reads of the data item catalogue (数据项目录) for its page."""

from dataclasses import dataclass

from registry.catalogue import get_catalogue
from registry.models import Code, CodeList, DataItem


@dataclass(frozen=True, slots=True)
class ItemFilter:
    text: str = ""
    entity: str = ""
    level: int | None = None


def list_items(wanted: ItemFilter) -> list[DataItem]:
    """Items in the order of the catalogue; text matches name, code, synonym or steward. From memory: no query."""
    text = wanted.text.strip().lower()
    return [
        item
        for item in get_catalogue().items.values()
        if (not wanted.entity or item.entity == wanted.entity)
        and (wanted.level is None or item.level == wanted.level)
        and (not text or _mentions(item, text))
    ]


def get_code_list(item: DataItem) -> tuple[str, list[Code]]:
    """Title and codes of an item's list; ("", []) without one. At most one query."""
    if item.code_list_id is None:
        return "", []
    title = CodeList.objects.values_list("name", flat=True).get(pk=item.code_list_id)
    return title, get_catalogue().codes.get(item.code_list_id, [])


def _mentions(item: DataItem, text: str) -> bool:
    return any(text in part.lower() for part in (item.name, item.code, item.steward, *item.synonyms))
