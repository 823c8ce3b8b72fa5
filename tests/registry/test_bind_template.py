"""The six templates of the departments, and the command that shows a binding."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from registry.binding import SheetBinding, bind_workbook, load_items
from tests import workbooks

TEMPLATES = Path(__file__).resolve().parents[2] / "forms_engine" / "data" / "form_templates"
EXPECTED = json.loads((TEMPLATES / "expected.json").read_text(encoding="utf-8"))
ITEMS = load_items()


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("bind_template", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", EXPECTED)
def test_template_of_a_department_binds_as_people_bound_it(name):
    shown = json.loads(command(str(TEMPLATES / name), "--json"))
    expected = EXPECTED[name]
    columns = [{key: column[key] for key in ("letter", "header", "item")} for column in shown["columns"]]
    assert shown["header_rows"] == expected["header_rows"]
    assert shown["first_data_row"] == expected["first_data_row"]
    assert columns == expected["columns"]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_column_says_why_and_how_sure(name):
    for column in bind_workbook((TEMPLATES / name).read_bytes(), ITEMS).columns:
        assert column.why.endswith("。")
        assert (column.confidence > 0.8) == (column.item is not None)


@pytest.mark.parametrize(
    ("name", "subject", "population"),
    [
        ("01_高龄津贴发放花名册.xlsx", "person", None),
        ("02_流动人口信息登记表.xlsx", "person", "resident"),
        ("04_出租房屋安全隐患排查表.xlsx", "dwelling", None),
        ("06_九小场所消防安全排查.xlsx", "organization", None),
    ],
)
def test_subject_and_population_are_recognised(name, subject, population):
    binding = bind_workbook((TEMPLATES / name).read_bytes(), ITEMS)
    assert (binding.subject, binding.population) == (subject, population)


def test_blank_rows_and_footer_are_told_to_the_exporter():
    binding = bind_workbook((TEMPLATES / "01_高龄津贴发放花名册.xlsx").read_bytes(), ITEMS)
    assert (binding.first_data_row, binding.last_data_row, binding.footer_rows) == (4, 8, (9, 9))
    assert binding.title == "××区80周岁以上老年人高龄津贴发放花名册"


@pytest.mark.parametrize("name", EXPECTED)
def test_binding_survives_being_stored_as_json(name):
    binding = bind_workbook((TEMPLATES / name).read_bytes(), ITEMS)
    assert SheetBinding.from_json(binding.to_json()) == binding
    assert SheetBinding.from_dict(binding.as_dict()) == binding


def test_command_without_json_prints_a_table_in_chinese():
    shown = command(str(TEMPLATES / "02_流动人口信息登记表.xlsx"))
    assert "表头:第 3-4 行  数据从第 5 行起" in shown
    assert "房东信息/姓名" in shown
    assert "房主姓名 (dwelling.owner_name)" in shown


def test_command_refuses_a_bad_file_in_words(tmp_path):
    path = tmp_path / "旧表.xlsx"
    path.write_bytes(workbooks.old_xls())
    with pytest.raises(CommandError, match=r"旧版 \.xls"):
        command(str(path))


def test_command_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match=r"没有\.xlsx"):
        command(str(tmp_path / "没有.xlsx"))
