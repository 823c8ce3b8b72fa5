"""The smallest valid things, and one cast of people. Everything is made through the app's role, behind the wall."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import Level
from accounts.models import Approval, Area, Department, Post, User
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.models import Dataset, Grant, GrantRequest, ReturnedRecord, Scenario
from data_return.selectors.datasets import get_approval_of
from data_return.selectors.grants import get_approval_of_grant, list_readers
from data_return.services.datasets import change_version, register_dataset
from data_return.services.grants import approve_request, request_grant
from data_return.services.publish import publish_dataset, submit_dataset
from data_return.services.writing import open_writing
from forms_engine.models import Dispatch, FormColumn, FormTemplate, FormVersion
from forms_engine.rules import needed_by_default
from forms_engine.services.dispatch import dispatch_form
from registry.catalogue import forget_catalogue, get_catalogue
from registry.catalogue_loading import load_catalogue
from registry.changes import seal_values
from registry.models import Household, Person
from registry.rules.identity import id_check_digit

DISTRICT, TOWN = 310151_000000_000000, 310151101_000_000000
EAST, WEST = TOWN + 1 * 10**6, TOWN + 2 * 10**6
EAST_GRID = EAST + 1000
EAST_MICROGRID = EAST_GRID + 1
_numbers = count(1)


@dataclass(frozen=True)
class Cast:
    """Who acts in the tests: 东村 and 西村 of one town, their town, district and department."""

    worker: Actor
    colleague: Actor
    grid_worker: Actor
    neighbour: Actor
    town: Actor
    district: Actor
    department: Actor
    other_department: Actor
    system: Actor
    security: Actor
    audit: Actor


def make_areas() -> None:
    rows = [
        (310000_000000_000000, "上海市", Level.PROVINCE, None),
        (310100_000000_000000, "市辖区", Level.CITY, 310000_000000_000000),
        (DISTRICT, "崇明区", Level.DISTRICT, 310100_000000_000000),
        (TOWN, "城桥镇", Level.TOWN, DISTRICT),
        (EAST, "东村", Level.COMMUNITY, TOWN),
        (WEST, "西村", Level.COMMUNITY, TOWN),
        (EAST_GRID, "东村第一网格", Level.GRID, EAST),
        (EAST_MICROGRID, "东村第一网格1号微网格", Level.MICROGRID, EAST_GRID),
    ]
    Area.objects.bulk_create(Area(code=code, name=name, level=level, parent_id=up) for code, name, level, up in rows)


def make_actor(role: Role, area: int, *, name: str = "", department: Department | None = None) -> Actor:
    """A user with one post, as an actor that has given the second factor."""
    number = next(_numbers)
    user = User.objects.create_user(f"user{number}", "Not-a-secret-1", full_name=name or f"人员{number}")
    post = Post.objects.create(user=user, role=role, area_id=area, department=department)
    return Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True)


def make_cast() -> Cast:
    make_areas()
    civil = Department.objects.create(name="区民政局", short_name="民政", area_id=DISTRICT)
    disabled = Department.objects.create(name="区残联", short_name="残联", area_id=DISTRICT)
    return Cast(
        worker=make_actor(Role.COMMUNITY_WORKER, EAST, name="陈秀英"),
        colleague=make_actor(Role.COMMUNITY_WORKER, EAST, name="王建国"),
        grid_worker=make_actor(Role.GRID_WORKER, EAST_GRID, name="施卫东"),
        neighbour=make_actor(Role.COMMUNITY_WORKER, WEST, name="黄志明"),
        town=make_actor(Role.TOWN_ADMIN, TOWN, name="顾文杰"),
        district=make_actor(Role.DISTRICT_ADMIN, DISTRICT, name="徐静"),
        department=make_actor(Role.DEPARTMENT_STAFF, DISTRICT, name="张敏", department=civil),
        other_department=make_actor(Role.DEPARTMENT_STAFF, DISTRICT, name="李芳", department=disabled),
        system=make_actor(Role.SYSTEM_ADMIN, DISTRICT, name="俞涛"),
        security=make_actor(Role.SECURITY_ADMIN, DISTRICT, name="汤洁"),
        audit=make_actor(Role.AUDIT_ADMIN, DISTRICT, name="季平"),
    )


def load_items() -> None:
    """The real catalogue: 152 items and their code lists."""
    load_catalogue()
    forget_catalogue()


def make_id_number(born: date = date(1940, 1, 1)) -> str:
    """A valid number that is not given twice."""
    body = f"310230{born:%Y%m%d}{next(_numbers) % 1000:03d}"
    return body + id_check_digit(body)


def make_person(area: int, *, registered: int | None = None, id_number: str = "", **fields: Any) -> Person:
    """A person who lives in `area`. Needs a scope that covers it."""
    values = {"name": "张三", "birth_date": date(1940, 1, 1), "sex": "1"} | fields
    if id_number:
        stored, marks = seal_values({"person.id_number": id_number})
        values["id_number_sealed"] = stored["person.id_number"]
        values["id_number_index"] = bytes.fromhex(marks["person.id_number"])
    home = area if registered is None else registered
    person: Person = Person.objects.create(area_code=area, registered_area_code=home, **values)
    return person


def make_household(area: int, **fields: Any) -> Household:
    household: Household = Household.objects.create(area_code=area, **fields)
    return household


def make_dataset(
    officer: Actor,
    desk: Actor,
    *,
    name: str = "残疾人两项补贴名单",
    items: tuple[str, ...] = (),
    steps: int = 2,
    subject: str = "person",
) -> Dataset:
    """A dataset of the officer's department. steps: 0 a draft, 1 handed in, 2 published by the desk."""
    codes = items or ("person.id_number", "person.name", "person.phone")
    with acting_as(officer):
        dataset = register_dataset(actor=officer, name=name, system="残联业务系统", subject=subject)
        version = dataset.versions.get()
        change_version(actor=officer, version=version, legal_basis="条例", freshness_days=30, items=codes)
        if steps > 0:
            submit_dataset(actor=officer, version=version, seen=get_approval_of(version).version)
    if steps > 1:
        with acting_as(desk):
            publish_dataset(actor=desk, version=version, seen=get_approval_of(version).version, note="")
    dataset.refresh_from_db()
    return dataset


