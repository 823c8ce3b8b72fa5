"""Requests are decided by somebody else, once, with a trace."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils.timezone import localdate

from accounts.approvals import services
from accounts.approvals.clock import add_working_days, is_working_day
from accounts.approvals.refusals import NeedsNote
from accounts.approvals.selectors import list_overdue, list_waiting
from accounts.approvals.services import approve, draft, refuse, return_, submit, withdraw
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Approval, ApprovalStep, Area, Department
from accounts.roles import Role
from tests.accounts.approving import PROBE, department_of, drafted, handed_in, happened, make_people
from tests.doors import audited, watching
from tests.factories import DISTRICT, TOWN, make_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast):
    happened.clear()
    return make_people(cast)


def test_an_approved_request_has_its_trace_its_hooks_and_its_audit_lines(people):
    with watching() as statements:
        waiting = handed_in(people.staff)
        done = approve(actor=people.desk, approval=waiting, seen=waiting.version, note="同意", until="2027")
    assert (done.state, done.round, done.version) == ("approved", 1, 3)
    assert [step.action for step in done.steps.all()] == ["drafted", "submitted", "approved"]
    assert [step.post_id for step in done.steps.all()] == [people.staff.post_id] * 2 + [people.desk.post_id]
    assert audited(statements) == ["probe.drafted", "probe.submitted", "probe.approved"]
    assert happened[-1] == ("approved", done.subject_id, {"until": "2027"})


def test_what_a_hook_raises_takes_the_step_back(people):
    waiting = handed_in(people.staff)
    with pytest.raises(RuntimeError):
        approve(actor=people.desk, approval=waiting, seen=waiting.version, **{"break": True})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.version, waiting.steps.count()) == ("submitted", 2, 2)


def test_a_returned_request_comes_back_in_a_new_round(people):
    waiting = handed_in(people.staff)
    back = return_(actor=people.desk, approval=waiting, seen=2, note="缺依据")
    again = submit(actor=people.colleague, approval=back, seen=3, title="事项(改)")
    assert (again.state, again.round, again.title, again.decided_at) == ("submitted", 2, "事项(改)", None)


def test_a_withdrawn_request_leaves_the_desk_and_may_come_back(people):
    waiting = handed_in(people.staff)
    withdraw(actor=people.staff, approval=waiting, seen=2)
    assert not Approval.objects.visible_to(people.desk).exists()
    assert Approval.objects.visible_to(people.colleague).count() == 1
    assert submit(actor=people.staff, approval=waiting, seen=3).round == 2


@pytest.mark.parametrize("step", [return_, refuse])
def test_a_negative_decision_needs_words(people, step):
    waiting = handed_in(people.staff)
    with pytest.raises(NeedsNote) as refused:
        step(actor=people.desk, approval=waiting, seen=waiting.version, note="  ")
    assert refused.value.field == "note"


@pytest.mark.parametrize("who", ["two_hats", "turncoat"])
def test_the_requesting_side_never_decides_whatever_the_post(people, who):
    waiting = handed_in(people.staff)
    actor = getattr(people, who)
    assert not list_waiting(actor=actor).exists()
    for step in (approve, return_, refuse):
        with pytest.raises(NotAllowed, match="须由其他人审核"):
            step(actor=actor, approval=waiting, seen=waiting.version, note="同意")
    waiting.refresh_from_db()
    assert waiting.state == "submitted"


def test_who_submitted_stays_on_the_requesting_side_after_leaving_the_department(people):
    """The post in the department is closed; the trace still names the user."""
    approval = drafted(people.staff)
    submit(actor=people.colleague, approval=approval, seen=1)
    department_of(people.colleague).posts.filter(pk=people.colleague.post_id).update(is_active=False)
    with pytest.raises(NotAllowed):
        approve(actor=people.turncoat, approval=approval, seen=2)


def test_only_the_requesting_department_submits_and_withdraws(people):
    approval = drafted(people.staff)
    for actor, refusal in ((people.reviewer, NotFound), (people.desk, NotAllowed), (people.worker, NotAllowed)):
        with pytest.raises(refusal):
            submit(actor=actor, approval=approval, seen=1)
    assert submit(actor=people.colleague, approval=approval, seen=1).state == "submitted"


def test_a_desk_of_another_area_finds_nothing(people):
    Area.objects.create(code=310115_000000_000000, name="浦东新区", level="district", parent_id=310100_000000_000000)
    other = make_actor(Role.DISTRICT_ADMIN, 310115_000000_000000)
    waiting = handed_in(people.staff)
    assert not Approval.objects.visible_to(other).exists()
    with pytest.raises(NotFound):
        approve(actor=other, approval=waiting, seen=waiting.version)


def test_nobody_else_sees_a_request(people):
    handed_in(people.staff)
    seen_by = [name for name in vars(people) if Approval.objects.visible_to(getattr(people, name)).exists()]
    assert seen_by == ["staff", "colleague", "desk", "second_desk", "two_hats", "turncoat", "partner_at_desk"]
    assert not Approval.objects.visible_to(make_actor(Role.TOWN_ADMIN, TOWN)).exists()


def test_a_subject_has_one_request(people):
    approval = drafted(people.staff)
    with pytest.raises(Conflict):
        draft(actor=people.colleague, kind=PROBE, subject=Department(pk=approval.subject_id), title="又一次")


WAY = {
    "drafted": (),
    "submitted": ("submit",),
    "returned": ("submit", "return_"),
    "withdrawn": ("submit", "withdraw"),
    "approved": ("submit", "approve"),
    "refused": ("submit", "refuse"),
}
LEADS = {
    ("drafted", "submit"): "submitted",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "return_"): "returned",
    ("submitted", "approve"): "approved",
    ("submitted", "refuse"): "refused",
    ("submitted", "remark"): "submitted",
    ("returned", "submit"): "submitted",
    ("returned", "withdraw"): "withdrawn",
    ("withdrawn", "submit"): "submitted",
}
"""The whole table, told a second time, apart from the program."""


def take(people, approval, step):
    mine = step in ("submit", "withdraw")
    actor = people.staff if mine else people.desk
    seen = Approval.objects.get(pk=approval.pk).version
    getattr(services, step)(actor=actor, approval=approval, seen=seen, **({} if mine else {"note": "意见"}))


@pytest.mark.parametrize("state", WAY)
@pytest.mark.parametrize("step", ["submit", "withdraw", "return_", "approve", "refuse", "remark"])
def test_a_step_leads_where_the_table_says_or_nowhere(people, state, step):
    approval = drafted(people.staff)
    for one in WAY[state]:
        take(people, approval, one)
    if (state, step) in LEADS:
        take(people, approval, step)
    else:
        with pytest.raises(Conflict, match="没有生效"):
            take(people, approval, step)
    approval.refresh_from_db()
    assert approval.state == LEADS.get((state, step), state)


@pytest.mark.parametrize("seen", [0, 1, 3, -1])
def test_a_step_that_saw_another_version_is_a_conflict(people, seen):
    waiting = handed_in(people.staff)
    with watching() as statements, pytest.raises(Conflict, match="新的进展"):
        approve(actor=people.desk, approval=waiting, seen=seen)
    assert audited(statements) == []


def test_a_doubled_step_is_a_conflict(people):
    waiting = handed_in(people.staff)
    with pytest.raises(Conflict, match="刷新页面"):
        submit(actor=people.staff, approval=waiting, seen=waiting.version)
    refuse(actor=people.desk, approval=waiting, seen=waiting.version, note="不需要")
    for step in (approve, refuse, return_):
        with pytest.raises(Conflict):
            step(actor=people.second_desk, approval=waiting, seen=waiting.version, note="同意")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("against", ["approve", "withdraw"])
def test_of_two_steps_at_the_same_moment_exactly_one_wins(people, against):
    """Two connections: two deciders, and a decider against the requester."""
    waiting = handed_in(people.staff)
    rival = {
        "approve": lambda: approve(actor=people.second_desk, approval=waiting, seen=waiting.version),
        "withdraw": lambda: withdraw(actor=people.staff, approval=waiting, seen=waiting.version),
    }[against]
    start = Barrier(2)

    def run(step):
        try:
            with transaction.atomic():
                start.wait(timeout=10)
                step()
            return "won"
        except Conflict as conflict:
            return conflict.code
        finally:
            connection.close()

    first = lambda: refuse(actor=people.desk, approval=waiting, seen=waiting.version, note="不需要")  # noqa: E731
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, (first, rival))) == ["conflict", "won"]
    waiting.refresh_from_db()
    assert (waiting.version, waiting.steps.count()) == (3, 3)


def test_the_trace_cannot_be_changed_or_written_twice(people):
    waiting = handed_in(people.staff)
    step = waiting.steps.last()
    with pytest.raises(ProgrammingError), transaction.atomic():
        ApprovalStep.objects.filter(pk=step.pk).update(note="别的")
    with pytest.raises(ProgrammingError), transaction.atomic():
        step.delete()
    step.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)


def test_the_desk_has_its_days_and_then_is_overdue(people):
    waiting = handed_in(people.staff)
    assert waiting.due_on == add_working_days(localdate(), 3)
    assert not waiting.is_overdue
    Approval.objects.update(due_on=date(2026, 1, 5))
    waiting.refresh_from_db()
    assert waiting.is_overdue
    assert list(list_overdue(actor=people.desk)) == [waiting]


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 9, 28), 1, date(2026, 9, 29)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # National Day
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2028, 1, 7), 1, date(2028, 1, 10)),  # no calendar yet: Monday to Friday
    ],
)
def test_terms_are_counted_in_working_days(start, days, last):
    assert add_working_days(start, days) == last


def test_make_up_days_are_worked_and_holidays_are_not():
    assert is_working_day(date(2026, 10, 10))
    assert not is_working_day(date(2026, 10, 1))


def test_a_step_costs_a_fixed_number_of_queries(people, django_assert_max_num_queries):
    for _ in range(3):
        handed_in(people.staff)
    waiting = handed_in(people.staff)
    with django_assert_max_num_queries(10):
        approve(actor=people.desk, approval=waiting, seen=waiting.version)
    assert people.desk.area_code == DISTRICT
