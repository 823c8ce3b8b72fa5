"""Who may open what, told without looking at the portal's own tables of rights, areas or grants.

A rule says for one route: who, by which methods, about what, and whether a fresh second factor is asked.
`expected` gives the outcome of one cell of the matrix.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Places, each with the place around it --------------------------------------------------------------------------
AROUND = {
    "east grid": "east",
    "east": "town",
    "west": "town",
    "town": "district",
    "other town": "district",
    "far village": "far district",
}


def covers(place: str | None, inner: str | None) -> bool:
    """Whether a post in `place` covers `inner`."""
    while inner is not None:
        if inner == place:
            return True
        inner = AROUND.get(inner)
    return False


# Who comes ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Visitor:
    """role: "" for nobody. factor: "none", "stale" (given long ago) or "fresh". department: name of it.

    scopes: of a machine, which comes with a token instead of a session.
    """

    name: str
    role: str = ""
    place: str = ""
    department: str = ""
    factor: str = "fresh"
    post_ended: bool = False
    scopes: tuple[str, ...] = ()


OF_DEPARTMENTS = ("forms", "totals", "rows", "exports", "todos", "proposals")
VISITORS = (
    Visitor("anonymous"),
    Visitor("worker", "worker", "east"),
    Visitor("colleague", "worker", "east", factor="none"),
    Visitor("neighbour", "worker", "west"),
    Visitor("grid worker", "grid", "east grid"),
    Visitor("far worker", "worker", "far village"),
    Visitor("town", "town", "town"),
    Visitor("town without a second factor", "town", "town", factor="none"),
    Visitor("other town", "town", "other town"),
    Visitor("district", "district", "district"),
    Visitor("district after a while", "district", "district", factor="stale"),
    Visitor("far district", "district", "far district"),
    Visitor("department", "department", "district", "civil"),
    Visitor("department without a second factor", "department", "district", "civil", factor="none"),
    Visitor("department after a while", "department", "district", "civil", factor="stale"),
    Visitor("other department", "department", "district", "disabled"),
    Visitor("department with a grant", "department", "district", "granted"),
    Visitor("data officer", "data officer", "district"),
    Visitor("data officer of civil", "data officer", "district", "civil"),
    Visitor("discipline office", "discipline", "district"),
    Visitor("discipline office after a while", "discipline", "district", factor="stale"),
    Visitor("far discipline office", "discipline", "far district"),
    Visitor("system administrator", "system", "district"),
    Visitor("security administrator", "security", "district"),
    Visitor("audit administrator", "audit", "district"),
    Visitor("machine of civil", "department", "district", "civil", scopes=OF_DEPARTMENTS),
    Visitor("machine of civil for totals", "department", "district", "civil", scopes=("totals",)),
    Visitor("machine of the village", "worker", "east", scopes=("reports", "cells", "tags", "proposals")),
    Visitor("worker whose post ended", "worker", "east", post_ended=True),
)
NEED_SECOND_FACTOR = {"town", "district", "department", "data officer", "discipline", "system", "security", "audit"}


#: Highest level of a data item (GB/T 43697-2024) that a role reads unmasked; 4 is above everybody.
READS = {"worker": 3, "grid": 3, "town": 3, "district": 2, "department": 2, "data officer": 2}


def is_above_clearance(visitor: Visitor, level: int) -> bool:
    """Whether a value of that level may be in no answer to the visitor, whatever the object and the way to ask."""
    return level > READS.get(visitor.role, 0)


# What is asked for ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Thing:
    """An object of one kind. places: where it belongs. department: whose. holder: visitor whose own it is.

    role: of an account or post. state: of a dataset.

    exists: False for an address that leads nowhere.
    """

    kind: str
    name: str
    role: str = ""
    places: tuple[str, ...] = ()
    department: str = ""
    collectors: tuple[str, ...] = ()
    holder: str = ""
    state: str = ""
    exists: bool = True


NOTHING = Thing("", "")


OF_DEPARTMENT = frozenset(
    {"form", "pack", "channel", "connector", "target", "question", "kept dataset", "kept dataset with a door"}
)
"""Kinds of things that only their own department finds."""


def sees(visitor: Visitor, thing: Thing) -> bool:
    """Whether the object exists for the visitor."""
    if thing.kind in SEEN:
        return thing.exists and SEEN[thing.kind](visitor, thing)
    match thing.kind:
        case "" | "item":
            seen = True
        case "post":
            seen = thing.holder == visitor.name and not visitor.post_ended
        case "emergency":
            # Heads above the village; the security administrator follows the counts and sees no single one.
            seen = visitor.role in ("town", "district") and any(covers(visitor.place, place) for place in thing.places)
        case "session" | "job" | "step by hand" | "sign-on" | "saved list" | "deleted list":
            seen = thing.holder == visitor.name
        case kind if kind in OF_DEPARTMENT:
            seen = bool(visitor.department) and thing.department == visitor.department
        case "sending" | "collected form":
            seen = visitor.department in thing.collectors
        case "file" | "export":
            seen = visitor.department == thing.department and visitor.department in thing.collectors
        case "report" | "copied report":
            around = AROUND.get(visitor.place) if visitor.role == "grid" else None
            seen = any(covers(visitor.place, place) or place == around for place in thing.places)
        case _:
            seen = any(covers(visitor.place, place) for place in thing.places)
    return thing.exists and seen


def _sees_tag(visitor: Visitor, thing: Thing) -> bool:
    """A tag holds below its place, and is known around it; a request is its owner's and the desk's."""
    inside = any(covers(visitor.place, place) for place in thing.places)
    if thing.kind == "own tag request":
        return owns(visitor, thing)
    if thing.kind == "tag request":
        return owns(visitor, thing) or (visitor.role == "district" and inside)
    return inside or any(covers(place, visitor.place) for place in thing.places)


def owns(visitor: Visitor, thing: Thing) -> bool:
    """Whose tag it is, or whose request: the department's, or the holder's own."""
    return visitor.department == thing.department if thing.department else visitor.name == thing.holder


def _sees_dataset(visitor: Visitor, thing: Thing) -> bool:
    """Published: by everybody around its department. Else by its keeper and, once handed in, at the desk."""
    near = any(covers(place, visitor.place) or covers(visitor.place, place) for place in thing.places)
    kept = visitor.role == "data officer" and visitor.department == thing.department
    at_desk = visitor.role == "district" and near
    return kept or (near if thing.state == "published" else at_desk and thing.state == "submitted")


def _sees_correction(visitor: Visitor, thing: Thing) -> bool:
    """Villages, towns and the district by area, data officers those of their own department's datasets."""
    inside = any(covers(visitor.place, place) for place in thing.places)
    return inside and (visitor.role != "data officer" or visitor.department == thing.department)


