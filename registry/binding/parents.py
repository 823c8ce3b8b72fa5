"""What a parent header says about the columns below it: whose they are, which place or time they mean."""

import re
from dataclasses import dataclass
from enum import Enum

from . import lexicon
from .headers import key_of, label_of

PLAIN = re.compile(lexicon.PLAIN_PARENT)
SPECIAL = re.compile(lexicon.SPECIAL_PARENT)
ENDING = re.compile(lexicon.PARENT_ENDING)
YEAR = re.compile(r"(?:19|20)\d\d(?:年|$)")
EMPTY_WORDS = frozenset({"", "基本信息", "信息", "情况", "基本情况", "人员信息"})


class ParentKind(Enum):
    ROLE = "role"  # somebody of whom the catalogue keeps items
    OTHER = "other"  # somebody or something else
    SELF = "self"  # the subject by another name
    PLAIN = "plain"
    SPECIAL = "special"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Parent:
    """text: as shown; stem: its key without 信息/情况; role: for ROLE; topic: a key of lexicon.TOPICS or ""."""

    text: str
    kind: ParentKind
    stem: str
    role: str = ""
    topic: str = ""


def read_parent(text: str) -> Parent:
    """Classify one parent header."""
    key = key_of(label_of(text).text)
    stem = ENDING.sub("", key)
    topic = next((topic for topic, words in lexicon.TOPICS.items() if stem in words or key in words), "")
    role = role_in(key)
    return Parent(text, _kind(key, stem, role, topic), stem, role, topic)


def _kind(key: str, stem: str, role: str, topic: str) -> ParentKind:
    """The first sign that holds decides; the order is the rule."""
    signs = [
        (bool(role), ParentKind.ROLE),
        (stem in lexicon.SELVES or key in lexicon.SELVES, ParentKind.SELF),
        (speaks_of_another(key) or turns(key), ParentKind.OTHER),
        (bool(topic), ParentKind.SPECIAL),
        (key in EMPTY_WORDS or bool(PLAIN.fullmatch(key)), ParentKind.PLAIN),
        (stem != key and key.startswith(lexicon.SELVES), ParentKind.SELF),
        (bool(SPECIAL.fullmatch(key)), ParentKind.SPECIAL),
    ]
    return next((kind for holds, kind in signs if holds), ParentKind.UNKNOWN)


def role_in(key: str) -> str:
    """The role that a header speaks of, the longest word deciding; "" for none."""
    found = [(len(word), role) for role, words in lexicon.ROLE_WORDS.items() for word in words if key_of(word) in key]
    return "" if turns(key) or key.startswith("被") else max(found, default=(0, ""))[1]


def speaks_of_another(key: str) -> bool:
    """True where a header names somebody whom the catalogue does not keep apart. Single characters only in front."""
    return any(word in key if len(word) > 1 else key.startswith(word) for word in lexicon.OTHERS)


def turns(key: str) -> bool:
    """True where a header speaks of another time, a plan or a check (原工作单位, 上年度收入, 整改时限)."""
    return bool(YEAR.search(key)) or any(key.startswith(word) for word in lexicon.TURNS)
