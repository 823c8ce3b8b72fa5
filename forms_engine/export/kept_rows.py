"""Rows above and below the data: moved, with their formulas following."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms_engine.export.formulas import NotFollowed
from forms_engine.export.markup import marked, plain
from forms_engine.export.row_map import RowMap, stretch

CELL = re.compile(rb"<((?:[\w.-]+:)?c)(\s[^>]*?)(?:/>|>(.*?)</\1\s*>)", re.DOTALL)
FORMULA = re.compile(rb"<((?:[\w.-]+:)?f)(\s[^>]*?)?(?:/>|>([^<]*)</\1\s*>)")
STORED = re.compile(rb"<((?:[\w.-]+:)?v)(?:\s[^>]*)?(?:/>|>[^<]*</\1\s*>)")
ROW_NUMBER = re.compile(rb'(<(?:[\w.-]+:)?row\s[^>]*?\br=["\'])\d+')
CELL_NUMBER = re.compile(rb'(\sr=["\'][A-Z]{1,3})\d+')
TYPE = re.compile(rb'\st=["\']\w+["\']')
RANGE = re.compile(rb'(\sref=["\'])([^"\']*)')

SHARED = re.compile(rb'\ssi=["\'](\d+)')

Follow = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class CellFormulas:
    """How formulas in cells follow. follow: old text -> new text, raises NotFollowed.

    rows: where the sheet's own rows go, None for another sheet. shared: groups of shared formulas whose first cell is
    kept, None for all: the others lost what they were copies of.
    """

    follow: Follow
    rows: RowMap | None = None
    shared: frozenset[bytes] | None = None

    def followed(self, xml: bytes) -> bytes:
        """A piece of a sheet with its formulas followed. Stored results are left out, to be worked out anew when the
        file is opened; a formula that cannot follow leaves a blank cell: better than a wrong total."""
        return CELL.sub(self._cell, xml) if b"f>" in xml or b"f " in xml else xml

    def _cell(self, cell: re.Match[bytes]) -> bytes:
        formula = FORMULA.search(cell[3] or b"")
        if formula is None:
            return cell[0]
        try:
            new = self._formula(formula)
        except NotFollowed:
            return b"<%b%b/>" % (cell[1], TYPE.sub(b"", cell[2]))
        rest = STORED.sub(b"", cell[3][: formula.start()] + cell[3][formula.end() :])
        return b"<%b%b>%b%b</%b>" % (cell[1], cell[2], new, rest, cell[1])

    def _formula(self, formula: re.Match[bytes]) -> bytes:
        name, options, text = formula[1], formula[2] or b"", formula[3] or b""
        group = SHARED.search(options)
        if not text and group and self.shared is not None and group[1] not in self.shared:
            raise NotFollowed(group[1].decode())
        if (rows := self.rows) is not None:
            options = RANGE.sub(lambda found: found[1] + stretch(found[2].decode(), rows).encode(), options)
        return b"<%b%b>%b</%b>" % (name, options, marked(self.follow(plain(text))), name)


def shared_groups(rows: Iterable[bytes]) -> frozenset[bytes]:
    """Groups of shared formulas whose first cell, the one with the text, is among the rows."""
    formulas = (formula for row in rows for formula in FORMULA.finditer(row) if formula[3])
    return frozenset(group[1] for formula in formulas if (group := SHARED.search(formula[2] or b"")))


def move_rows(rows: Mapping[int, bytes], to: RowMap, formulas: CellFormulas) -> Iterator[bytes]:
    """The rows at their new places."""
    for number, row in rows.items():
        yield _renumbered(formulas.followed(row), to.moved(number))


def _renumbered(row: bytes, number: int) -> bytes:
    place = b"%d" % number
    row = ROW_NUMBER.sub(lambda found: found[1] + place, row, count=1)
    return CELL.sub(lambda cell: CELL_NUMBER.sub(lambda at: at[1] + place, cell[0], count=1), row)
