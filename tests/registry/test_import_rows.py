"""Rows of a filled workbook, as an import reads them."""

from accounts.xlsx import open_upload, read_rows
from registry.binding import bind_workbook, load_items
from tests import workbooks

ITEMS = load_items()
HEADER = ["序号", "姓名", "身份证号码"]


def rows_of(data):
    return [(row.number, row.values) for row in read_rows(open_upload(data), bind_workbook(data, ITEMS))]


def test_rows_keep_the_numbers_that_excel_shows_and_blank_rows_are_left_out():
    data = workbooks.workbook([["花名册"], HEADER, [1, "张某", "A"], [None], [2, "李某", "B"]])
    assert rows_of(data) == [(3, (1.0, "张某", "A")), (5, (2.0, "李某", "B"))]


def test_sample_total_and_footer_rows_are_no_data():
    data = workbooks.workbook(
        [
            HEADER,
            ["例", "某某", "18位"],
            [1, "张某", "A"],
            ["小计", None, 1],
            [2, "李某", "B"],
            ["合计", None, 2],
            ["填表人: 审核人:"],
        ]
    )
    assert [number for number, _ in rows_of(data)] == [3, 5]


def test_household_merged_over_its_members_counts_for_each():
    data = workbooks.workbook(
        [["户号", "户主", "成员姓名"], ["001", "张某", "张某"], [None, None, "李某"], ["002", "王某", "王某"]],
        merges=["A2:A3", "B2:B3"],
    )
    assert [values for _, values in rows_of(data)] == [
        ("001", "张某", "张某"),
        ("001", "张某", "李某"),
        ("002", "王某", "王某"),
    ]


def test_last_row_of_data_is_not_taken_for_a_footer():
    data = workbooks.workbook([["所属网格", "姓名", "电话"], ["网格一", "张某", "138"], ["网格二", "李某", "139"]])
    assert [number for number, _ in rows_of(data)] == [2, 3]
