"""Random steps by random people against a small model: only legal moves, the requester never decides, all is traced."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.approvals import services
from accounts.approvals.reviews import give_opinion, invite_reviewers
from accounts.approvals.rules import Opinion
from accounts.approvals.selectors import can_decide
from accounts.errors import DomainError
from tests.accounts.approving import department_of, drafted, make_people
from tests.doors import audited, watching

pytestmark = pytest.mark.django_db

OPEN = {
    "submit": {"drafted", "returned", "withdrawn"},
    "withdraw": {"submitted", "returned"},
    **{step: {"submitted"} for step in ("return_", "approve", "consent", "refuse", "invite", "opine")},
}
BECOMES = {
    "submit": "submitted", "withdraw": "withdrawn", "return_": "returned", "approve": "approved", "refuse": "refused",
}  # fmt: skip
REQUESTERS, REVIEWERS = {"staff", "colleague"}, {"reviewer", "bystander"}
DESK, PARTNERS = {"desk", "second_desk", "partner_at_desk"}, {"partner", "partner_colleague"}
USERS = {"partner_at_desk": "partner"}
"""Who of the deciding sides is whom else."""
WHO = st.sampled_from([*sorted(REQUESTERS | DESK | PARTNERS | REVIEWERS), "two_hats", "turncoat", "worker"])
LATE = st.sampled_from([False, False, False, True])


def mostly(side):
    """Who tries: as often somebody who may as anybody at all."""
    return st.one_of(st.sampled_from(sorted(side)), WHO)


class Sequences(RuleBasedStateMachine):
    """The model knows a state, a round, a version and who has been asked; it is told nothing by the program."""

    people = None

    @initialize()
    def begin(self):
        self.approval = self.draft()
        self.consents: dict[str, str] = {}
        self.state, self.round, self.version = "drafted", 0, 1
        self.asked: dict[str, str] = {}
        self.deciders: set[str] = set()

    @rule(who=mostly(REQUESTERS), step=st.sampled_from(["submit", "withdraw"]), late=LATE)
    def by_requester(self, who, step, late):
        allowed = who in REQUESTERS
        self.take(step, allowed, late, lambda seen: getattr(services, step)(
            actor=getattr(self.people, who), approval=self.approval, seen=seen))  # fmt: skip

    @rule(
        who=mostly(DESK | PARTNERS | {"two_hats", "turncoat"}),
        step=st.sampled_from(["return_", "approve", "approve", "refuse"]),
        late=LATE,
    )
    def decide(self, who, step, late):
        side = self.side_of(who)
        allowed = side is not None and (step != "approve" or self.may_agree(side, who))
        consents = step == "approve" and self.needs_another(side)
        took = self.take("consent" if consents else step, allowed, late, lambda seen: getattr(services, step)(
            actor=getattr(self.people, who), approval=self.approval, seen=seen, note="意见"))  # fmt: skip
        if took and consents:
            self.consents[side] = USERS.get(who, who)
        elif took:
            self.deciders.add(who)

    def draft(self):
        return drafted(self.people.staff)

    def side_of(self, who) -> str | None:
        return "desk" if who in DESK else None

    def may_agree(self, side, who) -> bool:
        return "" not in self.asked.values()

    def needs_another(self, side) -> bool:
        return False

    @rule(who=mostly(DESK), whom=st.sampled_from([*sorted(REVIEWERS), "colleague"]), late=LATE)
    def invite(self, who, whom, late):
        allowed = who in DESK and whom in REVIEWERS and not self.asked.get(whom)
        took = self.take("invite", allowed, late, lambda seen: invite_reviewers(
            actor=getattr(self.people, who), approval=self.approval, seen=seen, days=5,
            departments=[department_of(getattr(self.people, whom))]))  # fmt: skip
        if took:
            self.asked[whom] = ""

    @rule(who=mostly(REVIEWERS), opinion=st.sampled_from(Opinion))
    def opine(self, who, opinion):
        allowed = self.asked.get(who) == ""
        took = self.take("opine", allowed, False, lambda _: give_opinion(
            actor=getattr(self.people, who), approval=self.approval, seen_round=self.round, opinion=opinion,
            text="说明"))  # fmt: skip
        if took:
            self.asked[who] = opinion.value

    def take(self, step, allowed, late, run) -> bool:
        """Run the step; it must pass exactly if the model says so, with one audit line or none."""
        expected = allowed and not late and self.state in OPEN[step]
        with watching() as statements:
            try:
                run(self.version - late)
                took = True
            except DomainError:
                took = False
        assert took == expected, (step, self.state)
        assert len(audited(statements)) == took
        if took:
            self.version += 1
            self.state = BECOMES.get(step, self.state)
            if step == "submit":
                self.round, self.asked, self.consents = self.round + 1, {}, {}
        return took

    @invariant()
    def the_row_is_what_the_model_says(self):
        if hasattr(self, "approval"):
            row = type(self.approval).objects.get(pk=self.approval.pk)
            assert (row.state, row.round, row.version) == (self.state, self.round, self.version)

    @invariant()
    def every_step_has_its_trace(self):
        if hasattr(self, "approval"):
            steps = list(self.approval.steps.values_list("number", "state", "post_id", "action"))
            assert [number for number, *_ in steps] == list(range(1, self.version + 1))
            assert steps[-1][1] == self.state
            decided = {post for _, _, post, action in steps if action in ("returned", "approved", "refused")}
            assert decided == {getattr(self.people, who).post_id for who in self.deciders}


class TwoSides(Sequences):
    """The same with a department that must consent, too: two sides, two people, both in one round."""

    def draft(self):
        return drafted(self.people.staff, self.people.partner)

    def side_of(self, who):
        return "partner" if who in PARTNERS else super().side_of(who)

    def may_agree(self, side, who):
        apart = side not in self.consents and USERS.get(who, who) not in self.consents.values()
        return apart and super().may_agree(side, who)

    def needs_another(self, side):
        return not self.consents

    @invariant()
    def it_waits_for_the_side_that_has_not_consented(self):
        if hasattr(self, "approval"):
            waiting = {
                who for who in DESK | PARTNERS if can_decide(actor=getattr(self.people, who), approval=self.approval)
            }
            open_to = {who for who in DESK | PARTNERS if self.side_of(who) not in self.consents}
            theirs = {who for who in open_to if USERS.get(who, who) not in self.consents.values()}
            assert waiting == (theirs if self.state == "submitted" else set())


@pytest.mark.parametrize("machine", [Sequences, TwoSides])
def test_no_sequence_of_steps_breaks_the_rules(cast, machine):
    machine.people = make_people(cast)
    steps = settings(
        max_examples=30,
        stateful_step_count=14,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(machine, settings=steps)
