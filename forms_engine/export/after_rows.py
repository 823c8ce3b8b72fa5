"""What a worksheet says behind its rows (ECMA-376 part 1, 18.3.1.99): merges, rules, links, breaks, print set-up."""

import re
from collections.abc import Callable, Iterator, Sequence

from forms_engine.export.markup import ATTRIBUTE, attributes, quoted, replace_attribute, replace_text, top_elements
from forms_engine.export.row_map import RowMap, move, split_range, stretch, stretch_all

Follow = Callable[[str], str]
Elements = list[tuple[str, bytes]]
MERGE = re.compile(rb'<(?:[\w.-]+:)?mergeCell\s[^>]*?ref=["\']([^"\']+)["\'][^>]*?/>')
RULES = ("conditionalFormatting", "dataValidations", "protectedRanges", "ignoredErrors", "extLst")
RULE_FORMULAS = "formula|formula1|formula2|f"


def move_elements(xml: bytes, rows: RowMap, follow: Follow) -> Elements:
    """(local name, XML) of everything behind the rows, at its new place; mergeCells as it was.

    follow: formula of a rule -> its new text.
    """
    moved = ((name, _move_element(name, element, rows, follow)) for name, element in top_elements(xml))
    return [(name, element) for name, element in moved if element]


def _move_element(name: str, element: bytes, rows: RowMap, follow: Follow) -> bytes:
    """Empty where nothing of it is left."""
    if name in RULES:
        return _move_rule(element, rows, follow)
    if name == "autoFilter":
        return _move_filter(element, rows)
    if name == "hyperlinks":
        return _keep_moved(element, rows, "hyperlink")
    if name == "rowBreaks":
        return _move_breaks(element, rows)
    return b"" if name == "sortState" else element


def kept_merges(xml: bytes, rows: RowMap) -> list[str]:
    """Merged ranges outside the data rows, moved."""
    moved = (move(reference.decode(), rows) for reference in MERGE.findall(xml))
    return [reference for reference in moved if reference]


def row_merges(xml: bytes, model: int) -> list[tuple[str, str]]:
    """Columns that are merged inside the model row, such as ("B", "C"): every new row gets them too."""
    found = (split_range(reference.decode()) for reference in MERGE.findall(xml))
    return [(place[0], place[2]) for place in found if place and place[1] == place[3] == model]


def merge_cells(prefix: bytes, kept: Sequence[str], merged: Sequence[tuple[str, str]], rows: range) -> Iterator[bytes]:
    """The element mergeCells in pieces; nothing where there are no merges."""
    count = len(kept) + len(merged) * len(rows)
    if not count:
        return
    yield b'<%smergeCells count="%d">' % (prefix, count)
    yield b"".join(b'<%smergeCell ref="%s"/>' % (prefix, reference.encode()) for reference in kept)
    for left, right in merged:
        cell = b'<%smergeCell ref="%s%%d:%s%%d"/>' % (prefix, left.encode(), right.encode())
        yield b"".join(cell % (row, row) for row in rows)
    yield b"</%smergeCells>" % prefix


def _move_rule(element: bytes, rows: RowMap, follow: Follow) -> bytes:
    element = replace_attribute(element, "sqref", lambda places: stretch_all(places, rows))
    element = replace_text(element, "sqref", lambda places: stretch_all(places, rows))
    return replace_text(element, RULE_FORMULAS, follow)


def _move_filter(element: bytes, rows: RowMap) -> bytes:
    """The filter's arrows stay; what was chosen in it is about rows that are gone."""
    tag = element[: element.find(b">")].rstrip(b"/") + b"/>"
    return replace_attribute(tag, "ref", lambda reference: stretch(reference, rows))


def _keep_moved(element: bytes, rows: RowMap, child: str) -> bytes:
    """A list of children with a `ref` each, without those that lay among the data rows."""
    kept = []

    def moved(found: re.Match[bytes]) -> bytes:
        reference = move(attributes(found[0])["ref"], rows)
        if reference is None:
            return b""
        kept.append(reference)
        return replace_attribute(found[0], "ref", lambda _: reference)

    pattern = re.compile(rb"<(?:[\w.-]+:)?%s\s[^>]*?/>" % child.encode())
    element = pattern.sub(moved, element)
    return element if kept else b""


def _move_breaks(element: bytes, rows: RowMap) -> bytes:
    """Page breaks: one after a data row is gone, the pages fill up by themselves."""
    kept = []

    def moved(found: re.Match[bytes]) -> bytes:
        after = int(attributes(found[0])["id"])
        if rows.first <= after < rows.last:
            return b""
        kept.append(after)
        return replace_attribute(found[0], "id", lambda _: str(rows.end(after)))

    element = re.compile(rb"<(?:[\w.-]+:)?brk\s[^>]*?/>").sub(moved, element)
    element = ATTRIBUTE.sub(lambda found: _count(found, len(kept)), element)
    return element if kept else b""


def _count(found: re.Match[bytes], count: int) -> bytes:
    if found[1] in (b"count", b"manualBreakCount"):
        return b" " + found[1] + b"=" + quoted(str(count))
    return found[0]
