import pytest

from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.scope import acting_as
from forms_engine.models import CellEdit, Report, ReportRow
from forms_engine.services.fill import Edit, ReportClosed, confirm_cells, save_cells, undo_cell

pytestmark = pytest.mark.django_db

QUERIES = 9
"""Savepoint and its release, lock, state, rows, columns, write, trace, audit."""


def save(actor, report, *edits):
    with acting_as(actor):
        return save_cells(actor=actor, report=report, edits=[Edit(*edit) for edit in edits])


def cell(actor, report, person, letter):
    with acting_as(actor):
        return ReportRow.objects.get(report=report, subject_id=person.pk).values.get(letter)


def test_a_typed_value_is_kept_in_its_canonical_form(cast, report, roster):
    result = save(cast.worker, report, (roster["gap"].pk, "H", "139 0000 2210", 0))
    assert [saved.state for saved in result.saved] == ["changed"]
    assert cell(cast.worker, report, roster["gap"], "H") == "13900002210"


def test_a_bad_value_comes_back_with_its_reason_and_the_good_one_beside_it_is_kept(cast, report, roster):
    edits = [(roster["gap"].pk, "H", "12", 0), (roster["grid"].pk, "H", "13900002211", 0)]
    result = save(cast.worker, report, *edits)
    assert len(result.refused) == 1
    assert result.refused[0].message
    assert cell(cast.worker, report, roster["gap"], "H") is None
    assert cell(cast.worker, report, roster["grid"], "H") == "13900002211"


def test_the_second_of_two_workers_overwrites_nothing(cast, report, roster):
    save(cast.worker, report, (roster["gap"].pk, "H", "13900002212", 0))
    result = save(cast.colleague, report, (roster["gap"].pk, "H", "13900002213", 0))
    assert not result.saved
    assert (result.conflicts[0].text, result.conflicts[0].n) == ("13900002212", 1)
    assert cell(cast.worker, report, roster["gap"], "H") == "13900002212"


def test_the_same_edit_sent_again_after_a_lost_answer_is_no_conflict(cast, report, roster):
    edit = (roster["gap"].pk, "H", "13900002214", 0)
    save(cast.worker, report, edit)
    again = save(cast.worker, report, edit)
    assert again.saved[0].n == 1
    assert not again.conflicts
    with acting_as(cast.worker):
        assert CellEdit.objects.count() == 1


def test_an_account_number_is_sealed_and_answered_masked(cast, report, roster):
    result = save(cast.worker, report, (roster["gap"].pk, "K", "6222000000000004471", 0))
    assert result.saved[0].text == "***************4471"
    assert cell(cast.worker, report, roster["gap"], "K").startswith("s1.")
    with acting_as(cast.worker):
        assert "4471" not in str(CellEdit.objects.values_list("before", "after"))


def test_a_computed_column_cannot_be_typed_into(cast, report, roster):
    with pytest.raises(DomainError, match="由系统计算"):
        save(cast.worker, report, (roster["gap"].pk, "E", "90", 0))


def test_a_worker_of_the_next_village_finds_no_such_row(cast, report, roster):
    with pytest.raises(NotFound):
        save(cast.neighbour, report, (roster["gap"].pk, "H", "13900002215", 0))


def test_a_grid_worker_fills_the_own_grid_only(cast, report, roster):
    assert save(cast.grid_worker, report, (roster["grid"].pk, "H", "13900002216", 0)).saved
    with pytest.raises(NotFound):
        save(cast.grid_worker, report, (roster["gap"].pk, "H", "13900002217", 0))


def test_a_reviewer_does_not_fill(cast, report, roster):
    with pytest.raises(NotAllowed):
        save(cast.town, report, (roster["gap"].pk, "H", "13900002218", 0))


def test_a_submitted_report_takes_no_edit(cast, report, roster):
    with acting_as(cast.worker):
        Report.objects.filter(pk=report.pk).update(state=Report.State.SUBMITTED)
    with pytest.raises(ReportClosed):
        save(cast.worker, report, (roster["gap"].pk, "H", "13900002219", 0))


def test_undo_puts_back_what_was_there_at_dispatch(cast, report, roster):
    save(cast.worker, report, (roster["grid"].pk, "H", "13900002220", 0))
    with acting_as(cast.worker):
        undone = undo_cell(actor=cast.worker, report=report, subject_id=roster["grid"].pk, letter="H", seen=1)
    assert (undone.text, undone.n) == ("13900002207", 2)


def test_undo_brings_the_question_mark_back(cast, report, roster):
    with acting_as(cast.worker):
        ReportRow.objects.filter(subject_id=roster["grid"].pk).update(flags={"H": "confirm"})
    save(cast.worker, report, (roster["grid"].pk, "H", "13900002221", 0))
    with acting_as(cast.worker):
        undone = undo_cell(actor=cast.worker, report=report, subject_id=roster["grid"].pk, letter="H", seen=1)
    assert undone.state == "confirm"


def test_a_confirmed_value_loses_its_question_mark(cast, report, roster):
    with acting_as(cast.worker):
        ReportRow.objects.filter(subject_id=roster["grid"].pk).update(flags={"H": "confirm"})
        saved = confirm_cells(actor=cast.worker, report=report, cells=[(roster["grid"].pk, "H")])
    assert [(one.state, one.n) for one in saved] == [("known", 1)]


def test_fifty_edits_cost_as_many_queries_as_one(cast, report, roster, django_assert_num_queries):
    edits = [Edit(roster["gap"].pk, "N", f"第 {n} 次", n) for n in range(50)]
    with acting_as(cast.worker), django_assert_num_queries(QUERIES):
        save_cells(actor=cast.worker, report=report, edits=edits)