def _sees_system(visitor: Visitor, thing: Thing) -> bool:
    """Admitted: by the whole district. Else by its department and, once handed in, at the desk."""
    near = any(covers(place, visitor.place) or covers(visitor.place, place) for place in thing.places)
    kept = visitor.role == "department" and visitor.department == thing.department
    at_desk = visitor.role == "district" and near and thing.state == "submitted"
    return kept or at_desk or (near and thing.state == "admitted")


def _sees_issuer(visitor: Visitor, thing: Thing) -> bool:
    """A department by those of whom it asked something, and by itself; not by other departments."""
    if visitor.department:
        return visitor.department == thing.department
    return any(covers(visitor.place, place) for place in thing.places)


def _sees_grant(visitor: Visitor, thing: Thing) -> bool:
    """A grant, or the request for one, of a unit to a dataset of a department: by the unit itself and by the two who
    decide; a grant also by everybody below the unit who reads under it.

    thing.places: of the unit; thing.department: of the unit, if it is one; thing.holder: the source department, but of
    an "asked grant", to be taken back, who asked.
    """
    works_for_area = visitor.role in READERS and not visitor.department
    own = (
        thing.department == visitor.department if thing.department else works_for_area and visitor.place in thing.places
    )
    officer = visitor.role == "data officer" and visitor.department == thing.holder
    authority = visitor.role == "district" and any(covers(visitor.place, place) for place in thing.places)
    if thing.kind == "ended by its sides":
        return officer or authority
    if thing.kind == "asked grant":
        return owns(visitor, thing)
    below = not thing.department and visitor.role in READERS and any(covers(p, visitor.place) for p in thing.places)
    return officer or authority or own or (thing.kind == "grant" and below)


def _applies(visitor: Visitor, thing: Thing) -> bool:
    """Whoever is near a published dataset of another department may apply for it, for a unit that the post stands for:
    a data officer of no department stands for none."""
    stands = bool(visitor.department) or visitor.role != "data officer"
    near = _sees_dataset(visitor, thing) and thing.state == "published"
    return stands and near and visitor.department != thing.department


def _reads_dataset(visitor: Visitor, thing: Thing) -> bool:
    """Whoever the grant to the unit names: its own posts and those below, not those above."""
    return any(covers(place, visitor.place) for place in thing.places)


def _reads_notice(visitor: Visitor, thing: Thing) -> bool:
    """Published, and for the role and a place around the post. thing.places: to where; thing.holder: to which role."""
    return (
        thing.state == "published"
        and visitor.role == thing.holder
        and any(covers(p, visitor.place) for p in thing.places)
    )


def _sends_notice(visitor: Visitor, thing: Thing, *, desk: bool = True) -> bool:
    """The unit that wrote it (thing.role: its place), and the district for departments' that are no drafts."""
    if visitor.role not in SENDERS:
        return False
    own = visitor.department == thing.department and visitor.place == thing.role
    decides = desk and visitor.role == "district" and bool(thing.department) and thing.state != "draft"
    return own or (decides and covers(visitor.place, thing.role))


SEEN: dict[str, Callable[[Visitor, Thing], bool]] = {
    "tag": _sees_tag,
    "tag request": _sees_tag,
    "own tag request": _sees_tag,
    "dataset": _sees_dataset,
    "correction": _sees_correction,
    "granted dataset": _reads_dataset,
    # Of forms by the staff, of corrections by the data officers.
    "flow": lambda visitor, thing: (visitor.department, visitor.role) == (thing.department, thing.role),
    "evidence": _sees_correction,
    "system": _sees_system,
    "own system todo": lambda visitor, thing: visitor.role == "worker" and visitor.place in thing.places,
    "hardly used system": lambda visitor, thing: any(covers(visitor.place, place) for place in thing.places),
    "letter": lambda visitor, thing: (
        visitor.department == thing.department
        if visitor.department
        else any(covers(visitor.place, place) for place in thing.places)
    ),
    "sending system": lambda visitor, thing: visitor.department == thing.department,
    "system todo": lambda visitor, thing: visitor.department == thing.department,
    "kept system": lambda visitor, thing: visitor.department == thing.department,
    "system at the desk": lambda visitor, thing: any(covers(visitor.place, place) for place in thing.places),
    "system account": lambda visitor, thing: visitor.department == thing.department,
    # Filed for villages of the whole district.
    "open system": lambda visitor, thing: visitor.role in VILLAGE and visitor.place != "far village",
    "entrance": lambda visitor, thing: visitor.place == "district",
    "system question": lambda visitor, thing: visitor.department == thing.department,
    "complaint": lambda visitor, thing: any(covers(visitor.place, place) for place in thing.places),
    "named complaint": lambda visitor, thing: any(covers(visitor.place, place) for place in thing.places),
    "photo of a complaint": lambda visitor, thing: any(covers(visitor.place, place) for place in thing.places),
    "inquiry": lambda visitor, thing: visitor.department == thing.department,
    "photo of an inquiry": lambda visitor, thing: visitor.department == thing.department,
    "notice": lambda visitor, thing: _reads_notice(visitor, thing) or _sends_notice(visitor, thing),
    "file of a notice": lambda visitor, thing: _reads_notice(visitor, thing) or _sends_notice(visitor, thing),
    "sent notice": lambda visitor, thing: _sends_notice(visitor, thing, desk=False),
    "notice at the desk": lambda visitor, thing: bool(thing.department) and _sends_notice(visitor, thing),
    "guide": lambda visitor, thing: any(covers(place, visitor.place) for place in thing.places),
    "issuer": _sees_issuer,
    "dataset to apply for": _applies,
    "grant": _sees_grant,
    "grant request": _sees_grant,
    "asked grant": _sees_grant,
    "ended by its sides": _sees_grant,
    # Whoever runs the portal sees every job, whoever asked for it.
    "job that gave up": lambda visitor, thing: True,
    "waiting job": lambda visitor, thing: True,
    "feature": lambda visitor, thing: True,
    # Open and closed, there and nowhere: a system without the secret is told the same.
    "door": lambda visitor, thing: True,
}


