"""A bulletin as a PDF file, made without a browser. Its text can be searched and copied.

The Chinese letters are those of Adobe's collection GB1 (STSong-Light, 宋体): the reader's computer shows its own for
them, so the file carries no font, stays small, and needs none on the server.
"""

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from portal.bulletin import Bulletin, Table

PDF = "application/pdf"
FONT = "STSong-Light"
MARGIN = 2 * cm
WIDTH = A4[0] - 2 * MARGIN
ROOM_FOR_HEADING = 4 * cm
"""A heading with less below it goes to the next page, together with its table."""
SHARE_OF_WORDS = 2
"""How much wider a column of words is than one of numbers."""

pdfmetrics.registerFont(UnicodeCIDFont(FONT))
_BODY = ParagraphStyle("body", fontName=FONT, fontSize=10.5, leading=17, wordWrap="CJK")
_TITLE = ParagraphStyle("title", _BODY, fontSize=18, leading=28, alignment=TA_CENTER)
_SUBTITLE = ParagraphStyle("subtitle", _BODY, alignment=TA_CENTER, spaceAfter=10)
_HEADING = ParagraphStyle("heading", _BODY, fontSize=13, leading=20, spaceBefore=12, spaceAfter=4)
_WORDS = ParagraphStyle("words", _BODY, fontSize=9, leading=12)
_NUMBER = ParagraphStyle("number", _WORDS, alignment=TA_RIGHT)
_NOTE = ParagraphStyle("note", _WORDS, leading=14)
_GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
)


def write_pdf(bulletin: Bulletin) -> bytes:
    """A4 upright, the headers of a table on each of its pages."""
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=bulletin.title,
        lang="zh-CN",
    )
    document.build(_story(bulletin), onFirstPage=_number_page, onLaterPages=_number_page)
    return file.getvalue()


def _story(bulletin: Bulletin) -> list[Flowable]:
    story: list[Flowable] = [_said(bulletin.title, _TITLE), _said(bulletin.subtitle, _SUBTITLE)]
    story += [_said(sentence, _BODY) for sentence in bulletin.sentences]
    for table in bulletin.tables:
        story += [CondPageBreak(ROOM_FOR_HEADING), _said(table.title, _HEADING), _grid(table)]
    story.append(Spacer(1, 8))
    return [*story, *(_said(note, _NOTE) for note in bulletin.notes)]


def _grid(table: Table) -> LongTable:
    rows = [_row(row, table.text_columns) for row in (table.headers, *table.rows)]
    shares = [SHARE_OF_WORDS if nth < table.text_columns else 1 for nth in range(len(table.headers))]
    widths = [WIDTH * share / sum(shares) for share in shares]
    return LongTable(rows, colWidths=widths, repeatRows=1, style=_GRID)


def _row(row: Sequence[str], text_columns: int) -> list[Paragraph]:
    return [_said(text, _WORDS if nth < text_columns else _NUMBER) for nth, text in enumerate(row)]


def _said(text: str, style: ParagraphStyle) -> Paragraph:
    """A paragraph reads markup; ours is text."""
    return Paragraph(escape(text), style)


def _number_page(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(A4[0] / 2, MARGIN / 2, f"第 {document.page} 页")
