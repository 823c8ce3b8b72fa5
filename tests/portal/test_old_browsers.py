"""Chromium 91 is the oldest browser in use: what it does not know may not be in what we send."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.places import ROOT

STATIC = ROOT / "static"
STYLES = sorted(path for path in STATIC.rglob("*.css") if "vendor" not in path.parts)
SCRIPTS = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
TOO_NEW_FOR_STYLES = re.compile(r":has\(|@container|@layer|@scope|color-mix\(|accent-color|\d(?:dvh|svh|lvh|dvw)\b")
TOO_NEW_FOR_SCRIPTS = re.compile(
    r"structuredClone|Object\.hasOwn|\.findLast|randomUUID|\.to(?:Sorted|Reversed|Spliced)\(|static \{|\.at\(-"
)
GROUPS = ("@media", "@supports", "@keyframes")


def nested_rules(css: str) -> Iterator[str]:
    """Openings of rules inside rules; rules inside @media and the like are not nested."""
    open_rules: list[str] = []
    for opening, closing in re.findall(r"([^{};]*)\{|(\})", re.sub(r"/\*.*?\*/", "", css, flags=re.S)):
        if closing:
            open_rules.pop()
        else:
            if any(not outer.startswith(GROUPS) for outer in open_rules):
                yield opening.strip()
            open_rules.append(opening.strip())


def name_of(path: Path) -> str:
    return str(path.relative_to(STATIC))


def test_nested_rules_are_seen():
    assert list(nested_rules(".a { color: red; .b { color: blue } }")) == [".b"]
    assert not list(nested_rules("@media print { .a { color: red } } .b { color: blue }"))


@pytest.mark.parametrize("path", STYLES, ids=name_of)
def test_a_style_sheet_is_read_by_chromium_91(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not TOO_NEW_FOR_STYLES.findall(text)
    assert not list(nested_rules(text))


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_is_read_by_chromium_91(path):
    assert not TOO_NEW_FOR_SCRIPTS.findall(path.read_text(encoding="utf-8"))
