"""Values in exported cells: text stays text, whatever it begins with or holds."""

import io

import pytest

from forms_engine.export.columns import CellKind, ExportColumn
from forms_engine.export.csv_file import CsvFile
from forms_engine.export.watermark import add_to_footer
from tests.forms_engine.exporting import AWKWARD, AWKWARD_COLUMNS, awkward_workbook, copy_text, export_rows, opened

TEXTS = [
    "=1+1",
    "+86",
    "-5 元",
    "@SUM(A1)",
    "\t制表符",
    "两行\n第二行",
    "反斜杠\\n\\",
    "A&B <c> \"q\" 'p'",
    "_x0041_",
    "阿卜杜热合曼·买买提",
    "𠮷田",
    "&lt;",
]


def exported(texts, kind=CellKind.TEXT, render=None):
    """Cells of column F."""
    columns = [*AWKWARD_COLUMNS[:-1], ExportColumn("F", "备注", kind, render)]
    rows = [("张三", None, None, text) for text in texts]
    sheet = opened(export_rows(awkward_workbook(), AWKWARD, columns, rows))["名册"]
    return [sheet.cell(4 + position, 6) for position in range(len(texts))]


def as_csv(texts, kind=CellKind.TEXT, render=None):
    target = io.BytesIO()
    file = CsvFile(target, [ExportColumn("A", "序号", CellKind.RUNNING), ExportColumn("B", "备注", kind, render)])
    file.add(copy_text([(text,) for text in texts]))
    file.close()
    return target.getvalue()


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_arrives_as_the_same_text(text):
    (cell,) = exported([text])
    # openpyxl leaves Excel's _x005F_ escape as it stands in the file
    assert cell.value.replace("_x005F_", "_") == text
    assert cell.data_type != "f"


def test_characters_that_xml_forbids_are_left_out():
    assert exported(["甲\x01乙\x0b丙\x1f\uffff"])[0].value == "甲乙丙"


def test_an_empty_value_is_a_blank_cell():
    cells = exported([None, "", "有"])
    assert [cell.value for cell in cells] == [None, None, "有"]
    assert cells[0].border.left.style == "thin"


def test_a_number_column_keeps_a_remark_as_text():
    cells = exported(["12.50", "-3", "约三百", "110105194912310021"], CellKind.NUMBER)
    assert [cell.value for cell in cells] == [12.5, -3, "约三百", "110105194912310021"]


def test_a_month_under_a_day_format_stays_as_it_was_written():
    columns = AWKWARD_COLUMNS
    rows = [("张三", "2026-11", None, None), ("李四", "1899-05-01", None, None)]
    sheet = opened(export_rows(awkward_workbook(), AWKWARD, columns, rows))["名册"]
    assert [sheet["D4"].value, sheet["D5"].value] == ["2026-11", "1899-05-01"]


def test_a_rendered_value_gets_the_text_as_it_was_typed():
    seen = []

    def render(text):
        seen.append(text)
        return f"<{text}>"

    assert exported(["A&B\n丙"], render=render)[0].value == "<A&B\n丙>"
    assert seen == ["A&B\n丙"]


def test_csv_begins_with_a_byte_order_mark_and_disarms_formulas():
    lines = as_csv(["=1+1", "+86", "-5 元", "@SUM(A1)", "\t制表符", "平常", None]).decode().splitlines()
    assert lines[0] == "\ufeff序号,备注"
    assert lines[1:] == ["1,'=1+1", "2,'+86", "3,'-5 元", "4,'@SUM(A1)", "5,'\t制表符", "6,平常", "7,"]


def test_csv_keeps_negative_numbers_and_quotes_lines():
    assert as_csv(["-5"], CellKind.NUMBER).endswith(b"1,-5\r\n")
    assert as_csv(['两行\n"第二行"']).decode().endswith('1,"两行\n""第二行"""\r\n')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "&L甲&&乙"),
        ("&C第 &P 页", "&L甲&&乙&C第 &P 页"),
        ("第 &P 页", "&L甲&&乙&C第 &P 页"),
        ("&L左&C中", "&L左&C中&R甲&&乙"),
        ("&L左&R右", "&L左&R甲&&乙\n右"),
        ("&C电话&&Line", "&L甲&&乙&C电话&&Line"),
    ],
)
def test_the_mark_takes_a_free_part_of_the_footer(before, after):
    assert add_to_footer(before, "甲&乙") == after


def test_a_footer_never_grows_over_excels_limit():
    assert len(add_to_footer("&C" + "长" * 240, "甲" * 100)) <= 255
