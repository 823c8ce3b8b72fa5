"""Reads of the data item catalogue (数据项目录) for its page."""

from dataclasses import dataclass

from registry.catalogue import get_catalogue
from registry.models import Code, DataItem


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


def list_codes(code_list: str | None) -> list[Code]:
    return list(get_catalogue().codes.get(code_list, [])) if code_list else []


def _mentions(item: DataItem, text: str) -> bool:
    return any(text in part.lower() for part in (item.name, item.code, item.steward, *item.synonyms))
