import pytest

from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.models import Post
from accounts.scope import acting_as
from forms_engine.models import Report, ReportRow
from forms_engine.services.fill import Edit, GapsLeft, ReportClosed, save_cells, submit_report, undo_cell
from forms_engine.services.review import CellComment, NotWaiting, accept_report, accept_reports, return_report
from registry.models import Person
from tests.factories import TOWN, make_id_number, make_person

pytestmark = pytest.mark.django_db

ANSWERS = {"H": "13900002230", "K": "6222000000000004471", "D": "11010519491231002X", "O": "愿意"}


@pytest.fixture
def filled(cast, report, roster):
    """Every gap of 东村 answered."""
    with acting_as(cast.worker):
        for person in (roster["gap"], roster["grid"]):
            answers = ANSWERS if person is roster["gap"] else ANSWERS | {"D": make_id_number()}
            edits = [Edit(person.pk, letter, text, 0) for letter, text in answers.items()]
            assert not save_cells(actor=cast.worker, report=report, edits=edits).refused
    return report


@pytest.fixture
def submitted(cast, filled):
    with acting_as(cast.worker):
        return submit_report(actor=cast.worker, report=filled)


def test_gaps_keep_a_report_from_being_submitted_and_are_named(cast, report, roster):
    with acting_as(cast.worker), pytest.raises(GapsLeft) as refused:
        submit_report(actor=cast.worker, report=report)
    assert (roster["gap"].pk, "H") in {(gap.subject_id, gap.letter) for gap in refused.value.gaps}
    assert refused.value.count == len(refused.value.gaps)


def test_a_report_is_submitted_once(cast, submitted):
    with acting_as(cast.worker), pytest.raises(ReportClosed):
        submit_report(actor=cast.worker, report=submitted)


def test_a_grid_worker_does_not_submit(cast, filled):
    with acting_as(cast.grid_worker), pytest.raises(NotFound):
        submit_report(actor=cast.grid_worker, report=filled)


def test_a_returned_cell_must_be_changed_before_the_next_submit(cast, submitted, roster):
    cell = (roster["gap"].pk, "H")
    with acting_as(cast.town):
        return_report(actor=cast.town, report=submitted, comments=[CellComment(*cell, "号码打不通")], note="")
    with acting_as(cast.worker):
        with pytest.raises(GapsLeft) as refused:
            submit_report(actor=cast.worker, report=submitted)
        assert [(gap.subject_id, gap.letter) for gap in refused.value.gaps] == [cell]
        save_cells(actor=cast.worker, report=submitted, edits=[Edit(*cell, "13900002231", 1)])
        assert submit_report(actor=cast.worker, report=submitted).state == Report.State.SUBMITTED


def test_a_return_needs_a_reason(cast, submitted):
    with acting_as(cast.town), pytest.raises(DomainError, match="退回的原因"):
        return_report(actor=cast.town, report=submitted, comments=[], note=" ")


def test_accepted_answers_are_kept_in_the_registry_with_their_source(cast, submitted, roster):
    with acting_as(cast.town):
        outcome = accept_report(actor=cast.town, report=submitted)
        person = Person.objects.get(pk=roster["gap"].pk)
    assert outcome.changed == 4  # two people, their identity numbers apart
    assert person.phone == "13900002230"
    assert person.provenance["person.phone"]["report"] == submitted.pk
    assert person.attributes["person.bank_account"].startswith("s1.")
    assert person.id_number_index is not None


def test_what_was_typed_and_put_back_is_no_answer(cast, filled, roster):
    person = roster["grid"]
    with acting_as(cast.worker):
        save_cells(actor=cast.worker, report=filled, edits=[Edit(person.pk, "H", "13900002239", 1)])
        undo_cell(actor=cast.worker, report=filled, subject_id=person.pk, letter="H", seen=2)
        submitted = submit_report(actor=cast.worker, report=filled)
    with acting_as(cast.town):
        accept_report(actor=cast.town, report=submitted)
        kept = Person.objects.get(pk=person.pk)
    assert kept.phone == "13900002207"
    assert "person.phone" not in kept.provenance


def test_an_identity_number_that_is_taken_holds_up_nothing_else(cast, submitted, roster):
    with acting_as(cast.town):
        make_person(roster["west"].area_code, id_number=ANSWERS["D"])
        accept_report(actor=cast.town, report=submitted)
        person = Person.objects.get(pk=roster["gap"].pk)
    assert person.phone == "13900002230"
    assert person.id_number_index is None


def test_a_report_is_accepted_once(cast, submitted):
    with acting_as(cast.town):
        accept_report(actor=cast.town, report=submitted)
        with pytest.raises(NotWaiting):
            accept_reports(actor=cast.town, reports=[submitted])


def test_a_worker_does_not_accept(cast, submitted):
    with acting_as(cast.worker), pytest.raises(NotAllowed):
        accept_report(actor=cast.worker, report=submitted)


def test_nobody_reviews_what_they_submitted_in_another_post(cast, submitted):
    post = Post.objects.create(user_id=cast.worker.user_id, role="town_admin", area_id=TOWN)
    both = Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True)
    with acting_as(both), pytest.raises(NotAllowed, match="自己提交"):
        accept_report(actor=both, report=submitted)


def test_comments_on_a_row_of_another_report_are_refused_whole(cast, submitted, roster):
    strange = CellComment(roster["west"].pk, "H", "不对")
    with acting_as(cast.town), pytest.raises(DomainError, match="不在这张表中"):
        return_report(actor=cast.town, report=submitted, comments=[strange], note="")
    with acting_as(cast.town):
        assert Report.objects.get(pk=submitted.pk).state == Report.State.SUBMITTED
        assert not ReportRow.objects.exclude(comments={}).exists()
