"""The handbook (使用手册) inside the portal: docs/handbook, cut into sections, each knowing the screens it is about.

A section says so in a comment below its heading, by beginnings of names of views: `<!-- screens: registry: -->`.
"""

import re
from dataclasses import dataclass
from functools import cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.rights import ROLE_RIGHTS
from accounts.roles import Role
from portal.navigation import ENTRIES
from portal.places import ROOT

FOLDER = ROOT / "docs/handbook"
PAGES: dict[Role, str] = {
    Role.COMMUNITY_WORKER: "worker",
    Role.GRID_WORKER: "worker",
    Role.TOWN_ADMIN: "town",
    Role.DISTRICT_ADMIN: "district",
    Role.DEPARTMENT_STAFF: "department",
    Role.DATA_OFFICER: "data_officer",
    Role.DISCIPLINE: "discipline",
    Role.SYSTEM_ADMIN: "administrators",
    Role.SECURITY_ADMIN: "administrators",
    Role.AUDIT_ADMIN: "administrators",
}
EVERYONE = "everyone"
_SCREENS = re.compile(r"<!-- screens: ([\w:. ]+) -->\n?")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_CODE = re.compile(r"`([^`]+)`")
_ITEM = re.compile(r"(- |\d+\. )")


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    screens: tuple[str, ...]
    html: SafeString


@cache
def read_sections(page: str) -> tuple[Section, ...]:
    """Sections of a page of the handbook, in its order. Read once: it comes with the program."""
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    return tuple(_section(part) for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:])


def list_sections(role: Role) -> tuple[Section, ...]:
    """The page of the role, then what other roles have as well, as far as its menu leads there."""
    return (*read_sections(PAGES[role]), *(one for one in read_sections(EVERYONE) if _concerns(one, role)))


def find_section(role: Role, view_name: str) -> Section | None:
    """What the handbook says of a screen: the section that names it most exactly, of the page of the role first."""
    for page in (PAGES[role], EVERYONE):
        named = [(screen, section) for section in read_sections(page) for screen in section.screens]
        fitting = [(len(screen), section) for screen, section in named if view_name.startswith(screen)]
        if fitting:
            return max(fitting, key=lambda one: one[0])[1]
    return None


def _concerns(section: Section, role: Role) -> bool:
    """What no menu leads to, such as the own account, concerns everybody."""
    entries = [entry for entry in ENTRIES if entry.url_name.startswith(section.screens)]
    return not entries or any(entry.right in ROLE_RIGHTS[role] for entry in entries)


def render(text: str) -> SafeString:
    """Paragraphs, lists, smaller headings, bold and code, as the handbook is written; pictures and links stay out."""
    blocks = re.split(r"\n\s*\n", _IMAGE.sub("", text).strip())
    return mark_safe("".join(_block(block) for block in blocks if block.strip()))  # noqa: S308  # escaped piece by piece


def _section(part: str) -> Section:
    title, _, rest = part.partition("\n")
    found = _SCREENS.search(rest)
    screens = tuple(found[1].split()) if found else ()
    return Section(title.strip(), screens, render(_SCREENS.sub("", rest)))


def _block(block: str) -> str:
    lines = block.strip().splitlines()
    if lines[0].startswith("### "):
        rest = "\n".join(lines[1:])
        return f"<h3>{_inline(lines[0][4:])}</h3>" + (_block(rest) if rest.strip() else "")
    if _ITEM.match(lines[0]):
        kind = "ul" if lines[0].startswith("- ") else "ol"
        return f"<{kind}>" + "".join(f"<li>{_inline(item)}</li>" for item in _items(lines)) + f"</{kind}>"
    if lines[0].startswith("|"):
        return _table(lines)
    return f"<p>{_inline(' '.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    """The first line is the head, the second only draws it."""
    rows = [[_inline(cell.strip()) for cell in line.strip().strip("|").split("|")] for line in lines]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[2:])
    return (
        f'<div class="table-box"><table class="table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _items(lines: list[str]) -> list[str]:
    """Items of a list; a line that begins none goes on with the one before."""
    items: list[str] = []
    for line in lines:
        started = _ITEM.match(line)
        if started:
            items.append(line[started.end() :])
        else:
            items[-1] += line.strip()
    return items


def _inline(text: str) -> str:
    plain = escape(_LINK.sub(r"\1", text.replace("\\*", "∗")))
    return _CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<b>\1</b>", plain)).replace("∗", "*")
