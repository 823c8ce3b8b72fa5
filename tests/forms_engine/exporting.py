"""Exports made without a database: rows as COPY would deliver them, and a brought workbook with everything in it."""

import io
from datetime import date
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break

from forms_engine.export.brought_sheet import DataRows
from forms_engine.export.columns import CellKind, ExportColumn
from forms_engine.export.xlsx_file import XlsxFile

TEMPLATES = Path(__file__).resolve().parents[2] / "forms_engine" / "data" / "form_templates"
COPY_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\v": "\\v", "\f": "\\f"}
MARK = "区民政局 张敏 2026-11-22 14:32 导出 编号 7"
AWKWARD = DataRows("名册", 4, 8)
AWKWARD_COLUMNS = [
    ExportColumn("A", "序号", CellKind.RUNNING),
    ExportColumn("B", "姓名"),
    ExportColumn("D", "出生日期", CellKind.DATE),
    ExportColumn("E", "金额", CellKind.NUMBER),
    ExportColumn("F", "备注"),
]


def copy_text(rows):
    """rows: tuples of texts, None for NULL."""
    lines = ("\t".join("".join(COPY_ESCAPES.get(c, c) for c in cell or "") for cell in row) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def export_rows(workbook, data, columns, rows, mark=MARK):
    """Bytes of the exported workbook."""
    target = io.BytesIO()
    file = XlsxFile(target, workbook=workbook, data=data, columns=columns, rows=len(rows), mark=mark)
    if rows:
        file.add(copy_text(rows))
    file.close()
    return target.getvalue()


def opened(content, **options):
    return load_workbook(io.BytesIO(content), **options)


def look(cell):
    """Everything that can be seen of a cell but its place."""
    styles = (cell.font, cell.border, cell.fill, cell.alignment, cell.protection)
    return (cell.value, cell.number_format, *(repr(style) for style in styles))


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def awkward_workbook():
    """A roster with last year's people, each name over two columns, a total, rules, links, names, a second sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "名册"
    sheet["A1"], sheet["A2"] = "补贴名册", '="共 "&COUNTA(B4:B8)&" 人"'
    for column, header in zip("ABDEF", ["序号", "姓名", "出生日期", "金额", "备注"], strict=True):
        sheet[f"{column}3"] = header
    for row in range(4, 9):
        sheet[f"A{row}"], sheet[f"B{row}"], sheet[f"D{row}"] = row - 3, f"去年的人{row}", date(1940, 1, row)
        sheet[f"E{row}"] = 100
        sheet.merge_cells(f"B{row}:C{row}")
        _dress(sheet, row)
    sheet["A9"], sheet["E9"], sheet["F9"] = "合计", "=SUM(E4:E8)", "=E4+E8"
    sheet["A10"] = "制表人:        审核人:"
    for merged in ("A1:F1", "A10:F10", "B3:C3"):
        sheet.merge_cells(merged)
    _add_rules(sheet)
    _add_print_settings(sheet)
    other = book.create_sheet("汇总")
    other["A1"], other["B1"], other["C1"] = "总额", "=名册!E9*2", "=SUM(名册!$E$4:$E$8)"
    book.defined_names["金额列"] = DefinedName("金额列", attr_text="名册!$E$4:$E$8")
    return saved(book)


def _dress(sheet, row):
    side = Side(style="thin")
    for column in "ABCDEF":
        cell = sheet[f"{column}{row}"]
        cell.font, cell.border = Font(name="宋体", size=11), Border(left=side, right=side, top=side, bottom=side)
        cell.alignment = Alignment(wrap_text=True)
    sheet[f"D{row}"].number_format = "yyyy年m月d日"
    sheet[f"E{row}"].number_format = "#,##0.00"
    sheet.row_dimensions[row].height = 27


def _add_rules(sheet):
    red = PatternFill(bgColor="FFC7CE")
    sheet.conditional_formatting.add(
        "E4:E8", CellIsRule(operator="greaterThan", formula=["AVERAGE($E$4:$E$8)"], fill=red)
    )
    choice = DataValidation(type="list", formula1='"是,否"')
    choice.add("F4:F8")
    sheet.add_data_validation(choice)
    sheet["F4"].hyperlink = "https://example.org/old"
    sheet["A10"].hyperlink = "https://example.org/footer"
    sheet["B4"].comment = Comment("去年的批注", "甲")
    sheet["A10"].comment = Comment("盖章处", "甲")
    sheet.auto_filter.ref = "A3:F8"


def _add_print_settings(sheet):
    sheet.print_area = "A1:F10"
    sheet.print_title_rows = "1:3"
    sheet.page_setup.orientation = "landscape"
    sheet.oddFooter.center.text = "第 &P 页"
    sheet.row_breaks.append(Break(id=6))
    sheet.row_breaks.append(Break(id=9))
    sheet.column_dimensions["B"].width = 22
    sheet.freeze_panes = "A4"
