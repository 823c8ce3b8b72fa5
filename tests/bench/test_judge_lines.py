"""A line of `make bench` passes or not by its ratio, in the direction it names."""

import json

import pytest

from bench.frame import at_most, faster, passes, show, write


@pytest.mark.parametrize(("ours", "passed"), [(1.4, True), (1.5, True), (1.6, False)])
def test_a_line_held_against_a_limit_may_take_so_many_times_of_it(ours, passed):
    line = at_most("预填", ours, 1.0, 1.5)
    assert line["ratio"] == ours
    assert passes(line) is passed


@pytest.mark.parametrize(("other", "passed"), [(14.0, False), (15.0, True), (30.0, True)])
def test_a_line_that_promises_to_be_faster_has_to_reach_its_bar(other, passed):
    line = faster("导出", 1.0, other, 15)
    assert line["ratio"] == other
    assert passes(line) is passed


def test_the_table_marks_what_is_too_slow():
    table = show([at_most("预填", 0.002, 0.001, 1.5), faster("导出", 1.0, 20.0, 15)]).splitlines()
    assert table[1].split() == ["2.0", "ms", "1.0", "ms", "2.00", "<=1.5", "SLOW", "预填"]
    assert table[2].split() == ["1.00", "s", "20.00", "s", "20.00", ">=15", "ok", "导出"]


def test_the_file_holds_every_line(tmp_path):
    write([at_most("预填", 1.0, 2.0, 1.5)], tmp_path / "run" / "bench.json")
    (line,) = json.loads((tmp_path / "run" / "bench.json").read_text(encoding="utf-8"))
    assert line == {"name": "预填", "ours": 1.0, "limit": 2.0, "ratio": 0.5, "bar": 1.5}