# The rules -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rule:
    who: frozenset[str]
    methods: frozenset[str]
    of: str = ""
    step_up: bool = False
    manages: bool = False
    owned: bool = False
    unmasks: bool = False
    scope: str = ""


ANYBODY = frozenset({"anybody"})
SIGNED_IN = frozenset({"signed in"})
EVERY_POST = frozenset({"worker", "grid"}) | NEED_SECOND_FACTOR
VILLAGE = frozenset({"worker", "grid"})
READERS = VILLAGE | {"town", "district"}
WORKER = frozenset({"worker"})
TOWN, DISTRICT, DEPARTMENT = frozenset({"town"}), frozenset({"district"}), frozenset({"department"})
AUDIT = frozenset({"audit"})
SECURITY = frozenset({"security"})
SYSTEM = frozenset({"system"})
CLIENT_READERS = frozenset({"district", "security"})
API = "GET HEAD OPTIONS"
HEADS = frozenset({"town", "district", "security"})
VILLAGE_POSTS = frozenset({"worker", "grid"})
MANAGED = {
    "town": VILLAGE_POSTS,
    "district": VILLAGE_POSTS | {"town", "department"},
    "security": VILLAGE_POSTS | NEED_SECOND_FACTOR,
}
REVIEWERS = frozenset({"department", "data officer"})
GRID_MAKERS = frozenset({"town", "district"})
TAG_READERS = READERS | {"department", "data officer"}
TAG_MAKERS = frozenset({"worker", "town", "district", "department"})
CATALOGUE = frozenset({"district", "department", "data officer"})
DATASET_READERS = READERS | {"department", "data officer"}
SYSTEM_READERS = frozenset({"town", "district", "department", "data officer"})
OFFICER = frozenset({"data officer"})
PUSHERS = OFFICER | {"department"}
CORRECTION_READERS = VILLAGE | {"town", "data officer"}
BURDEN_READERS = frozenset({"worker", "town", "district", "department"})
REPORTERS = READERS | {"department", "data officer"}
DISCIPLINE = frozenset({"discipline"})
NOTICE_READERS = REPORTERS | DISCIPLINE
SENDERS = frozenset({"town", "district", "department"})
GRANT_MAKERS = frozenset({"worker", "town", "district", "department", "data officer"})
SYSTEM_USERS = READERS | {"department", "data officer"}
ENTRANCE_READERS = frozenset({"system", "security"})
GRANT_DESKS = frozenset({"district", "data officer"})


def rule(who: frozenset[str], methods: str, of: str = "", **more: Any) -> Rule:
    """methods: separated by blanks. manages: acts on an account or post, which only its managers may.
    owned: acts on a tag, which only its owner and the desk may. unmasks: answers one value in full, for a reason given.

    scope: of the API; what a machine's token must say. Without one no machine comes in.
    """
    return Rule(who, frozenset(methods.split()), of, **more)


def _places(kind: str) -> dict[str, Rule]:
    return {
        f"registry:{kind}_list": rule(READERS, "GET"),
        f"registry:{kind}_export": rule(READERS, "GET", step_up=True),
        f"registry:{kind}_add": rule(VILLAGE, "GET POST"),
        f"registry:{kind}_detail": rule(READERS, "GET", kind),
        f"registry:{kind}_edit": rule(VILLAGE, "GET POST", kind),
        f"registry:{kind}_close": rule(VILLAGE, "GET POST", kind),
        f"registry:{kind}_reopen": rule(VILLAGE, "POST", kind),
        f"registry:{kind}_unmask": rule(READERS, "GET POST", kind, step_up=True),
    }


