"""All states of a row at once are the states of its cells, one by one."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from forms_engine.models import FormColumn
from forms_engine.selectors.grid import MARKS, Lens
from registry.models import DataItem

LETTERS = ("A", "B", "C", "D")


def make_lens(required: list[bool]) -> Lens:
    """A running number, an open item, a masked one, a new ask."""
    kinds = (FormColumn.Kind.NUMBER, FormColumn.Kind.ITEM, FormColumn.Kind.ITEM, FormColumn.Kind.NEW_ASK)
    columns = [
        FormColumn(letter=letter, kind=kind, required=must)
        for letter, kind, must in zip(LETTERS, kinds, required, strict=True)
    ]
    for column, level in zip(columns[1:3], (1, 4), strict=True):
        column.item = DataItem(code=f"person.{level}", level=level)
    return Lens(SimpleNamespace(clearance_for=lambda code: 2), columns, catalogue=None)


def some(values):
    """Of some cells, and of one that the form does not have."""
    return st.dictionaries(st.sampled_from([*LETTERS, "Z"]), values, max_size=5)


rows = st.fixed_dictionaries(
    {
        "values": some(st.just("1")),
        "flags": some(st.sampled_from(["confirm", "conflict"])),
        "edits": some(st.fixed_dictionaries({"n": st.just(1)}, optional={"ok": st.booleans()})),
        "comments": some(st.fixed_dictionaries({"text": st.just("")}, optional={"done": st.booleans()})),
    }
)


@given(row=rows, required=st.lists(st.booleans(), min_size=4, max_size=4))
def test_the_states_of_a_row_are_those_of_its_cells(row, required):
    lens = make_lens(required)
    assert lens.states(row) == "".join(MARKS[lens.state(column, row)] for column in lens.columns)
