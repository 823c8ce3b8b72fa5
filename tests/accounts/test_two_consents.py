"""Some requests need the consent of two sides: the desk and a department. Two people, one round."""

import pytest

from accounts.approvals.reviews import invite_reviewers
from accounts.approvals.rules import Side
from accounts.approvals.selectors import list_consents, list_waiting
from accounts.approvals.services import approve, draft, refuse, remark, return_, submit
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Approval, Department
from tests.accounts.approving import PACT, PROBE, department_of, handed_in, happened, make_people
from tests.doors import audited, watching

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast):
    happened.clear()
    return make_people(cast)


@pytest.fixture
def pact(people):
    return handed_in(people.staff, people.partner)


@pytest.mark.parametrize("order", [("partner", "desk"), ("desk", "partner")])
def test_it_is_approved_when_both_have_consented_in_either_order(people, pact, order):
    first, second = (getattr(people, who) for who in order)
    with watching() as statements:
        half = approve(actor=first, approval=pact, seen=2, note="同意")
        assert (half.state, half.version) == ("submitted", 3)
        assert [happening[0] for happening in happened][-1] == "consented"
        done = approve(actor=second, approval=half, seen=3)
    assert (done.state, done.version) == ("approved", 4)
    assert audited(statements) == ["pact.consented", "pact.approved"]
    assert [(step.side, step.post_id) for step in done.steps.order_by("number")][2:] == [
        (Side(side), actor.post_id) for side, actor in zip(order, (first, second), strict=True)
    ]


def test_one_side_does_not_consent_twice(people, pact):
    half = approve(actor=people.partner, approval=pact, seen=2)
    with pytest.raises(Conflict, match="在等另一方"):
        approve(actor=people.partner_colleague, approval=half, seen=3)
    assert [step.side for step in list_consents(half)] == ["partner"]


def test_nobody_consents_for_both_sides_in_two_posts(people, pact):
    half = approve(actor=people.partner, approval=pact, seen=2)
    with pytest.raises(NotAllowed, match="您本人"):
        approve(actor=people.partner_at_desk, approval=half, seen=3)
    assert not list_waiting(actor=people.partner_at_desk).exists()
    assert list_waiting(actor=people.desk).get() == half


@pytest.mark.parametrize("step", [return_, refuse])
@pytest.mark.parametrize("who", ["partner", "desk"])
def test_each_side_can_end_it_alone(people, pact, step, who):
    half = approve(actor=people.desk if who == "partner" else people.partner, approval=pact, seen=2)
    assert step(actor=getattr(people, who), approval=half, seen=3, note="缺依据").state != "submitted"


def test_a_consent_holds_for_its_round(people, pact):
    half = approve(actor=people.partner, approval=pact, seen=2)
    back = return_(actor=people.desk, approval=half, seen=3, note="缺依据")
    again = submit(actor=people.staff, approval=back, seen=4)
    assert list_consents(again) == []
    assert approve(actor=people.desk, approval=again, seen=5).state == "submitted"


def test_it_waits_for_whoever_has_not_consented(people, pact):
    assert list_waiting(actor=people.partner).get() == list_waiting(actor=people.desk).get() == pact
    approve(actor=people.desk, approval=pact, seen=2)
    assert not list_waiting(actor=people.second_desk).exists()
    assert list_waiting(actor=people.partner_colleague).get() == pact


def test_another_department_neither_sees_nor_decides_it(people, pact):
    assert not Approval.objects.visible_to(people.reviewer).exists()
    with pytest.raises(NotAllowed):
        approve(actor=people.reviewer, approval=pact, seen=2)
    with pytest.raises(NotFound):
        approve(actor=people.worker, approval=pact, seen=2)


def test_the_partner_leads_no_joint_review(people, pact):
    with pytest.raises(NotAllowed):
        invite_reviewers(
            actor=people.partner, approval=pact, seen=2, days=5, departments=[department_of(people.reviewer)]
        )
    with pytest.raises(NotAllowed):
        remark(actor=people.partner, approval=pact, seen=2, note="改")


def test_a_partner_is_named_exactly_where_the_kind_has_one(people):
    for kind, partner in ((PACT, None), (PROBE, department_of(people.partner))):
        with pytest.raises(ValueError, match="partner"):
            draft(actor=people.staff, kind=kind, subject=Department(pk=1), title="事项", partner=partner)