def grant_terms(actor: Actor, **changed: Any) -> dict[str, Any]:
    """What a unit asks for: its whole area, everybody in it, name and phone, for a year from today."""
    terms = {
        "items": ["person.name", "person.phone"],
        "areas": [actor.area_code],
        "readers": [role.value for role in list_readers(actor)],
        "clearance": None if actor.department_id is None else 2,
        "scenario": Scenario.SERVICE,
        "purpose": "走访残疾人",
        "since": localdate(),
        "until": localdate() + timedelta(days=365),
    }
    return terms | changed


def ask_for_grant(actor: Actor, dataset: Dataset, **changed: Any) -> GrantRequest:
    with acting_as(actor):
        return request_grant(actor=actor, dataset=dataset, terms=grant_terms(actor, **changed))


def decide_grant(request: GrantRequest, *deciders: Actor, step: Any = approve_request, **said: Any) -> None:
    """Each of the deciders takes the step on what the other left."""
    for actor in deciders:
        with acting_as(actor):
            step(actor=actor, request=request, seen=get_approval_of_grant(request).version, **said)


def make_grant(actor: Actor, dataset: Dataset, officer: Actor, desk: Actor, **changed: Any) -> Grant:
    """Asked for by the actor's unit, consented to by both sides."""
    request = ask_for_grant(actor, dataset, **changed)
    decide_grant(request, officer, desk)
    return Grant.objects.get(request=request)


def make_record(officer: Actor, dataset: Dataset, area: int, *, person: Person | None = None, **values: Any) -> int:
    """A record there, of that person if one is given; returns its key. values: item key of a person -> value."""
    stored, _ = seal_values({f"person.{key}": value for key, value in values.items()})
    with acting_as(officer):
        open_writing(actor=officer, dataset=dataset)
        record = ReturnedRecord(area_code=area, dataset=dataset, source_key=f"key{next(_numbers)}", fingerprint=b"1")
        record.person_id, record.values = person.pk if person else None, stored
        record.observed_on, record.received_at = localdate(), timezone.now()
        record.save(force_insert=True)
    return int(record.pk)


def make_form(department: Actor, columns: dict[str, str], **fields: Any) -> FormVersion:
    """An admitted form. columns: letter -> item code, or a header without a dot for a new ask."""
    template = FormTemplate.objects.create(
        name="高龄津贴发放花名册", department_id=department.department_id, created_by_id=department.post_id
    )
    given = {"state": FormVersion.State.ADMITTED, "lead_days": 0, "filename": "表.xlsx", "workbook": b""}
    version = FormVersion.objects.create(template=template, **(given | fields))
    catalogue = get_catalogue()
    for position, (letter, meaning) in enumerate(columns.items()):
        item = catalogue.items.get(meaning)
        FormColumn.objects.create(
            version=version,
            letter=letter,
            position=position,
            header=item.name if item else meaning,
            kind=FormColumn.Kind.ITEM if item else FormColumn.Kind.NEW_ASK,
            item=item,
            required=needed_by_default(item),
        )
    make_approval(department, version)
    return version


def make_approval(department: Actor, version: FormVersion) -> Approval:
    """The approval of a form version, standing where the version says, without its steps."""
    states = {"draft": "drafted", "admitted": "approved"}
    return Approval.objects.create(
        kind="form",
        subject_id=version.pk,
        title=version.template.name,
        requester_id=department.post_id,
        department_id=department.department_id,
        area_id=department.area_code,
        state=states.get(version.state, version.state),
        round=0 if version.state == "draft" else 1,
        submitted_at=None if version.state == "draft" else timezone.now(),
    )


def send_form(department: Actor, version: FormVersion, *areas: int, period: str = "2026 年第四季度") -> Dispatch:
    """Dispatch the form; the prefilling job waits until a test runs it."""
    with acting_as(department):
        return dispatch_form(
            actor=department,
            version=version,
            period=period,
            reporting_date=date(2026, 11, 22),
            due_at=timezone.now() + timedelta(days=7),
            area_codes=areas,
        )
