"""What the tests of approvals share: a kind of its own, whose subjects are departments, and its people."""

from dataclasses import dataclass

from accounts.actors import Actor
from accounts.approvals.kinds import Kind, register
from accounts.approvals.rules import Action
from accounts.approvals.services import draft, submit
from accounts.models import Approval, Department, Post
from accounts.rights import ADMIT_FORMS, COLLECT_REPORTS, DESIGN_FORMS
from accounts.roles import Role
from accounts.scope import acting_as
from tests.factories import DISTRICT, Cast, make_actor

happened: list[tuple[str, int, dict]] = []
"""What the hooks were told: action, subject, terms."""


def _hook(action: Action):
    def told(actor, approval, **terms):
        happened.append((action.value, approval.subject_id, terms))
        if terms.get("break"):
            raise RuntimeError("the subject cannot follow")
        return {"granted": len(terms)}

    return told


PROBE, PACT = "probe", "pact"
"""One that the desk decides alone, one that needs the consent of a department, too."""
_hooks = {one: _hook(one) for one in Action}
register(Kind(PROBE, Department, DESIGN_FORMS, ADMIT_FORMS, decide_days=3, hooks=_hooks))
register(Kind(PACT, Department, DESIGN_FORMS, ADMIT_FORMS, COLLECT_REPORTS, decide_days=3, hooks=_hooks))


@dataclass(frozen=True)
class People:
    """Who acts. two_hats and turncoat: the requesting user, and a colleague, working in a post at the desk.

    partner, partner_colleague: of the department whose consent a pact needs; partner_at_desk: the first, at the desk.
    """

    staff: Actor
    colleague: Actor
    desk: Actor
    second_desk: Actor
    two_hats: Actor
    turncoat: Actor
    reviewer: Actor
    bystander: Actor
    worker: Actor
    partner: Actor
    partner_colleague: Actor
    partner_at_desk: Actor


def make_people(cast: Cast) -> People:
    civil = Department.objects.get(pk=cast.department.department_id)
    colleague = make_actor(Role.DEPARTMENT_STAFF, DISTRICT, department=civil)
    law = Department.objects.create(name="区司法局", short_name="司法", area_id=DISTRICT)
    forest = Department.objects.create(name="区林业局", short_name="林业", area_id=DISTRICT)
    partner = make_actor(Role.DEPARTMENT_STAFF, DISTRICT, department=forest)
    return People(
        staff=cast.department,
        colleague=colleague,
        desk=cast.district,
        second_desk=make_actor(Role.DISTRICT_ADMIN, DISTRICT),
        two_hats=at_the_desk(cast.department),
        turncoat=at_the_desk(colleague),
        reviewer=cast.other_department,
        bystander=make_actor(Role.DEPARTMENT_STAFF, DISTRICT, department=law),
        worker=cast.worker,
        partner=partner,
        partner_colleague=make_actor(Role.DEPARTMENT_STAFF, DISTRICT, department=forest),
        partner_at_desk=at_the_desk(partner),
    )


def at_the_desk(actor: Actor) -> Actor:
    """The same user in a second post, at the desk."""
    post = Post.objects.create(user_id=actor.user_id, role=Role.DISTRICT_ADMIN, area_id=DISTRICT)
    return Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True)


def department_of(actor: Actor) -> Department:
    return Department.objects.get(pk=actor.department_id)


def drafted(staff: Actor, partner: Actor | None = None) -> Approval:
    """A request; with a partner it needs that department's consent, too."""
    number = Approval.objects.count() + 1
    kind, department = (PACT, department_of(partner)) if partner else (PROBE, None)
    with acting_as(staff):
        return draft(actor=staff, kind=kind, subject=Department(pk=number), title=f"事项 {number}", partner=department)


def handed_in(staff: Actor, partner: Actor | None = None) -> Approval:
    approval = drafted(staff, partner)
    with acting_as(staff):
        return submit(actor=staff, approval=approval, seen=approval.version)
