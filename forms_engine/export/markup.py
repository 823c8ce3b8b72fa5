"""XML taken apart by pattern, so that what is not touched keeps every byte: prefixes, blanks, extensions."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from xml.sax.saxutils import escape

TAG = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|<(?P<close>/?)(?P<name>[\w:.-]+)(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*(?P<empty>/?)>",
    re.DOTALL,
)
ATTRIBUTE = re.compile(rb"""\s+([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def local(name: bytes) -> str:
    """Element name without its prefix."""
    return name.rpartition(b":")[2].decode()


def top_elements(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """(local name, text) of each outermost element in a run of siblings; what lies between comes under ""."""
    depth = start = end = 0
    for tag in TAG.finditer(xml):
        if tag["name"] is None:
            continue
        if depth == 0:
            if tag.start() > end:
                yield "", xml[end : tag.start()]
            start, name = tag.start(), tag["name"]
        depth += 0 if tag["empty"] else -1 if tag["close"] else 1
        if depth == 0:
            end = tag.end()
            yield local(name), xml[start:end]
    if end < len(xml):
        yield "", xml[end:]


def attributes(tag: bytes) -> dict[str, str]:
    """Attributes of the first tag in `tag`, unescaped; prefixes are kept."""
    first = tag[: tag.find(b">") + 1]
    return {name.decode(): plain(double or single) for name, double, single in ATTRIBUTE.findall(first)}


def replace_attribute(xml: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """Every attribute `name` in a piece of XML, changed."""
    pattern = re.compile(rb'(\s%s\s*=\s*)("[^"]*"|\'[^\']*\')' % name.encode())
    return pattern.sub(lambda found: found[1] + quoted(change(plain(found[2][1:-1]))), xml)


def replace_text(xml: bytes, names: str, change: Callable[[str], str]) -> bytes:
    """Text of every element whose local name is one of `names` (an alternation such as "f|sqref"), changed."""
    pattern = re.compile(rb"(<((?:[\w.-]+:)?(?:%s))(?:\s[^>]*)?>)([^<]+)(</\2\s*>)" % names.encode())
    return pattern.sub(lambda found: found[1] + marked(change(plain(found[3]))) + found[4], xml)


def plain(text: bytes) -> str:
    """Without escapes, those by number too: some programs write every Chinese character so."""
    return unescape(text.decode())


def marked(text: str) -> bytes:
    return escape(text).encode()


def quoted(text: str) -> bytes:
    """An attribute value with its quotes."""
    return b'"' + escape(text, {'"': "&quot;", "\n": "&#10;"}).encode() + b'"'
