"""A bulletin as a Word file (.docx). Everything is written as text: no field, no link, no macro."""

import io
from collections.abc import Sequence

from docx import Document
from docx.document import Document as OpenDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import _Cell

from portal.bulletin import Bulletin, Table

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "宋体"
A4 = (Cm(21), Cm(29.7))


def write_word(bulletin: Bulletin) -> bytes:
    document = Document()
    _set_up(document)
    document.add_heading(bulletin.title, level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(bulletin.subtitle).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for sentence in bulletin.sentences:
        document.add_paragraph(sentence)
    for table in bulletin.tables:
        _add_table(document, table)
    for note in bulletin.notes:
        document.add_paragraph(note)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: OpenDocument) -> None:
    """A4 upright; Chinese letters in a font that every office computer has."""
    page = document.sections[0]
    page.page_width, page.page_height = A4
    page.left_margin = page.right_margin = Cm(2)
    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name = FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    document.styles["Normal"].font.size = Pt(10.5)


def _add_table(document: OpenDocument, table: Table) -> None:
    document.add_heading(table.title, level=1)
    grid = document.add_table(rows=0, cols=len(table.headers), style="Table Grid")
    for nth, row in enumerate((table.headers, *table.rows)):
        _fill(grid.add_row().cells, row, table.text_columns, bold=nth == 0)


def _fill(cells: Sequence[_Cell], row: Sequence[str], text_columns: int, *, bold: bool) -> None:
    for nth, (cell, text) in enumerate(zip(cells, row, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.add_run(text).bold = bold
        if nth >= text_columns:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
