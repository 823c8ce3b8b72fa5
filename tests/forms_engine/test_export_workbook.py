"""The exported workbook is the brought one: everything outside the data rows as it was, the data rows in its look."""

import io
import json
import re
import subprocess
import zipfile
from datetime import date

import pytest

from accounts.exporting import write_table
from forms_engine.export.brought_sheet import DataRows
from forms_engine.export.columns import CellKind, ExportColumn
from tests.forms_engine.exporting import (
    AWKWARD,
    AWKWARD_COLUMNS,
    MARK,
    TEMPLATES,
    awkward_workbook,
    export_rows,
    look,
    opened,
)

EXPECTED = json.loads((TEMPLATES / "expected.json").read_text(encoding="utf-8"))
ROSTERS = sorted(EXPECTED)[:2]
FOOTED = {"01_高龄津贴发放花名册.xlsx": 8, "02_流动人口信息登记表.xlsx": 9}
ROWS = 53
SHEET = "xl/worksheets/sheet1.xml"


def template(name):
    """Bytes, data rows and columns of one of the departments' files."""
    facts = EXPECTED[name]
    columns = [
        ExportColumn(column["letter"], column["header"], CellKind.RUNNING if column["item"] == "#" else CellKind.TEXT)
        for column in facts["columns"]
    ]
    data = DataRows("Sheet1", facts["first_data_row"], FOOTED[name])
    return (TEMPLATES / name).read_bytes(), data, columns


def filled(name, count=ROWS):
    brought, data, columns = template(name)
    read = [column for column in columns if column.is_read]
    rows = [tuple(f"{column.letter}{number}" for column in read) for number in range(1, count + 1)]
    return export_rows(brought, data, columns, rows)


def people(count):
    return [(f"李四{n}", f"19{n % 80 + 10}-02-03", str(n * 10), "低保") for n in range(1, count + 1)]


def repacked(workbook, changes):
    """The package with some parts changed, added, or left out where they are None."""
    old, target = zipfile.ZipFile(io.BytesIO(workbook)), io.BytesIO()
    parts = {name: old.read(name) for name in old.namelist()} | changes
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def with_awkward_parts(workbook):
    """Prefixed tags in the sheet, a calculation chain, no document properties."""
    old = zipfile.ZipFile(io.BytesIO(workbook))
    sheet = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", old.read(SHEET)).replace(b"xmlns=", b"xmlns:x=", 1)
    chain = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    types = re.sub(rb"<Override[^>]*core[^>]*/>", b"", old.read("[Content_Types].xml"))
    types = types.replace(
        b"</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{chain}"/></Types>'.encode()
    )
    link = b'<Relationship Id="rId99" Type="http://x/calcChain" Target="calcChain.xml"/></Relationships>'
    return repacked(
        workbook,
        {
            SHEET: sheet,
            "[Content_Types].xml": types,
            "xl/calcChain.xml": b"<calcChain/>",
            "xl/_rels/workbook.xml.rels": old.read("xl/_rels/workbook.xml.rels").replace(b"</Relationships>", link),
            "_rels/.rels": re.sub(rb"<Relationship [^>]*core-prop[^>]*/>", b"", old.read("_rels/.rels")),
            "docProps/core.xml": None,
        },
    )


@pytest.fixture(scope="module")
def awkward():
    return export_rows(awkward_workbook(), AWKWARD, AWKWARD_COLUMNS, people(ROWS))


@pytest.mark.parametrize("name", ROSTERS)
def test_everything_outside_the_data_rows_stays_as_it_was_brought(name):
    before, after = opened(template(name)[0]).active, opened(filled(name)).active
    _, data, _ = template(name)
    shift = ROWS - (data.last - data.first + 1)
    for row in [*range(1, data.first), *range(data.last + 1, before.max_row + 1)]:
        new = row if row < data.first else row + shift
        for column in range(1, before.max_column + 1):
            assert look(after.cell(new, column)) == look(before.cell(row, column)), (row, column)
    assert after.max_row == before.max_row + shift


