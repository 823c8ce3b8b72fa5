"""An exported workbook beside the one that was brought: the same outside the data rows, cell by cell."""

import subprocess
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.forms_engine.exporting import look

HEAD, FIRST, LAST, FOOT = 3, 4, 8, 9
"""Rows of 01_高龄津贴发放花名册: the header ends, data from and to, the footer."""
_WIDTH = 0.8
"""Characters: LibreOffice keeps widths in its own units."""


def check_layout(brought: Path, exported: Path, rows: int) -> None:
    """Title, header and footer with their look, merges, widths and heights; the borders of every data row."""
    before, after = _sheet(brought), _sheet(exported)
    shift = rows - (LAST - FIRST + 1)
    for row in (*range(1, FIRST), FOOT):
        for column in range(1, before.max_column + 1):
            there = after.cell(row + shift if row == FOOT else row, column)
            assert look(there) == look(before.cell(row, column)), there.coordinate
    for row in range(FIRST, FIRST + rows):
        for column in range(1, before.max_column + 1):
            assert look(after.cell(row, column))[1:] == look(before.cell(FIRST, column))[1:]
    _check_frame(before, after, shift, width=0)


def check_layout_after_libreoffice(brought: Path, exported: Path, folder: Path, rows: int) -> None:
    """The same of what LibreOffice makes of the file; fonts and colours it writes in a way of its own."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    for target in ("xlsx", "pdf"):
        command = ["soffice", "--headless", profile, "--convert-to", target, "--outdir", str(folder), str(exported)]
        subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert (folder / f"{exported.stem}.pdf").read_bytes().startswith(b"%PDF")
    before, ours, after = _sheet(brought), _sheet(exported), _sheet(folder / f"{exported.stem}.xlsx")
    for row in range(1, FIRST + rows + 1):
        for column in range(1, before.max_column + 1):
            mine, theirs = ours.cell(row, column), after.cell(row, column)
            assert theirs.value == mine.value, theirs.coordinate
            assert _borders(theirs) == _borders(mine), theirs.coordinate
            assert (theirs.font.b, theirs.font.sz) == (mine.font.b, mine.font.sz), theirs.coordinate
            assert theirs.alignment.horizontal == mine.alignment.horizontal, theirs.coordinate
    _check_frame(before, after, rows - (LAST - FIRST + 1), width=_WIDTH)


def _check_frame(before: Worksheet, after: Worksheet, shift: int, *, width: float) -> None:
    footer = {f"A{FOOT}:N{FOOT}": f"A{FOOT + shift}:N{FOOT + shift}"}
    expected = {footer.get(str(merge), str(merge)) for merge in before.merged_cells.ranges}
    assert {str(merge) for merge in after.merged_cells.ranges} == expected
    assert after.max_row == before.max_row + shift
    for column in before[HEAD]:
        letter = column.column_letter
        assert abs(_width(after, letter) - _width(before, letter)) <= width, letter


def _width(sheet: Worksheet, letter: str) -> float:
    """Excel writes neighbours of one width as one range, told at its first letter."""
    for dimension in sheet.column_dimensions.values():
        if dimension.min and dimension.min <= sheet[f"{letter}1"].column <= (dimension.max or dimension.min):
            return float(dimension.width)
    return float(sheet.column_dimensions[letter].width)


def _borders(cell) -> list[str | None]:
    return [getattr(cell.border, side).style for side in ("left", "right", "top", "bottom")]


def _sheet(path: Path) -> Worksheet:
    sheet = load_workbook(path).active
    assert isinstance(sheet, Worksheet)
    return sheet
