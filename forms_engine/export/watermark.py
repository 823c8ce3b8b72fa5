"""Who took the file, when, under which number: in the print margin and the document's properties, not in cells."""

import re
from collections.abc import Callable

from forms_engine.export.after_rows import Elements
from forms_engine.export.markup import attributes, marked, plain, top_elements

LONGEST = 255  # characters of a header or footer in Excel
SECTION = re.compile(r"(?<!&)(?:&&)*&([LCR])")
# What may stand behind headerFooter in a worksheet (CT_Worksheet is a sequence).
BEHIND = re.compile(
    "rowBreaks|colBreaks|customProperties|cellWatches|ignoredErrors|smartTags|drawing|legacyDrawing|legacyDrawingHF|"
    "drawingHF|picture|oleObjects|controls|webPublishItems|tableParts|extLst"
)
ORDER = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
DESCRIPTION = re.compile(rb"<((?:[\w.-]+:)?description)(\s[^>]*?)?(?:/>|>([^<]*)</\1\s*>)")
CORE_END = re.compile(rb"</(?:[\w.-]+:)?coreProperties\s*>")
DUBLIN_CORE = b"http://purl.org/dc/elements/1.1/"


def mark_pages(elements: Elements, mark: str, prefix: bytes) -> Elements:
    """The elements behind the rows, with the mark in the page footer; what the footer says already stays."""
    place = next((at for at, (name, _) in enumerate(elements) if name == "headerFooter"), None)
    if place is not None:
        marked_footer = _with_mark(elements[place][1], mark, prefix)
        return [*elements[:place], ("headerFooter", marked_footer), *elements[place + 1 :]]
    place = next((at for at, (name, _) in enumerate(elements) if BEHIND.fullmatch(name)), len(elements))
    new = b"<%bheaderFooter/>" % prefix
    return [*elements[:place], ("headerFooter", _with_mark(new, mark, prefix)), *elements[place:]]


def mark_properties(core: bytes, mark: str) -> bytes:
    """docProps/core.xml with the mark at the end of its description."""
    if DESCRIPTION.search(core):
        return DESCRIPTION.sub(lambda found: _described(found, mark), core, count=1)
    new = b'<dc:description xmlns:dc="%b">%b</dc:description>' % (DUBLIN_CORE, marked(mark))
    return CORE_END.sub(lambda found: new + found[0], core, count=1)


def _described(found: re.Match[bytes], mark: str) -> bytes:
    before = plain(found[3] or b"")
    text = marked(f"{before} {mark}".strip())
    return b"<%b%b>%b</%b>" % (found[1], found[2] or b"", text, found[1])


def _with_mark(element: bytes, mark: str, prefix: bytes) -> bytes:
    tag = element[: element.find(b">") + 1].removesuffix(b">").removesuffix(b"/")
    inner = element[len(tag) :].partition(b">")[2].rpartition(b"</")[0]
    texts = {name: plain(part.partition(b">")[2].rpartition(b"</")[0]) for name, part in top_elements(inner) if name}
    for name in _footers(attributes(element)):
        texts[name] = add_to_footer(texts.get(name, ""), mark)
    parts = [
        b"<%b%b>%b</%b%b>" % (prefix, name.encode(), marked(texts[name]), prefix, name.encode())
        for name in ORDER
        if name in texts
    ]
    return tag + b">" + b"".join(parts) + b"</%bheaderFooter>" % prefix


def _footers(options: dict[str, str]) -> list[str]:
    """Footers that are in use: some workbooks have others on even pages and on the first."""
    on: Callable[[str], bool] = lambda name: options.get(name) in ("1", "true")  # noqa: E731
    return ["oddFooter", *["evenFooter"] * on("differentOddEven"), *["firstFooter"] * on("differentFirst")]


def add_to_footer(text: str, mark: str) -> str:
    """The mark in the first free part of a footer: left, right, else below what stands at the right."""
    mark = mark.replace("&", "&&")[: max(LONGEST - len(text) - 4, 0)].rstrip("&")
    used = {found[1] for found in SECTION.finditer(text)}
    if text and not SECTION.match(text):
        used.add("C")
        text = "&C" + text
    if "L" not in used:
        return f"&L{mark}{text}"
    if "R" not in used:
        return f"{text}&R{mark}"
    at = next(found.end() for found in SECTION.finditer(text) if found[1] == "R")
    return f"{text[:at]}{mark}\n{text[at:]}"