@pytest.mark.parametrize("name", ROSTERS)
def test_data_rows_look_like_the_first_one_that_was_brought(name):
    before, after = opened(template(name)[0]).active, opened(filled(name)).active
    _, data, columns = template(name)
    for row in (data.first, data.first + ROWS - 1):
        for column in columns:
            cell, model = after[f"{column.letter}{row}"], before[f"{column.letter}{data.first}"]
            assert look(cell)[1:] == look(model)[1:]
            assert cell.value == (
                row - data.first + 1 if column.letter == "A" else f"{column.letter}{row - data.first + 1}"
            )


@pytest.mark.parametrize("name", ROSTERS)
def test_widths_merges_and_print_settings_stay(name):
    before, after = opened(template(name)[0]).active, opened(filled(name)).active
    assert {k: v.width for k, v in after.column_dimensions.items()} == {
        k: v.width for k, v in before.column_dimensions.items()
    }
    footers = {"A9:N9": f"A{9 + ROWS - 5}:N{9 + ROWS - 5}"}
    assert {str(merge) for merge in after.merged_cells.ranges} == {
        footers.get(str(merge), str(merge)) for merge in before.merged_cells.ranges
    }
    assert after.page_margins.left == before.page_margins.left
    assert after.dimensions.endswith(
        str(before.max_row + ROWS - (template(name)[1].last - template(name)[1].first + 1))
    )


def test_every_part_that_is_not_touched_keeps_its_bytes():
    brought, made = (
        zipfile.ZipFile(io.BytesIO(template(ROSTERS[0])[0])),
        zipfile.ZipFile(io.BytesIO(filled(ROSTERS[0]))),
    )
    changed = {name for name in brought.namelist() if made.read(name) != brought.read(name)}
    assert changed == {"xl/worksheets/sheet1.xml", "docProps/core.xml"}
    assert set(made.namelist()) == set(brought.namelist())


def test_totals_below_the_rows_are_extended_and_a_sum_of_single_rows_is_left_blank(awkward):
    sheet = opened(awkward)["名册"]
    last = 4 + ROWS - 1
    assert sheet[f"E{last + 1}"].value == f"=SUM(E4:E{last})"
    assert sheet[f"F{last + 1}"].value is None
    assert sheet["A2"].value == f'="共 "&COUNTA(B4:B{last})&" 人"'


def test_other_sheets_and_names_follow(awkward):
    book = opened(awkward)
    last = 4 + ROWS - 1
    assert book["汇总"]["B1"].value == f"=名册!E{last + 1}*2"
    assert book["汇总"]["C1"].value == f"=SUM(名册!$E$4:$E${last})"
    assert book.defined_names["金额列"].attr_text == f"名册!$E$4:$E${last}"


def test_rules_filters_and_print_areas_cover_every_row(awkward):
    sheet = opened(awkward)["名册"]
    last = 4 + ROWS - 1
    rule = next(iter(sheet.conditional_formatting))
    assert str(rule.sqref) == f"E4:E{last}"
    assert rule.rules[0].formula == [f"AVERAGE($E$4:$E${last})"]
    assert str(sheet.data_validations.dataValidation[0].sqref) == f"F4:F{last}"
    assert sheet.auto_filter.ref == f"A3:F{last}"
    assert sheet.print_area == f"'名册'!$A$1:$F${last + 2}"
    assert sheet.print_title_rows == "$1:$3"
    assert [found.id for found in sheet.row_breaks.brk] == [last + 1]


def test_cells_merged_in_the_first_data_row_are_merged_in_every_row(awkward):
    merges = {str(merge) for merge in opened(awkward)["名册"].merged_cells.ranges}
    assert {f"B{row}:C{row}" for row in range(4, 4 + ROWS)} <= merges
    assert {"A1:F1", "B3:C3", f"A{4 + ROWS + 1}:F{4 + ROWS + 1}"} <= merges
    assert len(merges) == ROWS + 3


def test_numbers_are_numbers_and_days_take_the_look_of_the_sheet(awkward):
    sheet = opened(awkward)["名册"]
    assert sheet["E4"].value == 10
    assert sheet["E4"].number_format == "#,##0.00"
    assert sheet["D4"].value.date() == date(1911, 2, 3)
    assert sheet.row_dimensions[30].height == 27


def test_nobody_of_last_year_travels_along_unseen(awkward):
    parts = zipfile.ZipFile(io.BytesIO(awkward))
    everything = b"".join(parts.read(name) for name in parts.namelist()).decode("utf-8", "replace")
    assert "去年的" not in everything
    assert "盖章处" in everything


