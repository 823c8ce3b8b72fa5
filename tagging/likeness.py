"""Whether two tags may be one thing under two names (疑似重复). Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

ALIKE = 70
"""Score of RapidFuzz (0 to 100) from which two names are shown next to each other for a person to judge."""
ALIKE_IN_SOUND = 90
MOST_ALIKE = 5


def why_alike(ours: Iterable[str], theirs: Iterable[str]) -> str:
    """Why names and synonyms of two tags look alike, in words; "" where they do not."""
    pairs = [(one, other) for one in ours for other in theirs]
    for test, reason in _REASONS:
        found = next((pair for pair in pairs if test(*pair)), None)
        if found:
            return f"{reason}:{found[0]}、{found[1]}" if found[0] != found[1] else f"{reason}:{found[0]}"
    return ""


def same_condition(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether two conditions say the same, whatever the order of their rows."""
    return bool(ours) and _ordered(ours) == _ordered(theirs)


def _sound(word: str) -> str:
    return " ".join(lazy_pinyin(word))


_REASONS = (
    (lambda one, other: one == other, "名称或同义词相同"),
    (lambda one, other: one in other or other in one, "名称相含"),
    (lambda one, other: fuzz.ratio(one, other) >= ALIKE, "名称相近"),
    (lambda one, other: fuzz.ratio(_sound(one), _sound(other)) >= ALIKE_IN_SOUND, "读音相近"),
)


def _ordered(tree: Any) -> Any:
    """The tree as something to compare: groups of one are what they hold, rows and listed values stand sorted."""
    if isinstance(tree, Mapping):
        for word in ("all", "any"):
            if word in tree:
                parts = sorted((_ordered(part) for part in tree[word]), key=repr)
                return parts[0] if len(parts) == 1 else (word, parts)
        return sorted((key, _ordered(value)) for key, value in tree.items())
    return sorted(map(str, tree)) if isinstance(tree, list) else str(tree)
