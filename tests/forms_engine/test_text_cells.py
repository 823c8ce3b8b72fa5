"""Whatever a person typed leaves as text: no cell of any export is worked out by the spreadsheet that opens it."""

import csv
import io

from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.exporting import ACTIVE, write_table
from forms_engine.export.columns import CellKind
from tests.forms_engine.test_export_values import as_csv, exported

ATTACKS = ("=cmd|'/c calc'!A1", '=HYPERLINK("http://evil.example")', "-2+3")
BEGINNINGS = st.sampled_from([*ACTIVE, *ATTACKS, "", " ", "'"])
# What XML cannot hold is left out on the way (test_export_values); a lone surrogate is no text at all.
RESTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)
TEXTS = st.builds(str.__add__, BEGINNINGS, RESTS)
KINDS = st.sampled_from([CellKind.TEXT, CellKind.NUMBER, CellKind.DATE])


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8))
@example(["=1+1", "+86", "-1", "@cmd", "\t=1", "\r=1"])
def test_a_list_in_excel_holds_texts_only(texts):
    sheet = load_workbook(io.BytesIO(write_table("表", ["备注"], [[text] for text in texts]))).active
    cells = [sheet.cell(row, 1) for row in range(2, 2 + len(texts))]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8), KINDS)
def test_a_brought_workbook_holds_no_formula_of_a_worker(texts, kind):
    """In number and date columns too, where somebody may have typed something else."""
    assert "f" not in {cell.data_type for cell in exported(texts, kind)}


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=8), KINDS)
def test_a_csv_cell_begins_with_nothing_that_is_worked_out(texts, kind):
    rows = list(csv.reader(io.StringIO(as_csv(texts, kind).decode("utf-8-sig"), newline="")))[1:]
    for (_, cell), text in zip(rows, texts, strict=True):
        number = kind is CellKind.NUMBER and cell.removeprefix("-").replace(".", "", 1).isascii()
        assert not cell.startswith(ACTIVE) or (number and float(cell) <= 0)
        kept = text.replace("\r", "\n")  # a carriage return arrives as a line break
        assert cell in (kept, "'" + kept)