def test_links_of_the_footer_follow_and_those_of_old_rows_are_gone(awkward):
    sheet = opened(awkward)["名册"]
    links = [cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links == ["https://example.org/footer"]
    assert sheet[f"A{4 + ROWS + 1}"].comment.text == "盖章处"


def test_the_mark_is_in_the_margin_and_the_properties_and_in_no_cell(awkward):
    book = opened(awkward)
    sheet = book["名册"]
    assert sheet.oddFooter.left.text == MARK
    assert sheet.oddFooter.center.text == "第 &P 页"
    assert MARK in book.properties.description
    assert not any(MARK in str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_fewer_people_than_blank_rows_leave_no_row_over():
    sheet = opened(export_rows(awkward_workbook(), AWKWARD, AWKWARD_COLUMNS, people(2)))["名册"]
    assert sheet["A6"].value == "合计"
    assert sheet["E6"].value == "=SUM(E4:E5)"


def test_an_empty_roster_keeps_one_blank_row():
    sheet = opened(export_rows(awkward_workbook(), AWKWARD, AWKWARD_COLUMNS, []))["名册"]
    assert [cell.value for cell in sheet[4]] == [None] * 6
    assert sheet["A5"].value == "合计"
    assert sheet["B4"].border.left.style == "thin"


def test_a_workbook_with_prefixed_tags_and_a_calculation_chain_is_spliced_too():
    brought, data, columns = template(ROSTERS[0])
    made = export_rows(with_awkward_parts(brought), data, columns, [("张三", *[""] * 11, "备注")])
    parts = zipfile.ZipFile(io.BytesIO(made))
    assert "xl/calcChain.xml" not in parts.namelist()
    assert b"calcChain" not in parts.read("[Content_Types].xml") + parts.read("xl/_rels/workbook.xml.rels")
    assert MARK in parts.read("docProps/core.xml").decode()
    sheet = opened(made).active
    assert [sheet["A4"].value, sheet["B4"].value, sheet["N4"].value] == [1, "张三", "备注"]
    assert sheet["A5"].value.startswith("填表人")


def test_copies_of_a_shared_formula_whose_first_cell_is_gone_are_left_blank():
    brought, data, columns = template(ROSTERS[0])
    first, copy = b'<f t="shared" ref="B4:B9" si="0">1+1</f>', b'<c r="B9" s="1"><f t="shared" si="0"/><v>2</v></c>'
    xml = zipfile.ZipFile(io.BytesIO(brought)).read(SHEET)
    xml = xml.replace(b'<c r="B4" s="3" t="n" />', b'<c r="B4" s="3">%b<v>2</v></c>' % first)
    xml = xml.replace(b"</c></row></sheetData>", b"</c>%b</row></sheetData>" % copy)
    made = export_rows(repacked(brought, {SHEET: xml}), data, columns, [("张三", *[""] * 12)])
    assert b'<c r="B5" s="1"/>' in zipfile.ZipFile(io.BytesIO(made)).read(SHEET)


def test_libreoffice_opens_the_exports_and_adds_up(awkward, tmp_path):
    files = {f"{name}": filled(name) for name in ROSTERS} | {"补贴.xlsx": awkward}
    texts = ["=1+1", "+86", "-5 元", "@SUM(A1)", '=HYPERLINK("http://evil.example")']
    files |= {"文本.xlsx": write_table("表", ["备注"], [[text] for text in texts])}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    convert = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "xlsx"]
    done = subprocess.run(
        [*convert, "--outdir", str(tmp_path / "out"), *[str(tmp_path / name) for name in files]],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "rror" not in done.stderr
    again = {name: opened((tmp_path / "out" / name).read_bytes(), data_only=True) for name in files}
    assert again["补贴.xlsx"]["名册"][f"E{4 + ROWS}"].value == sum(n * 10 for n in range(1, ROWS + 1))
    assert again["补贴.xlsx"]["名册"]["A2"].value == f"共 {ROWS} 人"
    assert [row[0].value for row in again["文本.xlsx"].active.iter_rows(min_row=2)] == texts
    for name in ROSTERS:
        before, after = opened(files[name]).active, again[name].active
        assert [[cell.value for cell in row] for row in after.iter_rows()] == [
            [cell.value for cell in row] for row in before.iter_rows()
        ]
