"""The binder on templates of many departments: no column wrong, few left open."""

import pytest

from registry.binding import ROW_NUMBER, bind_workbook, load_items

from .templates_held_out import HELD_OUT
from .templates_of_people import PEOPLE
from .templates_of_things import THINGS

ITEMS = load_items()
CORPUS = [*PEOPLE, *THINGS, *HELD_OUT]
NAMES = [template.name for template in CORPUS]


@pytest.mark.parametrize("template", CORPUS, ids=NAMES)
def test_layout_and_headers_are_found(template):
    binding = bind_workbook(template.build(), ITEMS)
    assert binding.header_rows == template.header_rows
    assert binding.first_data_row == template.first_data_row
    assert binding.subject == template.subject
    assert {column.letter: column.header for column in binding.columns} == {
        letter: header for letter, (header, _) in template.expected.items()
    }


@pytest.mark.parametrize("full_width", [False, True], ids=["half", "full"])
@pytest.mark.parametrize("template", CORPUS, ids=NAMES)
def test_no_column_is_bound_wrongly(template, full_width):
    binding = bind_workbook(template.build(full_width=full_width), ITEMS)
    wrong = {
        column.header: column.item
        for column in binding.columns
        if column.item is not None and column.item != template.expected[column.letter][1]
    }
    assert not wrong


def test_nearly_all_columns_that_the_catalogue_has_are_bound():
    wanted = bound = 0
    for template in CORPUS:
        found = {column.letter: column.item for column in bind_workbook(template.build(), ITEMS).columns}
        items = {letter: item for letter, (_, item) in template.expected.items() if item and item != ROW_NUMBER}
        wanted += len(items)
        bound += sum(found[letter] == item for letter, item in items.items())
    assert wanted > 350
    assert bound / wanted >= 0.98, f"{bound} of {wanted}"


@pytest.mark.parametrize("template", CORPUS, ids=NAMES)
def test_footer_starts_where_the_author_wrote_it(template):
    binding = bind_workbook(template.build(), ITEMS)
    first = template.first_data_row + template.blank_rows
    expected = (first, first + len(template.below) - 1) if template.below else None
    assert binding.footer_rows == expected
    assert binding.last_data_row == first - 1


def test_hidden_columns_are_bound_and_said_to_be_hidden():
    template = next(template for template in CORPUS if template.name == "优待证申领")
    columns = {column.header: column for column in bind_workbook(template.build(), ITEMS).columns}
    assert columns["社保卡号"].hidden
    assert not columns["*姓名"].hidden