RULES: dict[str, Rule] = {
    "healthz": rule(ANYBODY, "GET HEAD"),
    "readyz": rule(ANYBODY, "GET HEAD"),
    "metrics": rule(ANYBODY, "GET HEAD", "figures"),
    "api_docs": rule(frozenset({"department", "system"}), "GET HEAD"),
    "api_schema": rule(frozenset({"department", "system"}), API),
    "accounts:api_token": rule(ANYBODY, "POST"),
    "accounts:clients": rule(CLIENT_READERS, "GET HEAD"),
    "accounts:client_new": rule(SECURITY, "GET HEAD POST", step_up=True),
    "accounts:client_detail": rule(CLIENT_READERS, "GET HEAD", "machine"),
    "accounts:client_secret": rule(SECURITY, "GET HEAD POST", "machine", step_up=True),
    "accounts:client_open": rule(DISTRICT, "GET HEAD POST", "machine", step_up=True),
    "accounts:client_suspend": rule(CLIENT_READERS, "POST", "machine"),
    "portal:home": rule(EVERY_POST, "GET HEAD"),
    "portal:help": rule(EVERY_POST, "GET HEAD"),
    "portal:burden": rule(BURDEN_READERS, "GET HEAD"),
    "portal:returns": rule(DISTRICT | OFFICER, "GET HEAD"),
    "portal:returns_export": rule(DISTRICT | OFFICER, "GET HEAD", step_up=True),
    "portal:burden_area": rule(BURDEN_READERS, "GET HEAD", "community"),
    "portal:burden_department": rule(BURDEN_READERS, "GET HEAD", "issuer"),
    "portal:burden_export": rule(BURDEN_READERS, "GET HEAD", step_up=True),
    "portal:burden_outside": rule(WORKER, "GET POST"),
    "portal:burden_outside_remove": rule(WORKER, "POST", "outside ask"),
    "portal:burden_points": rule(DISTRICT, "GET POST"),
    "portal:burden_point_end": rule(DISTRICT, "POST", "monitoring point"),
    "portal:burden_bulletin": rule(BURDEN_READERS, "GET HEAD"),
    "portal:burden_bulletin_word": rule(BURDEN_READERS, "GET HEAD"),
    "portal:burden_bulletin_pdf": rule(BURDEN_READERS, "GET HEAD"),
    "portal:feature_list": rule(SYSTEM, "GET HEAD"),
    "portal:feature_switch": rule(SYSTEM, "GET HEAD POST", "feature"),
    "portal:status": rule(SYSTEM, "GET HEAD"),
    "portal:status_tasks": rule(SYSTEM, "GET HEAD"),
    "portal:status_task_retry": rule(SYSTEM, "POST", "job that gave up"),
    "portal:status_task_stop": rule(SYSTEM, "POST", "waiting job"),
    "portal:system_list": rule(SYSTEM_READERS, "GET HEAD"),
    "portal:system_export": rule(SYSTEM_READERS, "GET HEAD", step_up=True),
    "portal:system_new": rule(DEPARTMENT, "GET POST"),
    "portal:system_detail": rule(SYSTEM_READERS, "GET HEAD", "system"),
    "portal:system_edit": rule(DEPARTMENT, "GET POST", "kept system"),
    "portal:system_begin": rule(DEPARTMENT, "POST", "kept system"),
    "portal:system_submit": rule(DEPARTMENT, "POST", "kept system"),
    "portal:system_withdraw": rule(DEPARTMENT, "POST", "kept system"),
    "portal:system_decide": rule(DISTRICT, "POST", "system at the desk"),
    "portal:system_review": rule(DISTRICT, "POST", "system at the desk"),
    "portal:system_suspend": rule(DISTRICT, "POST", "system at the desk"),
    "portal:system_resume": rule(DISTRICT, "POST", "system at the desk"),
    "portal:system_entrance": rule(DEPARTMENT, "GET HEAD POST", "kept system"),
    "portal:system_entrance_secret": rule(DEPARTMENT, "GET HEAD POST", "kept system", step_up=True),
    "portal:system_accounts": rule(DEPARTMENT, "GET HEAD POST", "kept system"),
    "portal:system_account_remove": rule(DEPARTMENT, "POST", "system account"),
    "portal:entrance_list": rule(ENTRANCE_READERS, "GET HEAD"),
    "portal:entrance_open": rule(SECURITY, "GET HEAD POST", "entrance", step_up=True),
    "portal:entrance_close": rule(SECURITY, "POST", "entrance"),
    "portal:directory": rule(SYSTEM_USERS, "GET HEAD"),
    "portal:directory_enter": rule(SYSTEM_USERS, "POST", "open system"),
    "portal:directory_arrange": rule(SYSTEM_USERS, "POST", "open system"),
    "portal:signed_on": rule(EVERY_POST, "GET HEAD"),
    "portal:signed_on_end": rule(EVERY_POST, "POST", "sign-on"),
    "portal:oidc_discovery": rule(ANYBODY, "GET HEAD"),
    "portal:oidc_keys": rule(ANYBODY, "GET HEAD"),
    "portal:oidc_authorize": rule(ANYBODY, "GET HEAD"),
    "portal:oidc_token": rule(ANYBODY, "POST"),
    "portal:oidc_userinfo": rule(ANYBODY, "GET"),
    "portal:oidc_logout": rule(ANYBODY, "GET HEAD POST"),
    "portal:cas_login": rule(ANYBODY, "GET HEAD"),
    "portal:cas_validate": rule(ANYBODY, "GET HEAD"),
    "portal:cas_validate_3": rule(ANYBODY, "GET HEAD"),
    "portal:cas_logout": rule(ANYBODY, "GET HEAD POST"),
    "portal:system_opinion_list": rule(REVIEWERS, "GET HEAD"),
    "portal:system_opinion": rule(REVIEWERS, "GET POST", "system question"),
    "portal:system_low_use": rule(DISTRICT | DEPARTMENT, "GET HEAD"),
    "portal:system_letter_issue": rule(DISTRICT, "POST", "hardly used system"),
    "portal:system_letter": rule(DISTRICT | DEPARTMENT, "GET HEAD POST", "letter"),
    "portal:system_letter_word": rule(DISTRICT | DEPARTMENT, "GET HEAD", "letter"),
    "portal:todo_list": rule(VILLAGE | TOWN, "GET HEAD"),
    "portal:todo_open": rule(VILLAGE | TOWN, "POST", "own system todo"),
    "portal:api_systems": rule(DEPARTMENT, API, scope="todos"),
    "portal:api_todos": rule(DEPARTMENT, API, "sending system", scope="todos"),
    "portal:api_todo": rule(DEPARTMENT, f"{API} PUT", "system todo", scope="todos"),
    "portal:api_todo_close": rule(DEPARTMENT, "POST OPTIONS", "system todo", scope="todos"),
    "portal:notice_list": rule(NOTICE_READERS, "GET HEAD"),
    "portal:notice_detail": rule(NOTICE_READERS, "GET HEAD", "notice"),
    "portal:notice_file": rule(NOTICE_READERS, "GET HEAD", "file of a notice"),
    "portal:notice_sent": rule(SENDERS, "GET HEAD"),
    "portal:notice_new": rule(SENDERS, "GET POST"),
    "portal:notice_edit": rule(SENDERS, "GET POST", "sent notice"),
    "portal:notice_publish": rule(SENDERS, "POST", "sent notice"),
    "portal:notice_recall": rule(SENDERS, "POST", "sent notice"),
    "portal:notice_decide": rule(DISTRICT, "POST", "notice at the desk"),
    "portal:guide_list": rule(NOTICE_READERS, "GET HEAD"),
    "portal:guide_new": rule(DISTRICT, "GET POST"),
    "portal:guide_file": rule(NOTICE_READERS, "GET HEAD", "guide"),
    "portal:guide_retire": rule(DISTRICT, "POST", "guide"),
    "portal:complaint_list": rule(REPORTERS, "GET HEAD"),
    "portal:complaint_new": rule(REPORTERS, "GET POST"),
    "portal:complaint_mine": rule(REPORTERS, "GET POST"),
    "portal:complaint_follow_up": rule(REPORTERS, "POST"),
    "portal:discipline_list": rule(DISCIPLINE, "GET HEAD"),
    "portal:discipline_export": rule(DISCIPLINE, "GET HEAD", step_up=True),
    "portal:discipline_detail": rule(DISCIPLINE, "GET HEAD", "complaint"),
    "portal:discipline_step": rule(DISCIPLINE, "POST", "complaint"),
    "portal:discipline_reporter": rule(DISCIPLINE, "GET POST", "named complaint", step_up=True),
    "portal:discipline_evidence": rule(DISCIPLINE, "GET HEAD", "photo of a complaint"),
    "portal:inquiry_list": rule(DEPARTMENT, "GET HEAD"),
    "portal:inquiry_detail": rule(DEPARTMENT, "GET POST", "inquiry"),
    "portal:inquiry_evidence": rule(DEPARTMENT, "GET HEAD", "photo of an inquiry"),
    "accounts:login": rule(ANYBODY, "GET HEAD POST"),
    "accounts:logout": rule(ANYBODY, "POST"),
    "accounts:care": rule(ANYBODY, "POST"),
    "accounts:no_post": rule(SIGNED_IN, "GET HEAD"),
    "accounts:switch_post": rule(SIGNED_IN, "POST", "post"),
    "accounts:second_factor": rule(SIGNED_IN, "GET HEAD POST"),
    "accounts:second_factor_setup": rule(SIGNED_IN, "GET HEAD POST"),
    "accounts:recovery_codes": rule(SIGNED_IN, "POST", step_up=True),
    "accounts:first_password": rule(SIGNED_IN, "GET HEAD POST"),
    "accounts:sessions": rule(EVERY_POST, "GET HEAD"),
    "accounts:session_end": rule(EVERY_POST, "POST", "session"),
    "accounts:sessions_end_others": rule(EVERY_POST, "POST"),
    "accounts:emergency_open": rule(READERS, "GET POST", step_up=True),
    "accounts:emergency_end": rule(READERS, "POST"),
    "accounts:sight_log": rule(HEADS, "GET HEAD"),
    "accounts:emergency_note": rule(HEADS, "POST", "emergency"),
    "accounts:me": rule(EVERY_POST, "GET HEAD"),
    "accounts:password": rule(EVERY_POST, "GET HEAD POST"),
    "accounts:job_detail": rule(EVERY_POST, "GET HEAD", "job"),
    "accounts:people": rule(HEADS, "GET HEAD"),
    "accounts:people_waiting": rule(HEADS, "GET HEAD POST", step_up=True),
    "accounts:people_import": rule(HEADS, "GET HEAD POST"),
    "accounts:people_import_template": rule(HEADS, "GET HEAD"),
    "accounts:people_import_detail": rule(HEADS, "GET HEAD", "list of people", step_up=True),
    "accounts:people_import_write": rule(HEADS, "POST", "list of people", step_up=True),
    "accounts:person": rule(HEADS, "GET HEAD", "account"),
    "accounts:person_add": rule(HEADS, "GET HEAD POST"),
    "accounts:person_rename": rule(HEADS, "GET HEAD POST", "account", manages=True),
    "accounts:person_suspend": rule(HEADS, "POST", "account", manages=True),
    "accounts:person_reactivate": rule(HEADS, "POST", "account", manages=True),
    "accounts:person_password": rule(HEADS, "GET HEAD POST", "account", step_up=True, manages=True),
    "accounts:person_release": rule(HEADS, "GET HEAD POST", "account", step_up=True, manages=True),
    "accounts:person_second_factor": rule(HEADS, "GET HEAD POST", "account", step_up=True, manages=True),
    "accounts:post_add": rule(HEADS, "GET HEAD POST", "account"),
    "accounts:post_edit": rule(HEADS, "GET HEAD POST", "office", manages=True),
    "accounts:post_move": rule(HEADS, "GET HEAD POST", "office", manages=True),
    "accounts:post_end": rule(HEADS, "POST", "office", manages=True),
    "accounts:post_reopen": rule(HEADS, "POST", "office", manages=True),
    "accounts:post_handover": rule(HEADS, "GET HEAD POST", "office", manages=True),
    "accounts:grid_list": rule(HEADS, "GET HEAD"),
    "accounts:grid_detail": rule(HEADS, "GET HEAD", "community"),
    "accounts:grid_add": rule(GRID_MAKERS, "GET HEAD POST", "community"),
    "accounts:grid_rename": rule(GRID_MAKERS, "GET HEAD POST", "unit"),
    "accounts:grid_close": rule(GRID_MAKERS, "POST", "unit"),
    "accounts:grid_reopen": rule(GRID_MAKERS, "POST", "unit"),
    "accounts:upstream_login": rule(ANYBODY, "GET", "provider"),
    "accounts:upstream_callback": rule(ANYBODY, "GET", "provider"),
    "accounts:upstream_link": rule(EVERY_POST, "GET", "provider", step_up=True),
    "accounts:upstream_unlink": rule(EVERY_POST, "POST", step_up=True),
    "portal:audit_list": rule(AUDIT, "GET HEAD"),
    "portal:audit_detail": rule(AUDIT, "GET HEAD", "audit line"),
    "portal:audit_seen_by": rule(AUDIT, "POST"),
    "portal:audit_overview": rule(AUDIT, "GET HEAD"),
    "portal:audit_exports": rule(AUDIT, "GET HEAD POST", step_up=True),
    "portal:audit_download": rule(AUDIT, "GET HEAD", "audit file", step_up=True),
    "portal:audit_digest": rule(AUDIT, "GET HEAD", "audit file", step_up=True),
    **_places("person"),
    **_places("household"),
    **_places("dwelling"),
    **_places("organization"),
    "registry:person_search": rule(READERS, "POST"),
    "registry:person_saved_lists": rule(READERS, "GET"),
    "registry:person_save_list": rule(READERS, "POST"),
    "registry:person_rename_list": rule(READERS, "POST", "saved list"),
    "registry:person_delete_list": rule(READERS, "POST", "saved list"),
    "registry:person_restore_list": rule(READERS, "POST", "deleted list"),
    "registry:person_import": rule(WORKER, "GET POST"),
    "registry:import_detail": rule(WORKER, "GET POST", "import"),
    "registry:import_write": rule(WORKER, "POST", "import"),
    "registry:import_cancel": rule(WORKER, "POST", "import"),
    "registry:import_errors": rule(WORKER, "GET", "import"),
    "registry:difference_settle": rule(VILLAGE, "POST", "difference"),
    "registry:household_members": rule(VILLAGE, "GET POST", "household"),
    "registry:dwelling_residents": rule(VILLAGE, "GET POST", "dwelling"),
    "registry:event_list": rule(READERS, "GET"),
    "registry:event_ledger": rule(READERS, "GET", step_up=True),
    "registry:event_report": rule(VILLAGE, "GET POST"),
    "registry:event_people": rule(VILLAGE, "POST"),
    "registry:event_detail": rule(READERS, "GET POST", "event"),
    "registry:event_photo": rule(READERS, "GET", "photo"),
    "registry:item_list": rule(CATALOGUE, "GET"),
    "registry:item_detail": rule(CATALOGUE, "GET", "item"),
    "tagging:tag_list": rule(TAG_READERS, "GET HEAD"),
    "tagging:tag_import": rule(TAG_MAKERS, "GET HEAD POST"),
    "tagging:tag_export": rule(TAG_READERS, "GET HEAD", step_up=True),
    "tagging:import_map": rule(TAG_MAKERS, "POST", "own tag request"),
    "tagging:api_tags": rule(TAG_READERS, API, scope="tags"),
    "tagging:api_tag_assignments": rule(READERS, API, scope="tags"),
    "tagging:api_tag_proposals": rule(TAG_MAKERS, "POST OPTIONS", scope="proposals"),
    "tagging:api_tag_proposal": rule(TAG_MAKERS, API, "tag request", scope="proposals"),
    "tagging:tag_statistics": rule(TAG_READERS, "GET HEAD"),
    "tagging:tag_statistics_export": rule(TAG_READERS, "GET HEAD", step_up=True),
    "tagging:tag_trend": rule(TAG_READERS, "GET HEAD", "tag"),
    "tagging:tag_detail": rule(TAG_READERS, "GET HEAD", "tag"),
    "tagging:tag_add": rule(TAG_MAKERS, "GET HEAD POST"),
    "tagging:tag_change": rule(TAG_MAKERS, "GET HEAD POST", "tag", owned=True),
    "tagging:tag_retire": rule(TAG_MAKERS, "GET HEAD POST", "tag", owned=True),
    "tagging:tag_merge": rule(TAG_MAKERS, "GET HEAD POST", "tag", owned=True),
    "tagging:recheck_list": rule(VILLAGE, "GET HEAD"),
    "tagging:recheck_tag": rule(VILLAGE, "GET HEAD POST", "tag"),
    "tagging:hand": rule(VILLAGE, "POST", "marked person"),
    "tagging:hand_undo": rule(VILLAGE, "POST", "step by hand"),
    "tagging:story": rule(READERS, "GET HEAD", "marked person"),
    "tagging:change_list": rule(TAG_MAKERS, "GET HEAD"),
    "tagging:change_detail": rule(TAG_MAKERS, "GET HEAD POST", "tag request"),
    "tagging:change_revise": rule(TAG_MAKERS, "GET HEAD POST", "tag request"),
    "tagging:change_impact": rule(TAG_MAKERS, "POST", "tag request"),
    "tagging:change_submit": rule(TAG_MAKERS, "POST", "own tag request"),
    "tagging:change_withdraw": rule(TAG_MAKERS, "POST", "own tag request"),
    "data_return:dataset_list": rule(DATASET_READERS, "GET HEAD"),
    "data_return:dataset_new": rule(OFFICER, "GET POST"),
    "data_return:dataset_detail": rule(DATASET_READERS, "GET HEAD", "dataset"),
    "data_return:dataset_why": rule(DATASET_READERS, "GET HEAD", "dataset"),
    "data_return:why_find": rule(READERS, "GET HEAD POST"),
    **{
        f"data_return:why_{kind}": rule(READERS, "GET HEAD", kind)
        for kind in ("person", "household", "dwelling", "organization")
    },
    "data_return:dataset_edit": rule(OFFICER, "GET POST", "kept dataset"),
    "data_return:dataset_new_version": rule(OFFICER, "POST", "kept dataset"),
    "data_return:dataset_records": rule(OFFICER, "GET POST", "kept dataset"),
    "data_return:dataset_events": rule(OFFICER, "GET HEAD", "kept dataset"),
    "data_return:dataset_event_secret": rule(OFFICER, "GET HEAD POST", "kept dataset", step_up=True),
    "data_return:dataset_event_switch": rule(OFFICER, "POST", "kept dataset with a door"),
    "data_return:api_events": rule(ANYBODY, "POST OPTIONS", "door"),
    "data_return:dataset_submit": rule(OFFICER, "POST", "kept dataset"),
    "data_return:dataset_withdraw": rule(OFFICER, "POST", "kept dataset"),
    "data_return:dataset_applicants": rule(OFFICER, "GET HEAD POST", "kept dataset"),
    "data_return:grant_new": rule(GRANT_MAKERS, "GET HEAD POST", "dataset to apply for"),
    "data_return:grant_list": rule(DATASET_READERS, "GET HEAD"),
    "data_return:grant_detail": rule(DATASET_READERS, "GET HEAD", "grant"),
    "data_return:grant_narrow": rule(GRANT_DESKS, "GET HEAD POST", "ended by its sides"),
    "data_return:grant_revoke": rule(GRANT_DESKS, "POST", "ended by its sides"),
    "data_return:request_detail": rule(DATASET_READERS, "GET HEAD", "grant request"),
    "data_return:request_revise": rule(GRANT_MAKERS, "GET HEAD POST", "grant request"),
    "data_return:request_withdraw": rule(GRANT_MAKERS, "POST", "asked grant"),
    "data_return:request_decide": rule(GRANT_DESKS, "POST", "grant request"),
    "data_return:dataset_decide": rule(DISTRICT, "POST", "dataset at the desk"),
    "data_return:dataset_compare": rule(READERS, "GET HEAD", "granted dataset"),
    "data_return:dataset_compare_export": rule(READERS, "GET HEAD", "granted dataset", step_up=True),
    "data_return:dataset_compare_areas": rule(TOWN | DISTRICT, "GET HEAD", "granted dataset"),
    "data_return:dataset_compare_areas_export": rule(TOWN | DISTRICT, "GET HEAD", "granted dataset", step_up=True),
    "data_return:record_adopt": rule(VILLAGE, "POST", "record"),
    "data_return:record_mark": rule(VILLAGE, "GET POST", "record"),
    "data_return:record_right": rule(VILLAGE, "POST"),
    "data_return:correction_list": rule(CORRECTION_READERS, "GET HEAD"),
    "data_return:correction_clocks": rule(DISTRICT, "GET HEAD"),
    "data_return:correction_accept_many": rule(OFFICER, "POST"),
    "data_return:correction_acknowledge_many": rule(VILLAGE, "POST"),
    "data_return:correction_detail": rule(CORRECTION_READERS, "GET HEAD", "correction"),
    "data_return:correction_full": rule(OFFICER, "GET HEAD", "correction", step_up=True),
    "data_return:correction_answer": rule(OFFICER, "POST", "correction"),
    "data_return:correction_object": rule(VILLAGE, "POST", "correction"),
    "data_return:correction_acknowledge": rule(VILLAGE, "POST", "correction"),
    "data_return:correction_withdraw": rule(VILLAGE, "POST", "correction"),
    "data_return:correction_evidence": rule(CORRECTION_READERS, "GET HEAD", "evidence"),
    "data_return:channel_list": rule(OFFICER, "GET HEAD"),
    "data_return:channel_new": rule(OFFICER, "GET HEAD POST"),
    "data_return:channel_edit": rule(OFFICER, "GET HEAD POST", "channel"),
    "data_return:channel_try": rule(OFFICER, "POST", "channel"),
    "data_return:connector_list": rule(OFFICER, "GET HEAD"),
    "data_return:connector_new": rule(OFFICER, "GET HEAD POST"),
    "data_return:connector": rule(OFFICER, "GET HEAD", "connector"),
    "data_return:connector_source": rule(OFFICER, "GET HEAD POST", "connector"),
    "data_return:connector_test": rule(OFFICER, "POST", "connector"),
    "data_return:connector_fields": rule(OFFICER, "GET HEAD POST", "connector"),
    "data_return:connector_schedule": rule(OFFICER, "GET HEAD POST", "connector"),
    "data_return:connector_switch": rule(OFFICER, "POST", "connector"),
    "data_return:connector_run": rule(OFFICER, "POST", "connector"),
    "data_return:connector_drift": rule(OFFICER, "POST", "connector"),
    "data_return:connector_desk": rule(OFFICER, "POST", "connector"),
    "data_return:push_target_list": rule(PUSHERS, "GET HEAD"),
    "data_return:push_target_new": rule(OFFICER, "GET HEAD POST"),
    "data_return:push_target": rule(PUSHERS, "GET HEAD", "target"),
    "data_return:push_target_edit": rule(OFFICER, "GET HEAD POST", "target"),
    "data_return:push_target_switch": rule(OFFICER, "POST", "target"),
    "data_return:push_target_try": rule(OFFICER, "POST", "target"),
    "data_return:push_target_desk": rule(OFFICER, "POST", "target"),
    "data_return:push_flow_new": rule(PUSHERS, "GET HEAD POST", "target"),
    "data_return:push_flow": rule(PUSHERS, "GET HEAD POST", "flow"),
    "data_return:push_flow_switch": rule(PUSHERS, "POST", "flow"),
    "data_return:push_flow_ready": rule(PUSHERS, "POST", "flow"),
    "forms_engine:template_list": rule(DEPARTMENT, "GET HEAD"),
    "forms_engine:template_new": rule(DEPARTMENT, "GET POST"),
    "forms_engine:template_detail": rule(DEPARTMENT, "GET HEAD", "form"),
    "forms_engine:template_new_version": rule(DEPARTMENT, "GET POST", "form"),
    "forms_engine:template_columns": rule(DEPARTMENT, "GET POST", "form"),
    "forms_engine:template_settings": rule(DEPARTMENT, "GET POST", "form"),
    "forms_engine:template_matches": rule(DEPARTMENT, "POST", "form"),
    "forms_engine:template_submit": rule(DEPARTMENT, "POST", "form"),
    "forms_engine:template_withdraw": rule(DEPARTMENT, "POST", "form"),
    "forms_engine:dispatch_new": rule(DEPARTMENT, "GET POST", "form"),
    "forms_engine:template_packs": rule(DEPARTMENT, "GET HEAD", "form"),
    "forms_engine:template_pack_new": rule(DEPARTMENT, "GET HEAD POST", "form"),
    "forms_engine:template_pack": rule(DEPARTMENT, "GET HEAD POST", "pack"),
    "forms_engine:template_pack_remove": rule(DEPARTMENT, "POST", "pack"),
    "forms_engine:report_copy": rule(VILLAGE, "GET HEAD", "copied report"),
    "forms_engine:report_copy_list": rule(VILLAGE, "GET HEAD", "copied report"),
    "forms_engine:report_copy_row": rule(VILLAGE, "GET HEAD POST", "copied row"),
    "forms_engine:report_copy_unmask": rule(READERS, "GET HEAD POST", "copied row", step_up=True),
    "forms_engine:admission_list": rule(DISTRICT, "GET HEAD"),
    "forms_engine:admission_detail": rule(DISTRICT, "GET POST", "admission"),
    "forms_engine:admission_review": rule(DISTRICT, "POST", "admission"),
    "forms_engine:opinion_list": rule(REVIEWERS, "GET HEAD"),
    "forms_engine:opinion_detail": rule(REVIEWERS, "GET POST", "question"),
    "forms_engine:admission_mode": rule(DISTRICT, "POST", "admission"),
    "forms_engine:dispatch_detail": rule(DEPARTMENT, "GET HEAD", "sending"),
    "forms_engine:dispatch_close": rule(DEPARTMENT, "POST", "sending"),
    "forms_engine:dispatch_reopen": rule(DEPARTMENT, "POST", "sending"),
    "forms_engine:aggregate": rule(DEPARTMENT, "GET HEAD", "sending"),
    "forms_engine:export_start": rule(DEPARTMENT, "GET HEAD POST", "sending", step_up=True),
    "forms_engine:export_download": rule(DEPARTMENT, "GET HEAD", "file", step_up=True),
    "forms_engine:report_list": rule(VILLAGE, "GET"),
    "forms_engine:report_fill": rule(VILLAGE, "GET", "report"),
    "forms_engine:report_submit": rule(WORKER, "GET POST", "report"),
    "forms_engine:report_subjects": rule(VILLAGE, "GET", "report"),
    "forms_engine:report_next": rule(VILLAGE, "GET", "report"),
    "forms_engine:report_add": rule(VILLAGE, "GET POST", "report"),
    "forms_engine:report_row": rule(VILLAGE, "GET POST", "row"),
    "forms_engine:report_remove": rule(VILLAGE, "GET POST", "row"),
    "forms_engine:report_restore": rule(VILLAGE, "POST", "row"),
    "forms_engine:report_rows": rule(READERS, "GET HEAD OPTIONS", "report", scope="reports"),
    "forms_engine:report_summary": rule(READERS, "GET HEAD OPTIONS", "report", scope="reports"),
    "forms_engine:report_cell": rule(READERS, "GET HEAD OPTIONS", "row", scope="reports"),
    "forms_engine:report_cells": rule(VILLAGE, "POST OPTIONS", "report", scope="cells"),
    "forms_engine:report_confirm": rule(VILLAGE, "POST OPTIONS", "report", scope="cells"),
    "forms_engine:report_undo": rule(VILLAGE, "POST OPTIONS", "row", scope="cells"),
    "forms_engine:report_adopt": rule(VILLAGE, "POST OPTIONS", "row", scope="cells"),
    "forms_engine:report_unmask": rule(READERS, "POST OPTIONS", "row", step_up=True, unmasks=True),
    "forms_engine:api_reports": rule(READERS, API, scope="reports"),
    "forms_engine:api_report": rule(READERS, API, "report", scope="reports"),
    "forms_engine:api_forms": rule(DEPARTMENT, API, scope="forms"),
    "forms_engine:api_form": rule(DEPARTMENT, API, "collected form", scope="forms"),
    "forms_engine:api_dispatches": rule(DEPARTMENT, API, "collected form", scope="forms"),
    "forms_engine:api_dispatch": rule(DEPARTMENT, API, "sending", scope="forms"),
    "forms_engine:api_progress": rule(DEPARTMENT, API, "sending", scope="forms"),
    "forms_engine:api_totals": rule(DEPARTMENT, API, "sending", scope="totals"),
    "forms_engine:api_rows": rule(DEPARTMENT, API, "sending", scope="rows", step_up=True),
    "forms_engine:api_exports": rule(DEPARTMENT, f"{API} POST", "sending", scope="exports", step_up=True),
    "forms_engine:api_export": rule(DEPARTMENT, API, "export", scope="exports", step_up=True),
    "forms_engine:api_export_file": rule(DEPARTMENT, API, "file", scope="exports", step_up=True),
    "forms_engine:review_list": rule(TOWN, "GET"),
    "forms_engine:review_accept": rule(TOWN, "POST"),
    "forms_engine:report_review": rule(TOWN, "GET", "report"),
    "forms_engine:report_return": rule(TOWN, "POST", "report"),
    "forms_engine:report_accept": rule(TOWN, "POST", "report"),
}


