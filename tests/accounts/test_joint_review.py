"""Departments give opinions until their clock ends; the desk sees them and decides."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.approvals.clock import add_working_days
from accounts.approvals.refusals import NeedsNote, NotAReviewer, ReviewOver, ReviewRunning
from accounts.approvals.reviews import give_opinion, invite_reviewers
from accounts.approvals.rules import Opinion
from accounts.approvals.selectors import list_askable, list_reviewers, list_to_review
from accounts.approvals.services import approve, refuse, return_, submit
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Approval, Area, Department, Post
from accounts.roles import Role
from tests.accounts.approving import department_of, handed_in, make_people
from tests.doors import audited, watching
from tests.factories import DISTRICT, TOWN, make_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast):
    return make_people(cast)


@pytest.fixture
def waiting(people):
    return handed_in(people.staff)


def invite(people, waiting, *actors, days=5):
    departments = [department_of(actor) for actor in actors]
    seen = Approval.objects.get(pk=waiting.pk).version
    return invite_reviewers(actor=people.desk, approval=waiting, seen=seen, days=days, departments=departments)


def answer(actor, waiting, opinion=Opinion.AGREE, text="", round_=1):
    give_opinion(actor=actor, approval=waiting, seen_round=round_, opinion=opinion, text=text)


def decide(people, waiting, note=""):
    seen = Approval.objects.get(pk=waiting.pk).version
    return approve(actor=people.desk, approval=waiting, seen=seen, note=note)


def let_the_clock_end(waiting):
    waiting.reviewers.update(due_on=localdate() - timedelta(days=1))


def test_an_invited_department_sees_the_request_and_answers_once(people, waiting):
    assert not Approval.objects.visible_to(people.reviewer).exists()
    with watching() as statements:
        (review,) = invite(people, waiting, people.reviewer)
        assert review.due_on == add_working_days(localdate(), 5)
        assert list(list_to_review(actor=people.reviewer)) == [review]
        assert list(Approval.objects.visible_to(people.reviewer)) == [waiting]
        answer(people.reviewer, waiting)
    assert audited(statements) == ["probe.reviewers_invited", "probe.opinion_given"]
    assert not list_to_review(actor=people.reviewer).exists()
    with pytest.raises(Conflict, match="已经给过意见"):
        answer(people.reviewer, waiting, Opinion.OBJECT, "反悔")
    assert [step.note for step in waiting.steps.all()][-1] == "区残联:同意"


def test_two_departments_answer_from_pages_opened_at_the_same_time(people, waiting):
    invite(people, waiting, people.reviewer, people.bystander)
    answer(people.reviewer, waiting)
    answer(people.bystander, waiting, Opinion.CONDITIONS, "去掉身份证号")
    assert [(one.name, one.opinion) for one in list_reviewers(waiting)] == [
        ("区残联", "agree"),
        ("区司法局", "conditions"),
    ]


def test_who_was_not_asked_has_no_opinion_to_give(people, waiting):
    invite(people, waiting, people.reviewer)
    with pytest.raises(NotFound):
        answer(people.bystander, waiting)
    with pytest.raises(NotAllowed):
        answer(people.worker, waiting)


def test_an_objection_needs_words(people, waiting):
    invite(people, waiting, people.reviewer)
    for opinion in (Opinion.OBJECT, Opinion.CONDITIONS):
        with pytest.raises(NeedsNote) as refused:
            answer(people.reviewer, waiting, opinion, " ")
        assert refused.value.field == "text"


def test_the_desk_approves_only_when_the_opinions_are_in_or_their_time_is_over(people, waiting):
    invite(people, waiting, people.reviewer)
    with pytest.raises(ReviewRunning, match="区残联"):
        decide(people, waiting)
    answer(people.reviewer, waiting)
    assert decide(people, waiting).state == "approved"


def test_silence_is_overdue_and_not_consent(people, waiting):
    invite(people, waiting, people.reviewer)
    let_the_clock_end(waiting)
    (review,) = list_reviewers(waiting)
    assert (review.is_overdue, review.is_awaited, review.opinion) == (True, False, "")
    assert not list_to_review(actor=people.reviewer).exists()
    with pytest.raises(ReviewOver):
        answer(people.reviewer, waiting)
    assert decide(people, waiting).state == "approved"


def test_inviting_again_gives_new_time_to_who_is_silent(people, waiting):
    invite(people, waiting, people.reviewer)
    let_the_clock_end(waiting)
    invite(people, waiting, people.reviewer, days=2)
    answer(people.reviewer, waiting)
    assert waiting.reviewers.count() == 1
    with pytest.raises(Conflict, match="已经给出意见"):
        invite(people, waiting, people.reviewer)


def test_the_last_day_still_counts(people, waiting):
    invite(people, waiting, people.reviewer)
    waiting.reviewers.update(due_on=localdate())
    answer(people.reviewer, waiting)


def test_against_an_objection_the_desk_gives_its_reason(people, waiting):
    invite(people, waiting, people.reviewer)
    answer(people.reviewer, waiting, Opinion.OBJECT, "没有依据")
    with pytest.raises(NeedsNote, match="仍然同意"):
        decide(people, waiting)
    assert decide(people, waiting, note="依据已补").state == "approved"


def test_returning_and_refusing_need_not_wait(people, waiting):
    invite(people, waiting, people.reviewer)
    returned = return_(actor=people.desk, approval=waiting, seen=3, note="缺依据")
    assert not list_to_review(actor=people.reviewer).exists()
    with pytest.raises(Conflict):
        answer(people.reviewer, waiting)
    again = submit(actor=people.staff, approval=returned, seen=4)
    with pytest.raises(Conflict, match="重新提交"):
        answer(people.reviewer, again)
    assert list_reviewers(again) == []
    refuse(actor=people.desk, approval=again, seen=5, note="不需要")


def test_a_decision_that_did_not_see_the_newest_opinion_is_a_conflict(people, waiting):
    invite(people, waiting, people.reviewer)
    answer(people.reviewer, waiting, Opinion.OBJECT, "没有依据")
    with pytest.raises(Conflict, match="新的进展"):
        approve(actor=people.desk, approval=waiting, seen=3, note="同意")


def test_the_requesting_department_is_not_asked(people, waiting):
    with pytest.raises(NotAReviewer) as refused:
        invite(people, waiting, people.staff)
    assert refused.value.field == "departments"
    with pytest.raises(NotAReviewer):
        invite(people, waiting)
    askable = list_askable(actor=people.desk, approval=waiting)
    assert [department.name for department in askable] == ["区残联", "区司法局", "区林业局"]


def test_a_department_of_another_district_is_not_asked(people, waiting):
    Area.objects.create(code=310115_000000_000000, name="浦东新区", level="district", parent_id=310100_000000_000000)
    foreign = Department.objects.create(name="浦东民政局", area_id=310115_000000_000000)
    with pytest.raises(NotFound):
        invite_reviewers(actor=people.desk, approval=waiting, seen=2, days=5, departments=[foreign])


@pytest.mark.parametrize("who", ["reviewer", "staff", "two_hats"])
def test_only_the_desk_invites_and_never_the_requester(people, waiting, who):
    law = department_of(people.bystander)
    with pytest.raises(NotAllowed):
        invite_reviewers(actor=getattr(people, who), approval=waiting, seen=2, days=5, departments=[law])


def test_the_requester_gives_no_opinion_in_another_post(people, waiting):
    disabled = department_of(people.reviewer)
    own = Post.objects.create(
        user_id=people.staff.user_id, role=Role.DEPARTMENT_STAFF, area_id=DISTRICT, department=disabled
    )
    invite(people, waiting, people.reviewer)
    actor = Post.objects.with_context().get(pk=own.pk).as_actor()
    assert not list_to_review(actor=actor).exists()
    with pytest.raises(NotAllowed):
        answer(actor, waiting)


def test_a_role_in_an_area_can_be_asked(people, waiting):
    """The data officer of a town, who belongs to no department."""
    officer = make_actor(Role.DATA_OFFICER, TOWN)
    office = [(Role.DATA_OFFICER, Area.objects.get(code=TOWN))]
    (review,) = invite_reviewers(actor=people.desk, approval=waiting, seen=2, days=5, offices=office)
    assert review.name == "城桥镇 · 数据专员"
    assert not list_to_review(actor=make_actor(Role.DATA_OFFICER, DISTRICT)).exists()
    answer(officer, waiting)


def test_the_lists_cost_one_query(people, waiting, django_assert_num_queries):
    invite(people, waiting, people.reviewer, people.bystander)
    with django_assert_num_queries(1):
        assert len(list_to_review(actor=people.reviewer)) == 1
