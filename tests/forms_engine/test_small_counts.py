"""From what a table of totals shows no small number of people can be computed."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.suppression import TOTAL, Tree, withhold
from forms_engine.layers import Layers
from forms_engine.totals import WITHHELD, AreaTotals

SMALL, ROOT = 5, 1
COLUMNS = ("男", "女", "未填", TOTAL)
COUNTS = st.one_of(st.integers(0, 7), st.integers(0, 40))
VILLAGE = st.fixed_dictionaries({"男": COUNTS, "女": COUNTS, "未填": st.integers(0, 3)})
TOWNS = st.lists(st.lists(VILLAGE, min_size=1, max_size=5), min_size=1, max_size=4)


def tree_of(towns):
    """The tree of a district with towns and villages."""
    counts, parents = {ROOT: Counter()}, {}
    for nth, villages in enumerate(towns, 1):
        town = 10 * nth
        parents[town], counts[town] = ROOT, Counter()
        for number, values in enumerate(villages, 1):
            code = 100 * town + number
            parents[code] = town
            counts[code] = Counter({**values, TOTAL: sum(values.values())})
            counts[town].update(counts[code])
        counts[ROOT].update(counts[town])
    return Tree(ROOT, parents, counts)


def known_by_sums(equations, unknowns):
    """Unknowns that linear equations fix: alone in a row of the reduced echelon form. Gauss-Jordan over fractions.

    equations: {unknown: coefficient} of the homogeneous system.
    """
    reduced = {}
    for equation in equations:
        row = dict(equation)
        for pivot in [one for one in reduced if one in row]:
            row = minus(row, reduced[pivot], row[pivot])
        if not row:
            continue
        pivot, factor = next(iter(row.items()))
        row = {key: value / factor for key, value in row.items()}
        reduced = {one: minus(other, row, other.get(pivot, 0)) for one, other in reduced.items()}
        reduced[pivot] = row
    return {pivot for pivot, row in reduced.items() if len(row) == 1} & set(unknowns)


def minus(row, other, factor):
    """row - factor * other, without zeros."""
    keys = dict.fromkeys([*row, *other])
    return {key: value for key in keys if (value := row.get(key, 0) - factor * other.get(key, 0))}


def equations_of(tree, hidden):
    """What a reader knows of the hidden cells. hidden: set of (area, column)."""
    for area, children in tree.children.items():
        for column in COLUMNS:
            cells = {(code, column): Fraction(1) for code in children if (code, column) in hidden}
            yield cells | ({(area, column): Fraction(-1)} if (area, column) in hidden else {})
    for area in tree.counts:
        cells = {(area, column): Fraction(1) for column in COLUMNS[:-1] if (area, column) in hidden}
        yield cells | ({(area, TOTAL): Fraction(-1)} if (area, TOTAL) in hidden else {})


def hidden_cells(tree, no_subjects, no_values):
    """Cells that a page withholds, without those that must be empty: nobody is left for them in the line above."""
    hidden = {
        (code, column)
        for code, counts in tree.counts.items()
        for column in COLUMNS
        if code in (no_subjects if column == TOTAL else no_values)
    }
    empty = {
        (code, column)
        for area, children in tree.children.items()
        for column in COLUMNS
        if (area, column) not in hidden and not sum(tree.counts[code][column] for code in children if code in no_values)
        for code in children
    }
    return hidden - empty


@settings(max_examples=400, deadline=None)
@given(TOWNS)
@example([[{"男": 3, "女": 9, "未填": 0}, {"男": 9, "女": 9, "未填": 0}, {"男": 30, "女": 30, "未填": 0}]])
@example([[{"男": 3, "女": 0, "未填": 0}], [{"男": 30, "女": 30, "未填": 0}]])
def test_no_withheld_small_count_follows_from_what_is_shown(towns):
    tree = tree_of(towns)
    no_subjects = withhold(tree, small=SMALL, columns=(TOTAL,))
    no_values = withhold(tree, small=SMALL, before=no_subjects)
    hidden = hidden_cells(tree, no_subjects, no_values)
    known = known_by_sums(list(equations_of(tree, hidden)), hidden)
    assert not {cell for cell in known if 0 < tree.counts[cell[0]][cell[1]] < SMALL}


@settings(max_examples=300, deadline=None)
@given(TOWNS)
def test_no_small_count_is_shown_and_each_total_hides_two_lines_of_enough_people_together(towns):
    tree = tree_of(towns)
    out = withhold(tree, small=SMALL)
    for code, counts in tree.counts.items():
        if code not in out:
            assert not [count for count in counts.values() if 0 < count < SMALL]
    for area, children in tree.children.items():
        hidden = [code for code in children if code in out]
        if hidden and area not in out:
            assert len(hidden) >= 2
            together = sum((tree.counts[code] for code in hidden), Counter())
            assert min(together.values()) >= SMALL


@settings(max_examples=200, deadline=None)
@given(TOWNS)
def test_where_nothing_is_small_nothing_is_withheld(towns):
    tree = tree_of([[{name: count + SMALL for name, count in one.items()} for one in villages] for villages in towns])
    assert withhold(tree, small=SMALL) == set()


@settings(max_examples=200, deadline=None)
@given(TOWNS, TOWNS)
def test_the_page_with_and_without_the_unreviewed_together_tell_no_more(reviewed, waiting):
    """The difference of the two pages is the layer of those that wait: it is protected like the other."""
    layers = Layers(ROOT, ["男", "女", "未填"])
    fill(layers.reviewed, reviewed, 1)
    fill(layers.waiting, waiting, 6)
    columns = layers.settle(small=SMALL)
    for layer in (layers.reviewed, layers.waiting):
        for code, area in layer.areas.items():
            row = layers.as_row(AreaTotals(code, "", sums=[Decimal(0)]), columns, unreviewed=True)
            if code in layer.no_values:
                assert set(row.values) <= {WITHHELD}
            else:
                assert not [count for count in area.values.values() if 0 < count < SMALL]
            assert code not in layer.no_subjects or {row.subjects, *row.sums} == {WITHHELD}


def fill(layer, towns, first):
    """first: number of the first village of a town, so that no village is in two layers."""
    for nth, villages in enumerate(towns, 1):
        for number, values in enumerate(villages, first):
            found = Counter(values)
            if found.total():
                layer.add([ROOT, 10 * nth, 1000 * nth + number], found, [Decimal(found.total())])
