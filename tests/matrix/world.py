"""The small world of the matrix: a post for each visitor of the oracle, and every object with its address."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from guardian.shortcuts import assign_perm

from accounts.actors import Actor
from accounts.codes import Level
from accounts.jobs import run_job
from accounts.models import Approval, ApprovalReviewer, Area, Department, Emergency, Job, LoginSession, Post
from accounts.models.jobs import MAX_ATTEMPTS
from accounts.roles import Role
from accounts.scope import acting_as, whole_tree
from accounts.step_up import GIVEN_AT
from data_return.correction_rules import Finding
from data_return.models import Channel, Connector, Dataset, EventDoor, PushFlow, PushTarget
from data_return.services.correcting import Mark, mark_record
from forms_engine.models import CopyPack, Dispatch, Export, FormTemplate, FormVersion, Report
from portal.complaints.rules import Action
from portal.models import SignOn, System, SystemAccount
from portal.services.system_todos import Asked, put_todo
from portal.services.systems.desk import invite_to_filing
from portal.services.systems.letters import issue_letter
from registry.binding import bind_workbook
from registry.catalogue import get_catalogue
from registry.models import Difference, Dwelling, Event, EventPhoto, ImportBatch, Organization, Person, SavedList
from tagging.models import Tag
from tagging.services.desk import propose_tag
from tagging.services.hand import attach_tag
from tests.doors import sign_in
from tests.factories import (
    DISTRICT,
    EAST,
    EAST_GRID,
    TOWN,
    WEST,
    ask_for_grant,
    make_actor,
    make_areas,
    make_dataset,
    make_form,
    make_grant,
    make_household,
    make_id_number,
    make_person,
    make_record,
    send_form,
)
from tests.machines import ask_token, make_machine
from tests.matrix.oracle import NOTHING, VISITORS, Thing, Visitor
from tests.portal import complaining, monitoring, noticing
from tests.portal.entrances import Kind, connect
from tests.portal.filing import begun, handed_in, make_system, seen
from tests.registry.test_take_evidence import photo
from tests.tagging.proposing import basic
from tests.workbooks import workbook

OTHER_TOWN = 310151102_000_000000
FAR_DISTRICT, FAR_VILLAGE = 320206_000000_000000, 320206001_001_000000
NOWHERE = 999_999_999
PLACES = {
    "east": EAST, "east grid": EAST_GRID, "west": WEST, "town": TOWN, "other town": OTHER_TOWN,
    "district": DISTRICT, "far district": FAR_DISTRICT, "far village": FAR_VILLAGE,
}  # fmt: skip
ROLES = {
    "worker": Role.COMMUNITY_WORKER, "grid": Role.GRID_WORKER, "town": Role.TOWN_ADMIN, "district": Role.DISTRICT_ADMIN,
    "department": Role.DEPARTMENT_STAFF, "data officer": Role.DATA_OFFICER, "system": Role.SYSTEM_ADMIN,
    "discipline": Role.DISCIPLINE, "security": Role.SECURITY_ADMIN, "audit": Role.AUDIT_ADMIN,
}  # fmt: skip
OFFERED = "13900002299"
CODES = ["person.id_number", "person.name", "person.phone"]
"""Items of the datasets."""
COLUMNS = {"A": "person.id_number", "B": "person.name", "H": "person.phone", "O": "是否愿意上门"}


@dataclass
class World:
    """cookies: of each visitor's session. tokens: of the machines.

    things: per kind, each with the numbers that its addresses take. secrets: values of residents with their level.
    """

    actors: dict[str, Actor] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    things: dict[str, list[tuple[Thing, dict[str, Any]]]] = field(default_factory=dict)
    secrets: dict[str, int] = field(default_factory=dict)

    def add(self, thing: Thing, **numbers: Any) -> None:
        self.things.setdefault(thing.kind, []).append((thing, numbers))


def make_world() -> World:
    world = World()
    make_areas()
    _make_far_areas()
    departments = {
        name: Department.objects.create(name=title, area_id=DISTRICT)
        for name, title in {"civil": "区民政局", "disabled": "区残联", "granted": "区卫健委"}.items()
    }
    for visitor in VISITORS:
        if visitor.role and not visitor.scopes:
            department = departments.get(visitor.department)
            world.actors[visitor.name] = make_actor(ROLES[visitor.role], PLACES[visitor.place], department=department)
    world.add(NOTHING)
    for name in ("worker", "town", "worker whose post ended"):
        world.add(Thing("post", f"of {name}", holder=name), post=world.actors[name].post_id)
    world.add(Thing("post", "nowhere", exists=False), post=NOWHERE)
    _add_accounts(world)
    _add_residents(world)
    _add_datasets(world)
    _add_grants(world)
    _add_forms(world, departments)
    _add_issuers(world, departments)
    _add_tags(world)
    _add_systems(world, departments)
    _add_complaints(world)
    _add_notices(world)
    _add_monitoring(world)
    for visitor in VISITORS:
        if visitor.scopes:
            _add_machine(world, visitor, departments)
        else:
            world.cookies[visitor.name] = _cookies(world, visitor)
    world.add(Thing("machine", "nowhere", exists=False), pk=NOWHERE)
    _add_sessions(world)
    return world


def _make_far_areas() -> None:
    rows = [
        (OTHER_TOWN, "堡镇", Level.TOWN, DISTRICT),
        (320206_000000_000000, "惠山区", Level.DISTRICT, None),
        (320206001_000_000000, "堰桥街道", Level.TOWN, FAR_DISTRICT),
        (FAR_VILLAGE, "远村", Level.COMMUNITY, 320206001_000_000000),
    ]
    Area.objects.bulk_create(Area(code=code, name=name, level=level, parent_id=up) for code, name, level, up in rows)


def _add_accounts(world: World) -> None:
    """Accounts and posts as their managers see them, units of communities, and what is nowhere set up."""
    for visitor in VISITORS:
        if visitor.role and visitor.factor == "fresh" and visitor.name in world.actors and not visitor.post_ended:
            actor = world.actors[visitor.name]
            held = {"role": visitor.role, "places": (visitor.place,), "holder": visitor.name}
            world.add(Thing("account", visitor.name, **held), pk=actor.user_id)
            world.add(Thing("office", visitor.name, **held), pk=actor.post_id)
    for place in ("east", "west", "far village"):
        world.add(Thing("community", place, places=(place,)), code=PLACES[place])
    world.add(Thing("unit", "east grid", places=("east grid",)), code=EAST_GRID)
    for kind in ("community", "unit"):
        world.add(Thing(kind, "nowhere", exists=False), code=NOWHERE)
    for kind in ("account", "office", "list of people"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    world.add(Thing("provider", "not set up", exists=False))
    world.add(Thing("figures", "not set up", exists=False))


def _cookies(world: World, visitor: Visitor) -> dict[str, str]:
    if not visitor.role:
        return {}
    client = Client()
    actor = world.actors[visitor.name]
    sign_in(client, actor, second_factor=visitor.factor != "none")
    if visitor.factor == "stale":
        session: SessionBase = client.session
        session[GIVEN_AT] = 0
        session.save()
    if visitor.post_ended:
        yesterday = timezone.localdate() - timedelta(days=1)
        Post.objects.filter(pk=actor.post_id).update(valid_until=yesterday)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _add_machine(world: World, visitor: Visitor, departments: dict[str, Department]) -> None:
    department = departments[visitor.department].pk if visitor.department else None
    client, secret = make_machine(
        ROLES[visitor.role], PLACES[visitor.place], department=department, scopes=visitor.scopes, name=visitor.name
    )
    world.tokens[visitor.name] = ask_token(client, secret).json()["access_token"]
    world.add(Thing("machine", visitor.name, places=(visitor.place,)), pk=client.pk)


def _add_sessions(world: World) -> None:
    for name in ("worker", "town", "security administrator"):
        session = LoginSession.objects.get(session_key=world.cookies[name]["sessionid"])
        world.add(Thing("session", f"of {name}", holder=name), ticket=session.ticket)
    world.add(Thing("session", "nowhere", exists=False), ticket="nowhere")


# Residents and what is theirs ----------------------------------------------------------------------------------------
def _add_residents(world: World) -> None:
    from registry.models import DataItem

    writer = world.actors["worker whose post ended"].post_id  # so that nobody who comes is in an emergency view
    layout = bind_workbook(workbook([["姓名", "联系电话"], ["张三", "13900002201"]]), get_catalogue().specs).as_dict()
    makers: dict[str, Callable[[int], Any]] = {
        "household": lambda area: make_household(area, number="1"),
        "dwelling": lambda area: Dwelling.objects.create(area_code=area, address="某街 1 号"),
        "organization": lambda area: Organization.objects.create(area_code=area, name="某店"),
        "event": lambda area: _event(area, writer),
        "import": lambda area: ImportBatch.objects.create(
            area_code=area, post_id=writer, filename="名册.xlsx", layout=layout
        ),
    }
    with whole_tree(reason="测试"):
        for place in ("east", "east grid", "west", "far village"):
            area = PLACES[place]
            person = make_person(area, **_secrets(world))
            world.add(Thing("person", place, places=(place,)), pk=person.pk)
            for kind, make in makers.items():
                world.add(Thing(kind, place, places=(place,)), pk=make(area).pk)
            event = _event(area, writer)
            photo = EventPhoto.objects.create(area_code=area, event=event, image=b"x")
            world.add(Thing("photo", place, places=(place,)), pk=event.pk, photo_pk=photo.pk)
            item = DataItem.objects.get(pk="person.phone")
            difference = Difference.objects.create(
                area_code=area,
                entity="person",
                subject_id=person.pk,
                item=item,
                offered=OFFERED,
                source={"s": "department", "by": writer, "on": "2026-11-01"},
            )
            world.add(Thing("difference", place, places=(place,)), pk=difference.pk)
            emergency = Emergency.objects.create(
                area_code=area, post_id=writer, reason="走失", until=timezone.now() + timedelta(minutes=5)
            )
            world.add(Thing("emergency", place, places=(place,)), pk=emergency.pk)
        world.secrets[OFFERED] = 3
        both = make_person(EAST, registered=WEST, **_secrets(world))
        world.add(Thing("person", "east, registered in west", places=("east", "west")), pk=both.pk)
    for holder in ("worker", "town"):
        kept = {"area_code": world.actors[holder].area_code, "post_id": world.actors[holder].post_id}
        with acting_as(world.actors[holder]):
            saved = SavedList.objects.create(name="女", query={"sex": ["2"]}, **kept)
            deleted = SavedList.objects.create(name="男", query={"sex": ["1"]}, deleted_at=timezone.now(), **kept)
        world.add(Thing("saved list", f"of the {holder}", holder=holder), pk=saved.pk)
        world.add(Thing("deleted list", f"of the {holder}", holder=holder), pk=deleted.pk)
    for kind in ("person", "difference", "emergency", "saved list", "deleted list", *makers):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    own_event = world.things["event"][0][1]["pk"]
    world.add(Thing("photo", "nowhere", exists=False), pk=own_event, photo_pk=NOWHERE)
    world.add(Thing("item", "phone"), code="person.phone")
    world.add(Thing("item", "nowhere", exists=False), code="person.nothing")


def _secrets(world: World) -> dict[str, str]:
    """A phone of level 3 and an ID number of level 4 that stand nowhere else."""
    values = {"phone": f"139000033{len(world.secrets):02d}", "id_number": make_id_number(date(1931, 3, 17))}
    world.secrets |= {values["phone"]: 3, values["id_number"]: 4}
    return values


def _event(area: int, post_id: int) -> Event:
    number = f"SJ{Event.objects.count() + 1}"
    event: Event = Event.objects.create(
        area_code=area, number=number, title="漏水", category="06", place="某街", reporter_id=post_id,
        occurred_at="2026-11-01T08:00+08:00",
    )  # fmt: skip
    return event


# Returned data -----------------------------------------------------------------------------------------------------
def _add_datasets(world: World) -> None:
    officer, desk = world.actors["data officer of civil"], world.actors["district"]
    for state, until in {"draft": 0, "submitted": 1, "published": 2}.items():
        pk = make_dataset(officer, desk, name=state, steps=until).pk
        civil = {"places": ("district",), "department": "civil", "state": state}
        world.add(Thing("dataset", state, **civil), pk=pk)
        world.add(Thing("dataset to apply for", state, **civil), pk=pk)
        world.add(Thing("kept dataset", state, **civil), pk=pk)
        door = EventDoor.objects.create(dataset_id=pk, secret="", created_by_id=officer.post_id, is_on=until > 0)
        # Switched off by the matrix where it is on; one that is off already refuses.
        if until > 0:
            world.add(Thing("kept dataset with a door", state, **civil), pk=pk)
        world.add(Thing("door", state), ticket=door.ticket)
        world.add(Thing("dataset at the desk", state, places=("district",), exists=until > 0), pk=pk)
    world.add(Thing("door", "nowhere"), ticket=uuid.UUID(int=0))
    of_datasets = ("dataset", "dataset to apply for", "kept dataset", "kept dataset with a door", "dataset at the desk")
    for kind in (*of_datasets, "record", "correction"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    world.add(Thing("evidence", "nowhere", exists=False), pk=NOWHERE, evidence_pk=NOWHERE)
    _add_connector(world, Dataset.objects.get(name="published"))
    _add_corrections(world, Dataset.objects.get(name="published"))


def _add_connector(world: World, dataset: Dataset) -> None:
    """What brings a dataset; on, and mapped, so that every step of its pages is open."""
    officer = world.actors["data officer of civil"]
    channel = Channel.objects.create(
        department_id=officer.department_id, name="来源", kind="http", address={"base": "https://example.cn"},
        created_by_id=officer.post_id,
    )  # fmt: skip
    connector = Connector.objects.create(
        channel=channel, dataset=dataset, kind="http_json", asks={"since_name": ""}, is_on=True,
        mapping={"person.id_number": "card"}, post_id=officer.post_id,
    )  # fmt: skip
    world.add(Thing("connector", "civil", places=("district",), department="civil"), pk=connector.pk)
    world.add(Thing("connector", "nowhere", exists=False), pk=NOWHERE)


def _add_corrections(world: World, dataset: Dataset) -> None:
    """Records of both villages under a grant of their town, each with a correction and its evidence."""
    officer, desk, town = world.actors["data officer of civil"], world.actors["district"], world.actors["town"]
    make_grant(town, dataset, officer, desk)
    world.add(Thing("granted dataset", "published", places=("town",)), pk=dataset.pk)
    world.add(Thing("granted dataset", "nowhere", exists=False), pk=NOWHERE)
    markers = {"east": "worker", "east grid": "grid worker", "west": "neighbour"}
    for place, marker in markers.items():
        pk, actor = make_record(officer, dataset, PLACES[place], name="张三"), world.actors[marker]
        world.add(Thing("record", place, places=(place,)), pk=pk)
        with acting_as(actor):
            mark = Mark(Finding.DEAD, files=[photo()])
            done = mark_record(actor=actor, record_pk=pk, version=b"1".hex(), mark=mark)
            evidence = done.correction.evidence.get()
        held = {"places": (place,), "department": "civil"}
        world.add(Thing("correction", place, **held), pk=done.correction.pk)
        world.add(Thing("evidence", place, **held), pk=done.correction.pk, evidence_pk=evidence.pk)


def _add_grants(world: World) -> None:
    """What a village, a town and a department hold and ask for; a record of a resident whom a card shows."""
    officer, desk = world.actors["data officer of civil"], world.actors["district"]
    dataset = Dataset.objects.get(name="published")
    units = {
        "of the village": ("worker", {"places": ("east",)}),
        "of the town": ("town", {"places": ("town",)}),
        "of a department": ("other department", {"places": ("district",), "department": "disabled"}),
    }
    for name, (asking, unit) in units.items():
        grant = make_grant(world.actors[asking], dataset, officer, desk, items=CODES)
        asked = ask_for_grant(world.actors[asking], dataset)
        world.add(Thing("grant", name, holder="civil", **unit), pk=grant.pk)
        world.add(Thing("ended by its sides", name, holder="civil", **unit), pk=grant.pk)
        for request in (grant.request, asked):
            world.add(Thing("grant request", f"{name}, {request.state}", holder="civil", **unit), pk=request.pk)
        world.add(Thing("asked grant", name, holder=asking, **unit), pk=asked.pk)
    for kind in ("grant", "grant request", "asked grant", "ended by its sides"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    person = next(numbers["pk"] for thing, numbers in world.things["person"] if thing.name == "east")
    make_record(officer, dataset, EAST, person=Person(pk=person), name="逄阿妹", **_secrets(world))


# Forms and reports -------------------------------------------------------------------------------------------------
def _add_forms(world: World, departments: dict[str, Department]) -> None:
    makers = {"civil": world.actors["department"], "disabled": world.actors["other department"]}
    collectors = {"civil": ("civil", "granted"), "disabled": ("disabled",)}
    for owner, actor in makers.items():
        version = make_form(actor, COLUMNS)
        for name in collectors[owner]:
            assign_perm("forms_engine.collect_form", departments[name].group, version.template)
        world.add(Thing("form", owner, department=owner), pk=version.template_id, number=version.number)
        _add_push(world, owner, actor, version.template_id)
        pack = CopyPack.objects.create(version=version, system="国家系统", lines=[{"letter": "H", "label": "电话"}])
        world.add(Thing("pack", owner, department=owner), pk=pack.pk)
        world.add(Thing("collected form", owner, collectors=collectors[owner]), pk=version.template_id)
        world.add(Thing("admission", owner, places=("district",)), pk=version.pk)
        dispatch = send_form(actor, version, EAST, WEST)
        run_job(dispatch.job_id)
        world.add(Thing("sending", owner, collectors=collectors[owner]), pk=dispatch.pk)
        # An expired file is gone; the record that it was made stays.
        for name, days in {owner: 1, f"{owner}, expired": -1}.items():
            held = {"department": owner, "collectors": collectors[owner]}
            pk = _file(actor, dispatch, days=days).pk
            world.add(Thing("export", name, **held), pk=pk)
            world.add(Thing("file", name, **held, exists=days > 0), pk=pk)
        if owner == "civil":
            world.add(Thing("job", "of the sending", holder="department"), pk=dispatch.job_id)
            _add_stuck_jobs(world, actor)
            _add_reports(world, dispatch)
    asked = make_form(makers["civil"], COLUMNS, state=FormVersion.State.SUBMITTED)
    question = ApprovalReviewer.objects.create(
        approval=Approval.objects.get(kind="form", subject_id=asked.pk),
        round=1,
        department=departments["disabled"],
        due_on=timezone.localdate() + timedelta(days=3),
    )
    world.add(Thing("question", "to the disabled", department="disabled"), pk=question.pk)
    world.add(Thing("admission", "submitted", places=("district",)), pk=asked.pk)
    draft = _draft(makers["civil"])
    world.add(Thing("admission", "draft", exists=False), pk=draft.pk)
    world.add(Thing("form", "nowhere", exists=False), pk=NOWHERE, number=1)
    for kind in (
        "channel",
        "target",
        "flow",
        "pack",
        "collected form",
        "admission",
        "sending",
        "export",
        "file",
        "job",
        "job that gave up",
        "waiting job",
        "question",
        "audit line",
        "audit file",
    ):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    world.add(Thing("feature", "in use"), code="notices")
    world.add(Thing("feature", "nowhere", exists=False), code="nowhere")


def _add_issuers(world: World, departments: dict[str, Department]) -> None:
    """Civil and disabled sent forms to both villages; granted sent none."""
    for name, department in departments.items():
        places = () if name == "granted" else ("east", "west")
        world.add(Thing("issuer", name, places=places, department=name), pk=department.pk)
    world.add(Thing("issuer", "nowhere", exists=False), pk=NOWHERE)


def _add_push(world: World, owner: str, actor: Actor, source_id: int) -> None:
    """A system of the department that takes its form; on, and mapped, so that every step of its pages is open."""
    channel = Channel.objects.create(
        department_id=actor.department_id, name="系统", kind="http", address={"base": "https://example.cn"},
        created_by_id=actor.post_id,
    )  # fmt: skip
    target = PushTarget.objects.create(channel=channel, name="系统", is_on=True, created_by_id=actor.post_id)
    mapping = {"fields": [{"key": "person.name", "name": "name"}]}
    flow = PushFlow.objects.create(
        target=target, topic="report", source_id=source_id, is_on=True, post_id=actor.post_id, mapping=mapping
    )
    world.add(Thing("channel", owner, department=owner), pk=channel.pk)
    world.add(Thing("target", owner, department=owner), pk=target.pk)
    world.add(Thing("flow", owner, role="department", department=owner), pk=flow.pk)
    if owner == "civil":
        officer, dataset = world.actors["data officer of civil"], Dataset.objects.get(name="published")
        flow = PushFlow.objects.create(
            target=target, topic="correction", source_id=dataset.pk, is_on=True, post_id=officer.post_id,
            mapping={"fields": [{"key": "value", "name": "value"}]},
        )  # fmt: skip
        world.add(Thing("flow", "corrections", role="data officer", department=owner), pk=flow.pk)


def _add_stuck_jobs(world: World, actor: Actor) -> None:
    """For the system administrator to try again and to stop."""
    broken = Job.objects.create(
        kind="forms_engine.export", post_id=actor.post_id, state=Job.State.FAILED, attempts=MAX_ATTEMPTS
    )
    world.add(Thing("job that gave up", "of civil"), pk=broken.pk)
    waiting = Job.objects.create(kind="forms_engine.export", post_id=actor.post_id)
    world.add(Thing("waiting job", "of civil"), pk=waiting.pk)


def _draft(actor: Actor) -> FormVersion:
    template = FormTemplate.objects.create(name="草稿", department_id=actor.department_id, created_by_id=actor.post_id)
    return FormVersion.objects.create(template=template, filename="表.xlsx", workbook=b"")


def _file(actor: Actor, dispatch: Dispatch, *, days: int = 1) -> Export:
    until = timezone.now() + timedelta(days=days)
    export = Export(
        dispatch=dispatch, post_id=actor.post_id, job_id=dispatch.job_id, filename="汇总.xlsx", expires_at=until
    )
    export.file.save("matrix.xlsx", ContentFile(b"x"), save=False)
    export.save()
    return export


def _add_reports(world: World, dispatch: Dispatch) -> None:
    """Reports of both villages, rows inside and outside the grid."""
    people = {thing.name: numbers["pk"] for thing, numbers in world.things["person"] if thing.exists}
    with whole_tree(reason="测试"):
        reports = {report.area_code: report.pk for report in Report.objects.filter(dispatch=dispatch)}
    for place, whose in {"east": "east grid", "west": "west"}.items():
        world.add(Thing("report", place, places=(place,)), pk=reports[PLACES[place]], subject_id=people[whose])
    world.add(Thing("report", "nowhere", exists=False), pk=NOWHERE)
    _add_copying(world, dispatch, reports, people)
    for place, village in {"east": EAST, "east grid": EAST, "west": WEST}.items():
        world.add(Thing("row", place, places=(place,)), pk=reports[village], subject_id=people[place])
    world.add(Thing("row", "nowhere", exists=False), pk=reports[EAST], subject_id=NOWHERE)
    world.add(Thing("row", "in no report", exists=False), pk=NOWHERE, subject_id=people["east"])
    world.add(Thing("row", "of the next village", exists=False), pk=reports[EAST], subject_id=people["west"])


def _add_copying(world: World, dispatch: Dispatch, reports: dict[int, int], people: dict[str, int]) -> None:
    """What is copied into another system; with a pack of another form, or of none, there is nothing to copy."""
    own = CopyPack.objects.get(version=dispatch.version).pk
    for place, village in {"east": EAST, "west": WEST}.items():
        world.add(Thing("copied report", place, places=(place,)), pk=reports[village], pack_pk=own)
    for place, village in {"east": EAST, "east grid": EAST, "west": WEST}.items():
        held = {"pk": reports[village], "pack_pk": own, "subject_id": people[place]}
        world.add(Thing("copied row", place, places=(place,)), **held)
        world.add(Thing("copied row", f"{place}, another pack", exists=False), **(held | {"pack_pk": NOWHERE}))
    world.add(Thing("copied report", "nowhere", exists=False), pk=NOWHERE, pack_pk=own)
    world.add(Thing("copied row", "nowhere", exists=False), pk=reports[EAST], pack_pk=own, subject_id=NOWHERE)


# Systems -----------------------------------------------------------------------------------------------------------
def _add_systems(world: World, departments: dict[str, Department]) -> None:
    """A draft, one at the desk with a question to another department, one admitted, of each of two departments."""
    desk = world.actors["district"]
    for name, maker in {"civil": "department", "disabled": "other department"}.items():
        actor = world.actors[maker]
        waiting = handed_in(actor, "待审系统")
        systems = {
            "draft": begun(actor, "草稿系统").system_id,
            "submitted": waiting.system_id,
            "admitted": make_system(actor, desk, "在用系统").pk,
        }
        for state, pk in systems.items():
            held = {"places": ("district",), "department": name, "state": state}
            world.add(Thing("system", f"{state} of {name}", **held), pk=pk)
            world.add(Thing("kept system", f"{state} of {name}", **held), pk=pk)
            world.add(Thing("system at the desk", f"{state} of {name}", **held, exists=state != "draft"), pk=pk)
        world.add(Thing("sending system", f"of {name}", department=name), pk=systems["admitted"])
        with acting_as(actor):
            asked = Asked(title="核对计划", area=EAST, role=Role.COMMUNITY_WORKER)
            put_todo(actor=actor, system_id=systems["admitted"], reference="plan-1", asked=asked)
        world.add(Thing("system todo", f"of {name}", department=name), pk=systems["admitted"], reference="plan-1")
        if name == "civil":
            others = [departments["disabled"]]
            with acting_as(desk):
                invite_to_filing(actor=desk, filing=waiting, departments=others, days=3, seen=seen(waiting))
            question = ApprovalReviewer.objects.get(approval__kind="system")
            world.add(Thing("system question", "to the disabled", department="disabled"), pk=question.pk)
    for kind in ("system", "kept system", "system at the desk", "system question", "sending system"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    world.add(Thing("system todo", "nowhere", exists=False), pk=NOWHERE, reference="plan-1")
    _add_entrances(world)


def _add_entrances(world: World) -> None:
    """A system that villages enter, whose account the worker has, and who is in there."""
    makers = [world.actors[name] for name in ("department", "district", "security administrator")]
    system = connect(*makers, Kind.CAS, name="探访系统")
    world.add(Thing("open system", "of civil"), pk=system.system.pk)
    civil = world.actors["department"]
    with acting_as(civil):
        asked = Asked(title="核对计划", area=EAST, role=Role.COMMUNITY_WORKER)
        todo, _ = put_todo(actor=civil, system_id=system.system.pk, reference="plan-2", asked=asked)
    System.objects.filter(pk=system.system.pk).update(admitted_on=timezone.localdate() - timedelta(days=365))
    world.add(Thing("hardly used system", "of civil", places=("district",)), pk=system.system.pk)
    with acting_as(world.actors["district"]):
        letter = issue_letter(actor=world.actors["district"], pk=system.system.pk, kind="reminder")
    world.add(Thing("letter", "to civil", places=("district",), department="civil"), pk=letter.pk)
    for kind in ("hardly used system", "letter"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    world.add(Thing("own system todo", "of the village", places=("east",)), pk=todo.pk)
    world.add(Thing("own system todo", "nowhere", exists=False), pk=NOWHERE)
    world.add(Thing("entrance", "of civil"), pk=system.entrance.pk)
    worker = world.actors["worker"]
    account = SystemAccount.objects.create(
        system=system.system, user_id=worker.user_id, account="a1", entered_by_id=makers[0].post_id
    )
    world.add(Thing("system account", "of civil", department="civil"), pk=system.system.pk, number=account.pk)
    sign_on = SignOn.objects.create(
        entrance=system.entrance,
        user_id=worker.user_id,
        post_id=worker.post_id,
        family=uuid.uuid4(),
        logged_in_at=timezone.now(),
    )
    world.add(Thing("sign-on", "of worker", holder="worker"), pk=sign_on.pk)
    for kind in ("open system", "entrance", "sign-on"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    world.add(Thing("system account", "nowhere", exists=False), pk=NOWHERE, number=NOWHERE)


# Tags ---------------------------------------------------------------------------------------------------------------
def _add_tags(world: World) -> None:
    """A tag and a request of a department of the district, and of a town."""
    for holder, place in {"department": "district", "town": "town"}.items():
        actor = world.actors[holder]
        department = "civil" if actor.department_id else ""
        tag = Tag.objects.create(
            name="高龄", kind="basic", level=1, meaning="高龄", purpose="津贴", area_id=actor.area_code,
            department_id=actor.department_id,
        )  # fmt: skip
        with acting_as(actor):
            change = propose_tag(actor=actor, values=basic(f"新标签 {holder}"), reason="要用")
        for kind, pk in {"tag": tag.pk, "tag request": change.pk, "own tag request": change.pk}.items():
            world.add(Thing(kind, holder, places=(place,), department=department, holder=holder), pk=pk)
    _add_marked_people(world, tag)
    for kind in ("tag", "tag request", "own tag request"):
        world.add(Thing(kind, "nowhere", exists=False), pk=32_000)


def offers(world: World) -> dict[int, int]:
    """Number of the difference that offers a phone, per subject."""
    with acting_as(world.actors["district"]):
        return dict(Difference.objects.values_list("subject_id", "pk"))


def _add_marked_people(world: World, tag: Tag) -> None:
    """Everybody as whom one tags, and a step of the worker over one of them."""
    for thing, numbers in world.things["person"]:
        marked = Thing("marked person", thing.name, places=thing.places, exists=thing.exists)
        world.add(marked, entity="person", pk=numbers["pk"], subject_id=numbers["pk"])
    pk = next(numbers["pk"] for thing, numbers in world.things["person"] if thing.name == "east")
    worker = world.actors["worker"]
    with acting_as(worker):
        done = attach_tag(actor=worker, tag=tag, ids=[pk], reason="入户走访")
    world.add(Thing("step by hand", "of the worker", holder="worker"), batch=done.batch)
    world.add(Thing("step by hand", "nowhere", exists=False), batch=UUID(int=NOWHERE))


# Complaints --------------------------------------------------------------------------------------------------------
def _add_complaints(world: World) -> None:
    """One under a name and one without, each handed to a department together with a photo."""
    officer = world.actors["discipline office"]
    for name, maker in {"civil": "department", "disabled": "other department"}.items():
        for named in (False, True):
            filed = complaining.file(world.actors["worker"], files=[photo()], named=named)
            evidence = filed.evidence.get().pk
            asked = complaining.department_of(world.actors[maker])
            complaining.step(officer, filed, Action.HAND, department=asked, note="请核实", evidence=[evidence])
            held = {"places": ("district",), "department": name}
            title = f"{'named' if named else 'anonymous'}, handed to {name}"
            for kind in ("complaint", "inquiry"):
                world.add(Thing(kind, title, **held), pk=filed.pk)
            world.add(Thing("named complaint", title, exists=named, **held), pk=filed.pk)
            for kind in ("photo of a complaint", "photo of an inquiry"):
                world.add(Thing(kind, title, **held), pk=filed.pk, evidence_pk=evidence)
    for kind in ("complaint", "named complaint", "inquiry"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    for kind in ("photo of a complaint", "photo of an inquiry"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE, evidence_pk=NOWHERE)


# Notices -----------------------------------------------------------------------------------------------------------
def _add_notices(world: World) -> None:
    """Of the district and a town, published for village workers; of two departments a draft and one at the desk."""
    written = {
        "of the district": ("district", "district", "", "published"),
        "of the town": ("town", "town", "", "published"),
        "draft of civil": ("department", "district", "civil", "draft"),
        "of civil at the desk": ("department", "district", "civil", "submitted"),
        "of the disabled at the desk": ("other department", "district", "disabled", "submitted"),
    }
    for name, (who, place, department, state) in written.items():
        notice = noticing.write(world.actors[who], files=[("附件.jpg", photo())])
        if state != "draft":
            noticing.publish(world.actors[who], notice)
        held = {"places": (place,), "department": department, "role": place, "holder": "worker", "state": state}
        for kind in ("notice", "sent notice"):
            world.add(Thing(kind, name, **held), pk=notice.pk)
        world.add(Thing("file of a notice", name, **held), pk=notice.pk, file_pk=notice.files.get().pk)
        world.add(Thing("notice at the desk", name, **held), pk=notice.pk)
    guide = noticing.guide(world.actors["district"])
    world.add(Thing("guide", "of the district", places=("district",)), pk=guide.pk)
    for kind in ("notice", "sent notice", "notice at the desk", "guide"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
    world.add(Thing("file of a notice", "nowhere", exists=False), pk=NOWHERE, file_pk=NOWHERE)


# Monitoring points -------------------------------------------------------------------------------------------------
def _add_monitoring(world: World) -> None:
    """Both villages are points, and each told of one ask."""
    asked = complaining.department_of(world.actors["department"])
    for place, who in {"east": "worker", "west": "neighbour"}.items():
        point = monitoring.choose(world.actors["district"], PLACES[place])
        world.add(Thing("monitoring point", place, places=(place,)), pk=point.pk)
        told = monitoring.tell(world.actors[who], asked)
        world.add(Thing("outside ask", place, places=(place,)), pk=told.pk)
    for kind in ("monitoring point", "outside ask"):
        world.add(Thing(kind, "nowhere", exists=False), pk=NOWHERE)