def expected(found: Rule, visitor: Visitor, method: str, thing: Thing) -> str:
    """Outcome of one cell: login, post, second factor, forbidden, method, absent, open.

    In this order, so that nobody learns of an object, or of a way to ask for it, before it is known that they may.
    """
    stopped = _stopped_at_the_door(found, visitor)
    if stopped:
        return stopped
    if method not in found.methods:
        return "method"
    if method == "OPTIONS":
        return "open"
    if not sees(visitor, thing):
        return "absent"
    return "forbidden" if _is_kept_off(found, visitor, thing) else "open"


def _is_kept_off(found: Rule, visitor: Visitor, thing: Thing) -> bool:
    """Seen, but not for this visitor to act on: the own account, and accounts that others manage."""
    if found.owned:
        return not (owns(visitor, thing) or visitor.role == "district")
    if not found.manages:
        return False
    return thing.holder == visitor.name or thing.role not in MANAGED[visitor.role]


def _stopped_at_the_door(found: Rule, visitor: Visitor) -> str:
    if found.who is not ANYBODY and not visitor.role:
        return "login"
    if visitor.scopes and found.who is not ANYBODY:
        return "" if found.scope in visitor.scopes and visitor.role in found.who else "forbidden"
    if found.who not in (ANYBODY, SIGNED_IN):
        if visitor.post_ended:
            return "post"
        if visitor.role in NEED_SECOND_FACTOR and visitor.factor == "none":
            return "second factor"
        if visitor.role not in found.who:
            return "forbidden"
    return "second factor" if found.step_up and visitor.factor != "fresh" else ""
