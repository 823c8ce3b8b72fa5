"""Header paths: the levels of a column's header, outermost first, joined by a slash."""

import re

PATH_SLASH = re.compile("/(?![^(\uff08]*[)\uff09])")


def split_header(path: str) -> list[str]:
    """Parts of a header path, outermost first. A slash inside brackets belongs to a unit: 补贴标准(元/月)."""
    return [part.strip() for part in PATH_SLASH.split(path)]
