"""A column in 万元 is never filled with amounts that are kept in 元."""

import pytest

from accounts.scope import acting_as
from forms_engine.models import FormColumn
from forms_engine.services.design import ColumnEdit, OtherUnit, save_columns
from registry.binding import bind_workbook, learning_key, load_items
from tests.doors import sign_in
from tests.forms_engine.bringing import brought
from tests.workbooks import workbook

INCOME = "person.annual_income"
HEADERS = ["姓名", "身份证号码"]
LINE_ABOVE = [["收入名册"], ["单位:万元"], [*HEADERS, "年收入"]]


@pytest.fixture
def staff(client, cast, items):
    return sign_in(client, cast.department)


@pytest.mark.parametrize("rows", [[["收入名册"], [*HEADERS, "年收入(万元)"]], LINE_ABOVE], ids=["header", "line"])
def test_a_column_in_another_unit_is_a_new_ask_that_says_why(staff, rows):
    column = brought(staff, workbook(rows)).columns.get(letter="C")
    assert (column.kind, column.item, column.type) == ("new_ask", None, "decimal")
    assert "万元" in column.why


def test_the_same_column_in_yuan_is_bound(staff):
    assert brought(staff, workbook([["收入名册"], [*HEADERS, "年收入(元)"]])).columns.get(letter="C").item_id == INCOME


@pytest.mark.parametrize("rows", [[["收入名册"], [*HEADERS, "年收入(万元)"]], LINE_ABOVE], ids=["header", "line"])
def test_the_department_cannot_bind_it_by_hand(staff, cast, rows):
    version = brought(staff, workbook(rows))
    edit = ColumnEdit("C", FormColumn.Kind.ITEM, INCOME)
    with acting_as(cast.department), pytest.raises(OtherUnit) as refused:
        save_columns(actor=cast.department, version=version, edits=[edit])
    assert refused.value.field == "C"
    assert version.columns.get(letter="C").item is None


def test_what_people_confirmed_for_a_header_still_minds_the_unit():
    learned = {learning_key("person", "年收入"): INCOME}
    bound = bind_workbook(workbook(LINE_ABOVE), load_items(), learned)
    assert (bound.columns[2].item, bound.columns[2].scale) == (INCOME, "0.0001")
