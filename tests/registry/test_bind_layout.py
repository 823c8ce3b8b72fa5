"""Where is what: awkward sheets, and sheets that are no roster."""

import pytest

from accounts.xlsx import UploadRefused
from registry.binding import SheetKind, bind_workbook, load_items
from tests import workbooks

ITEMS = load_items()
HEADER = ["序号", "姓名", "性别", "身份证号码", "联系电话"]
ROW = [1, "张某", "男", "110101199003070353", "13800000000"]


def bind(rows, merges=()):
    return bind_workbook(workbooks.workbook(rows, merges=merges), ITEMS)


def test_second_header_below_is_refused_with_both_rows():
    with pytest.raises(UploadRefused, match="第 1 行和第 5 行各有一个表头") as refused:
        bind([HEADER, ROW, ROW, [None], HEADER, ROW])
    assert refused.value.code == "two_headers"


def test_another_table_below_is_refused_with_both_rows():
    with pytest.raises(UploadRefused, match="第 1 行和第 4 行"):
        bind([HEADER, ROW, [None], ["房屋地址", "房东", "建筑面积", "层数"], ["某路 1 号", "李某", 80, 2]])


def test_same_table_beside_is_refused_with_its_column():
    with pytest.raises(UploadRefused, match="从第 F 列起"):
        bind([[*HEADER, *HEADER], [*ROW, *ROW]])


def test_sheet_without_a_header_is_refused():
    with pytest.raises(UploadRefused) as refused:
        bind([[1, 2, 3], [4, 5, 6]])
    assert refused.value.code == "no_header"


def test_filled_rows_are_no_headers():
    binding = bind([["花名册"], HEADER, ROW, ROW])
    assert (binding.header_rows, binding.first_data_row, binding.last_data_row) == ((2, 2), 3, 4)


def test_title_merged_over_two_rows_and_notes_above_the_header():
    rows = [
        ["高龄老人花名册"],
        [None],
        ["填表说明:1.如实填写;2.电话填手机。"],
        ["填报单位:", None, "日期:2026年11月"],
        HEADER,
    ]
    binding = bind(rows, ["A1:E2", "A3:E3"])
    assert (binding.title, binding.header_rows, binding.first_data_row) == ("高龄老人花名册", (5, 5), 6)


def test_line_of_column_numbers_and_a_total_on_top_are_passed_over():
    binding = bind([HEADER, ["甲", "乙", 1, 2, 3], ["合计", None, 2, None, None], [None]])
    assert (binding.header_rows, binding.first_data_row, binding.skipped_rows) == ((1, 1), 4, (2, 3))


def test_rows_numbered_beforehand_are_data():
    binding = bind([HEADER, [1], [2], [3]])
    assert (binding.first_data_row, binding.last_data_row, binding.footer_rows) == (2, 4, None)


def test_three_levels_merged_and_unmerged_give_the_same_paths():
    rows = [
        ["序号", "基本信息", None, None, None],
        [None, "本人", None, "监护人", None],
        [None, "姓名", "电话", "姓名", "电话"],
    ]
    merged = bind(rows, ["A1:A3", "B1:E1", "B2:C2", "D2:E2"])
    plain = bind(rows)
    assert merged.header_rows == plain.header_rows == (1, 3)
    assert [column.header for column in merged.columns] == [column.header for column in plain.columns]
    assert [column.item for column in merged.columns] == [
        "#", "person.name", "person.phone", "person.guardian_name", "person.guardian_phone",
    ]  # fmt: skip


def test_statistics_table_is_recognised_and_not_bound():
    binding = bind(
        [["城桥镇人口统计表"], ["村居", "总户数", "总人数", "其中老人数"], ["甲村", None, None, None], ["乙村"]]
    )
    assert binding.kind is SheetKind.STATISTICS
    assert all(column.item is None for column in binding.columns)
    assert "统计表" in binding.columns[0].why


def test_single_form_is_recognised():
    rows = [
        ["居民信息登记表"],
        ["姓名", None, "性别", None],
        ["身份证号码", None, "民族", None],
        ["现住址", None, "联系电话", None],
        ["工作单位", None, "文化程度", None],
    ]
    assert bind(rows).kind is SheetKind.SINGLE


def test_roster_is_found_behind_a_sheet_of_explanations():
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "填表说明"
    book.active.append(["本表由各村居填写,每月 5 日前上报。"])
    roster = book.create_sheet("名册")
    roster.append(HEADER)
    roster.append(ROW)
    binding = bind_workbook(workbooks.saved(book), ITEMS)
    assert (binding.sheet, binding.other_sheets) == ("名册", ("填表说明",))


def test_long_roster_is_bound_in_seconds():
    binding = bind([["花名册"], HEADER, *([ROW] * 5000)])
    assert binding.last_data_row == 5002
