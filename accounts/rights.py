"""Rights (权限): the one table that says which role may do what, and the one gate for writes."""

from accounts.actors import Actor
from accounts.codes import contains
from accounts.errors import NotAllowed, NotFound
from accounts.roles import Role

VIEW_RESIDENTS = "registry.view_residents"
CHANGE_RESIDENTS = "registry.change_residents"
IMPORT_RESIDENTS = "registry.import_residents"
VIEW_CATALOGUE = "registry.view_catalogue"
REPORT_EVENTS = "registry.report_events"
HANDLE_EVENTS = "registry.handle_events"
VIEW_EVENTS = "registry.view_events"
DESIGN_FORMS = "forms_engine.design_forms"
ADMIT_FORMS = "forms_engine.admit_forms"
FILL_REPORTS = "forms_engine.fill_reports"
SUBMIT_REPORTS = "forms_engine.submit_reports"
REVIEW_REPORTS = "forms_engine.review_reports"
COLLECT_REPORTS = "forms_engine.collect_reports"
READ_REPORTS = "forms_engine.read_reports"
OPERATE = "portal.operate"
VIEW_PEOPLE = "accounts.view_people"
READ_AUDIT = "accounts.read_audit"
UNMASK = "registry.unmask"
"""See masked items of one person in full, and open an emergency view of the own area."""
WATCH_UNMASKING = "accounts.watch_unmasking"
GIVE_OPINIONS = "accounts.give_opinions"
"""Answer for the own department in a joint review (联审) of any kind of approval."""
WORK = "portal.work"
"""Held by every post: the workbench, one's own account, the own background jobs."""

ROLE_RIGHTS: dict[Role, frozenset[str]] = {
    Role.COMMUNITY_WORKER: frozenset(
        {WORK, VIEW_RESIDENTS, CHANGE_RESIDENTS, IMPORT_RESIDENTS, VIEW_EVENTS, REPORT_EVENTS, HANDLE_EVENTS}
        | {FILL_REPORTS, SUBMIT_REPORTS, READ_REPORTS, UNMASK}
    ),
    Role.GRID_WORKER: frozenset(
        {WORK, VIEW_RESIDENTS, CHANGE_RESIDENTS, VIEW_EVENTS, REPORT_EVENTS, FILL_REPORTS, READ_REPORTS, UNMASK}
    ),
    Role.TOWN_ADMIN: frozenset(
        {WORK, VIEW_RESIDENTS, VIEW_EVENTS, HANDLE_EVENTS, REVIEW_REPORTS, READ_REPORTS, VIEW_PEOPLE}
        | {UNMASK, WATCH_UNMASKING}
    ),
    Role.DISTRICT_ADMIN: frozenset(
        {WORK, VIEW_RESIDENTS, VIEW_EVENTS, ADMIT_FORMS, READ_REPORTS, VIEW_CATALOGUE, VIEW_PEOPLE}
        | {UNMASK, WATCH_UNMASKING}
    ),
    Role.DEPARTMENT_STAFF: frozenset({WORK, DESIGN_FORMS, COLLECT_REPORTS, VIEW_CATALOGUE, GIVE_OPINIONS}),
    Role.DATA_OFFICER: frozenset({WORK, VIEW_CATALOGUE, GIVE_OPINIONS}),
    Role.SYSTEM_ADMIN: frozenset({WORK, OPERATE}),
    Role.SECURITY_ADMIN: frozenset({WORK, VIEW_PEOPLE, WATCH_UNMASKING}),
    Role.AUDIT_ADMIN: frozenset({WORK, READ_AUDIT}),
}


def holds(actor: Actor, right: str) -> bool:
    return right in ROLE_RIGHTS[actor.role]


def require(actor: Actor, right: str, *area_codes: int) -> None:
    """Let the actor pass, or raise: NotFound for an area outside the scope, NotAllowed for a right not held.

    The order matters: an object outside the scope answers the same as one that does not exist.
    """
    for code in area_codes:
        if actor.scope is None or not contains(actor.scope, code):
            raise NotFound
    if not holds(actor, right):
        raise NotAllowed
