"""The brought package: where its parts are, and which of them speak about the sheet that changes."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from defusedxml.ElementTree import fromstring

from forms_engine.export.markup import attributes

WORKBOOK, STYLES, STRINGS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
CORE, CALC_CHAIN, TYPES, ROOT_LINKS = "docProps/core.xml", "xl/calcChain.xml", "[Content_Types].xml", "_rels/.rels"
WORKBOOK_LINKS = "xl/_rels/workbook.xml.rels"
LINK_ID = re.compile(r"\{[^}]*relationships\}id$", re.IGNORECASE)
DATE_1904 = re.compile(rb"<(?:[\w.-]+:)?workbookPr\s[^>]*>")


@dataclass(frozen=True)
class Package:
    """parts: every file of the package by name, as brought. sheets: sheet name -> name of its part."""

    parts: zipfile.ZipFile

    @classmethod
    def of(cls, workbook: bytes) -> "Package":
        """workbook: a file that `accounts.xlsx.open_upload` let in."""
        return cls(zipfile.ZipFile(io.BytesIO(workbook)))

    @cached_property
    def sheets(self) -> dict[str, str]:
        targets = dict(_links(self.parts.read(WORKBOOK_LINKS), WORKBOOK))
        found = {}
        for element in fromstring(self.parts.read(WORKBOOK)).iter():
            if element.tag.rpartition("}")[2] == "sheet":
                link = next((value for key, value in element.items() if LINK_ID.search(key)), "")
                found[element.get("name", "")] = targets.get(link, "")
        return found

    @property
    def names(self) -> list[str]:
        return self.parts.namelist()

    def read(self, name: str) -> bytes:
        """A part; empty where the package has none of that name."""
        return self.parts.read(name) if name in self.parts.NameToInfo else b""

    def linked_from(self, part: str) -> frozenset[str]:
        """Parts that a sheet owns: its drawings, comments, tables."""
        folder, name = posixpath.split(part)
        links = self.read(f"{folder}/_rels/{name}.rels")
        return frozenset(target for _, target in _links(links, part)) if links else frozenset()

    @property
    def from_1904(self) -> bool:
        """Days are counted from 1904, as old Macs did."""
        found = DATE_1904.search(self.read(WORKBOOK))
        return found is not None and attributes(found[0]).get("date1904") in ("1", "true")


def _links(xml: bytes, part: str) -> Iterator[tuple[str, str]]:
    """(id, full part name) of the relationships of a part, external ones left out."""
    for link in fromstring(xml):
        target = link.get("Target", "")
        if link.get("TargetMode") != "External":
            full = target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(part), target)
            yield link.get("Id", ""), posixpath.normpath(full)
