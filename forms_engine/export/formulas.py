"""References inside formulas, moved as Excel moves them when rows are inserted (ECMA-376 part 1, 18.17)."""

import re

from forms_engine.export.row_map import RowMap, split_range, stretch

SHEET = r"(?P<sheet>(?:\[\d+\])?(?:'(?:[^']|'')+'|[\w.]+)!)?"
CELL = r"\$?[A-Z]{1,3}\$?\d{1,7}"
TOKEN = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*")"""
    rf"""|(?<![\w.$'\]\[!]){SHEET}(?P<reference>{CELL}(?::{CELL})?|\$?\d{{1,7}}:\$?\d{{1,7}})(?![\w(.!\[])"""
)


class NotFollowed(ValueError):
    """The formula names single data rows or a part of them: no new formula says the same."""


def move_formula(formula: str, rows: RowMap, *, sheet: str, on_sheet: bool, strict: bool) -> str:
    """The formula after the data rows of `sheet` were replaced. formula: as Excel shows it, without the leading "=".

    on_sheet: references without a sheet name mean `sheet`. strict: for cells, where a range over some of the data rows
    must not become another number. Raises NotFollowed, only when strict.
    """

    def moved(token: re.Match[str]) -> str:
        if token["text"] or not _means(token["sheet"], sheet, on_sheet=on_sheet):
            return token[0]
        if strict:
            _refuse_parts(token["reference"], rows)
        return (token["sheet"] or "") + _moved(token["reference"], rows)

    return TOKEN.sub(moved, formula)


def _means(named: str | None, sheet: str, *, on_sheet: bool) -> bool:
    if not named:
        return on_sheet
    return named[:-1].strip("'").replace("''", "'") == sheet


def _refuse_parts(reference: str, rows: RowMap) -> None:
    found = split_range(reference)
    if found is None:
        return
    _, top, _, bottom = found
    touches = max(top, rows.first) <= min(bottom, rows.last)
    if touches and not (top <= rows.first and bottom >= rows.last):
        raise NotFollowed(reference)


def _moved(reference: str, rows: RowMap) -> str:
    if ":" in reference:
        return stretch(reference, rows)
    found = split_range(reference)
    if found is None or rows.holds(found[1]):
        return reference  # relative to the first data row in a rule, so it stays
    return f"{found[0]}{rows.moved(found[1])}"
