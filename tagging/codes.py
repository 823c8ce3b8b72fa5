"""Codes of tags: T0001 in conditions, filters and other systems, the small number in arrays. Pure."""

import re

_CODE = re.compile(r"T(\d{4,5})")


def code_of(key: int) -> str:
    return f"T{key:04d}"


def key_of(code: str) -> int:
    """Number of a tag; 0, which no tag has, for what is no code."""
    found = _CODE.fullmatch(code)
    return int(found[1]) if found else 0
