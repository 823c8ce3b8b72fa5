"""Opening uploaded workbooks: the good ones open, every bad one is refused in words and in time."""

import io
import random
import time
import zipfile

import pytest

from accounts.errors import DomainError
from accounts.xlsx import UploadRefused, column_letter, column_number, open_upload, read_rows
from registry.binding import bind_workbook, load_items
from tests import workbooks

BAD_FILES = [
    (workbooks.old_xls, "old_excel", ".xls"),
    (workbooks.password_protected, "password", "密码"),
    (workbooks.zip_bomb, "bomb", "解压"),
    (workbooks.lying_zip_bomb, "bomb", "解压"),
    (workbooks.many_entries, "bomb", "解压"),
    (workbooks.entity_bomb, "dtd", "DTD"),
    (workbooks.macros, "macros", ".xlsm"),
    (workbooks.gbk_names, "gbk_names", "图片一二.png"),
    (workbooks.zip_of_workbooks, "not_excel", "城桥名册.xlsx"),
    (workbooks.sixteen_thousand_columns, "too_wide", "16,384"),
    (workbooks.far_corner, "too_long", "200,000"),
    (workbooks.unaddressed_cells, "damaged", "另存为"),
    (workbooks.broken_xml, "damaged", "损坏"),
    (workbooks.truncated, "damaged", "损坏"),
]


@pytest.mark.parametrize(("build", "code", "words"), BAD_FILES, ids=[build.__name__ for build, _, _ in BAD_FILES])
def test_bad_file_is_refused_in_words_within_two_seconds(build, code, words):
    data = build()
    started = time.perf_counter()
    with pytest.raises(UploadRefused) as refused:
        open_upload(data, "名册.xlsx")
    assert time.perf_counter() - started < 2
    assert refused.value.code == code
    assert words in refused.value.message
    assert refused.value.message.endswith("。")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "0 字节"),
        ("姓名,电话\n张某,138".encode("gbk"), "CSV"),
        (b"<html><table>", "网页"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\1\2\3" * 100, "不是 .xlsx"),
        (b"PK\x03\x04 and no more", "损坏"),
    ],
)
def test_file_of_another_kind_is_called_by_its_name(data, words):
    with pytest.raises(UploadRefused, match=words):
        open_upload(data, "名册.xlsx")


def test_file_over_twenty_megabytes_is_refused_before_it_is_looked_at():
    with pytest.raises(UploadRefused, match="超过 20 MB"):
        open_upload(b"PK\x03\x04" + b"x" * (21 * 2**20), "名册.xlsx")


def test_workbook_without_content_is_refused():
    with pytest.raises(UploadRefused) as refused:
        open_upload(workbooks.workbook([]), "空表.xlsx")
    assert refused.value.code == "empty"


def test_every_refusal_is_a_domain_error():
    assert issubclass(UploadRefused, DomainError)


def test_good_workbook_gives_values_and_merges():
    data = workbooks.workbook([["花名册"], ["姓名", "年龄"], ["张某", 80]], merges=["A1:B1"])
    sheet = open_upload(data).sheets[0]
    assert [list(row) for row in sheet.rows] == [["花名册", ""], ["姓名", "年龄"], ["张某", 80.0]]
    assert [(merge.top, merge.left, merge.bottom, merge.right) for merge in sheet.merges] == [(1, 1, 1, 2)]


def test_sheet_styled_to_its_last_row_and_column_is_not_refused():
    sheet = open_upload(workbooks.blank_styled_to_the_end()).sheets[0]
    assert [list(row) for row in sheet.rows] == [["姓名", "性别"]]


def test_formula_without_a_value_is_refused_with_its_address():
    data = workbooks.formula_without_value()
    binding = bind_workbook(data, load_items())
    with pytest.raises(UploadRefused, match="C2 单元格是公式") as refused:
        list(read_rows(open_upload(data), binding))
    assert refused.value.code == "formula"


def test_formula_with_a_value_counts_as_its_value():
    data = workbooks.formula_with_value()
    rows = list(read_rows(open_upload(data), bind_workbook(data, load_items())))
    assert rows[0].values == ("张某", "男", 36.0)


@pytest.mark.parametrize(("letter", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("ZZ", 702), ("XFD", 16384)])
def test_column_letters_go_beyond_z(letter, number):
    assert column_number(letter) == number
    assert column_letter(number) == letter


@pytest.mark.fuzz
def test_damaged_parts_are_read_or_refused_in_words():
    chance, data = random.Random(20261122), workbooks.small()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(500):
        name = chance.choice(list(parts))
        start = chance.randrange(len(parts[name]))
        cut = parts[name][:start] + parts[name][start + chance.randint(1, 30) :]
        try:
            bind_workbook(workbooks.with_parts(data, {name: cut}), load_items())
        except UploadRefused as refusal:
            assert refusal.message.endswith("。")  # noqa: PT017  most of them are read, and that is right too
